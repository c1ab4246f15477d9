/**
 * `.dockerignore`, by Docker's own rules, which are not git's: patterns are anchored at the context's root, the
 * last matching line wins, and a file below an ignored directory can be brought back with `!`.
 * Rules: https://docs.docker.com/build/concepts/context/#dockerignore-files and moby/patternmatcher.
 */
export interface IgnoreRules {
  /** Whether a path below the context (`/`-separated, no leading slash) is left out. */
  ignores(path: string): boolean;
  /** Whether anything below an ignored directory may still be wanted, so that it has to be walked. */
  readonly hasExceptions: boolean;
}

interface Rule {
  readonly expression: RegExp;
  readonly keeps: boolean;
}

/** Reads the text of a `.dockerignore`; a pattern that means nothing (an open `[`) matches nothing. */
export function parseDockerignore(text: string): IgnoreRules {
  const rules: Rule[] = [];
  for (const line of text.replaceAll('\uFEFF', '').split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const trimmed = line.trim();
    const keeps = trimmed.startsWith('!');
    const pattern = clean(keeps ? trimmed.slice(1).trim() : trimmed);
    if (pattern === '' || pattern === '.') continue;
    const expression = compile(pattern);
    if (expression !== undefined) rules.push({ expression, keeps });
  }
  return {
    hasExceptions: rules.some((rule) => rule.keeps),
    ignores: (path) => {
      let ignored = false;
      for (const rule of rules) {
        if (rule.keeps === ignored && rule.expression.test(path)) ignored = !rule.keeps;
      }
      return ignored;
    },
  };
}

/** `./a//b/../c/` is `a/c`; a leading slash means the context's root, as does none. */
function clean(pattern: string): string {
  const parts: string[] = [];
  for (const part of pattern.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

/** `*` and `?` stop at a slash, `**` does not; what matches a directory matches all below it. */
function compile(pattern: string): RegExp | undefined {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] as string;
    if (char === '*' && pattern[at + 1] === '*') {
      at += pattern[at + 2] === '/' ? 2 : 1;
      source += at + 1 >= pattern.length ? '.*' : '(?:.*/)?';
    } else if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else if (char === '[' || char === ']' || char === '-' || char === '^')
      source += char === '^' ? inClass(source) : char;
    else if (char === '\\' && at + 1 < pattern.length) source += escape(pattern[++at] as string);
    else source += escape(char);
  }
  try {
    return new RegExp(`^${source}(?:/.*)?$`, 's');
  } catch {
    return undefined;
  }
}

/** `^` negates at the start of a class and is an ordinary character elsewhere. */
function inClass(source: string): string {
  return source.endsWith('[') ? '^' : '\\^';
}

function escape(char: string): string {
  return char.replace(/[.*+?^${}()|[\]\\/]/, '\\$&');
}
