/**
 * One pattern of a `.dockerignore`, matched as Docker does. Docker takes a pattern apart in a way of its own and hands
 * most to Go's regular expressions, so what looks odd here (`**.pem` is every path that ends so, `[*]` is no class of
 * one star, `|` beside a wildcard means "or") is what it does: moby/patternmatcher, compile and match.
 */
export type PathTest = (path: string) => boolean;

/**
 * @param pattern cleaned, without `!`
 * @returns undefined where Docker refuses it
 */
export function compilePattern(pattern: string): PathTest | undefined {
  if (!checkedParts(pattern).every(isWellFormed)) return undefined;
  const chars = [...pattern];
  let kind: 'exact' | 'prefix' | 'suffix' | 'expression' = 'exact';
  let expression = '';
  for (let at = 0, token = 0; at < chars.length; at++, token++) {
    const char = chars[at] as string;
    if (char === '*' && chars[at + 1] === '*') {
      at += chars[at + 2] === '/' ? 2 : 1;
      const last = at + 1 >= chars.length;
      expression += last ? '.*' : '(.*/)?';
      kind = last && kind === 'exact' ? 'prefix' : 'expression';
      if (token === 0) kind = 'suffix';
    } else if (char === '*' || char === '?') {
      expression += char === '*' ? '[^/]*' : '[^/]';
      kind = 'expression';
    } else if (char === '\\') {
      if (at + 1 < chars.length) kind = 'expression';
      expression += `\\${chars[++at] ?? ''}`;
    } else if ('[]'.includes(char)) {
      expression += char;
      kind = 'expression';
    } else expression += '.+()$'.includes(char) ? `\\${char}` : char;
  }
  if (kind === 'exact') return (path) => path === pattern;
  if (kind === 'prefix') return (path) => path.startsWith(pattern.slice(0, -2));
  if (kind === 'suffix') {
    const suffix = pattern.slice(2);
    return (path) => path.endsWith(suffix) || (suffix.startsWith('/') && path === suffix.slice(1));
  }
  const translated = fromGo(`^${expression}$`);
  return translated === undefined ? undefined : (path) => translated.test(path);
}

/**
 * The parts that Docker has checked. It matches a pattern against a path of one dot, and what comes behind a star is looked at
 * only where what comes before is that dot.
 */
function checkedParts(pattern: string): readonly string[] {
  const [first, rest] = partOf(pattern.replace(/^\*+/, ''));
  // A class may have the dot: then Docker may look on.
  const isDot = /^(?:\\?\.|\?|\[.+\])$/s.test(first);
  return isDot ? [first, partOf(rest.replace(/^\*+/, ''))[0]] : [first];
}

/** What comes before the first star that is in no class, and the rest. */
function partOf(pattern: string): readonly [string, string] {
  let inClass = false;
  for (let at = 0; at < pattern.length; at++) {
    if (pattern[at] === '\\') at++;
    else if (pattern[at] === '[') inClass = true;
    else if (pattern[at] === ']') inClass = false;
    else if (pattern[at] === '*' && !inClass) return [pattern.slice(0, at), pattern.slice(at)];
  }
  return [pattern, ''];
}

/** What Go's `filepath.Match` takes for a pattern: closed classes of ranges, and nothing escaped at the end. */
function isWellFormed(pattern: string): boolean {
  const chars = [...pattern];
  let at = 0;
  /** One letter of a class; false where there is none. */
  const letter = () => {
    if (chars[at] === undefined || chars[at] === '-' || chars[at] === ']') return false;
    if (chars[at] === '\\') at++;
    return chars[at++] !== undefined && chars[at] !== undefined;
  };
  while (at < chars.length) {
    const char = chars[at++];
    if (char === '\\' && chars[at++] === undefined) return false;
    if (char !== '[') continue;
    if (chars[at] === '^') at++;
    let ranges = 0;
    while (!(chars[at] === ']' && ranges > 0)) {
      if (!letter()) return false;
      if (chars[at] === '-') {
        at++;
        if (!letter()) return false;
      }
      ranges++;
    }
    at++;
  }
  return true;
}

/** A Go expression (RE2, of the few kinds that come up here) as one of ours; undefined where Go refuses it. */
function fromGo(source: string): RegExp | undefined {
  const chars = [...source];
  let out = '';
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at] as string;
    if (char === '\\') {
      const escaped = escape(chars[++at] as string);
      if (escaped === undefined) return undefined;
      out += escaped;
    } else if (char === '[') {
      const [text, end] = characterClass(chars, at + 1);
      if (text === undefined) return undefined;
      out += text;
      at = end;
    } else if (char === '.') out += '[^\\n]';
    else if (char === '{') {
      const repeat = /^\{\d+(?:,\d*)?\}/.exec(chars.slice(at).join(''))?.[0] ?? '';
      out += repeat === '' ? literal(char) : repeat;
      at += Math.max(0, repeat.length - 1);
    } else out += '*?()^$|'.includes(char) ? char : literal(char);
  }
  return compiled(out);
}

/** @param at behind the opening bracket; in Go `]` is an ordinary letter there */
function characterClass(chars: readonly string[], at: number): [string | undefined, number] {
  let out = '[';
  if (chars[at] === '^') {
    out += '^';
    at++;
  }
  /** One letter, escaped or not. */
  const letter = () => {
    const char = chars[at++];
    if (char !== '\\') return char === undefined ? undefined : literal(char);
    const escaped = chars[at++] ?? '';
    return NO_LETTERS.has(escaped) ? undefined : escape(escaped);
  };
  for (let first = true; first || chars[at] !== ']'; first = false) {
    if (chars[at] === '[' && chars[at + 1] === ':') return [undefined, at];
    if (chars[at] === '\\' && CLASSES.has(chars[at + 1] ?? '')) {
      out += ESCAPES[chars[at + 1] as string];
      at += 2;
      continue;
    }
    const low = letter();
    const isRange = chars[at] === '-' && chars[at + 1] !== ']';
    if (isRange) at++;
    const high = isRange ? letter() : low;
    if (low === undefined || high === undefined) return [undefined, at];
    out += isRange ? `${low}-${high}` : low;
  }
  return [`${out}]`, at];
}

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ d: '[0-9]', D: '[^0-9]', w: '[0-9A-Za-z_]', W: '[^0-9A-Za-z_]', s: '[\\t\\n\\f\\r ]' },
  ...{ S: '[^\\t\\n\\f\\r ]', b: '\\b', B: '\\B', A: '^', z: '$', a: '\\u0007' },
  ...{ f: '\\f', n: '\\n', r: '\\r', t: '\\t', v: '\\v' },
};

/** Escaped, these stand for any of several letters. */
const CLASSES = new Set('dDwWsS');
/** Escaped, these stand for no letter: for several, or for a place between two. */
const NO_LETTERS = new Set('dDwWsSbBAz');

/** An escaped letter has a meaning of its own in Go, or none at all; anything else in ASCII stands for itself. */
function escape(char: string): string | undefined {
  if (Object.hasOwn(ESCAPES, char)) return ESCAPES[char];
  return /^[\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e ]$/.test(char) ? literal(char) : undefined;
}

const literal = (char: string) => `\\u{${(char.codePointAt(0) as number).toString(16)}}`;

function compiled(source: string): RegExp | undefined {
  try {
    // A class may hold another one, such as `[a\d]`.
    return new RegExp(source, 'v');
  } catch {
    return undefined;
  }
}
