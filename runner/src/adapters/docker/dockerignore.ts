import { compilePattern, type PathTest } from './dockerPattern.js';

/**
 * `.dockerignore`, by Docker's own rules, which are not git's: patterns are anchored at the context's root, the
 * last matching line wins, and a file below an ignored directory can be brought back with `!`.
 * Rules: https://docs.docker.com/build/concepts/context/#dockerignore-files, moby/patternmatcher (`ignorefile` reads
 * the lines, `MatchesUsingParentResults` decides) and how BuildKit's fsutil walks.
 */
export interface IgnoreRules {
  /** Whether a path below the context (`/`-separated, no leading slash) is left out. */
  ignores(path: string): boolean;
  /** Whether anything below an ignored directory may still be wanted, so that it has to be walked. */
  readonly hasExceptions: boolean;
  /**
   * Whether an ignored directory is looked into. BuildKit does for any exception that could lie below; the builder before
   * it only for exceptions that name the directory, so that `!**\/keep` brings nothing back out of it.
   */
  entered(directory: string, builder: 'buildkit' | 'classic'): boolean;
  /** Lines that Docker refuses, as `LINE: PATTERN`: it then builds nothing. */
  readonly refused: readonly string[];
}

interface Rule {
  readonly matches: PathTest;
  readonly pattern: string;
  readonly keeps: boolean;
}

/**
 * Reads the text of a `.dockerignore`.
 * @param before patterns that come first, so that the file can take them back
 */
export function parseDockerignore(text: string, before: readonly string[] = []): IgnoreRules {
  const rules: Rule[] = [];
  const refused: string[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  [...before, ...lines].forEach((line, index) => {
    const written = patternOf(line);
    if (written === undefined) return;
    const keeps = written.startsWith('!');
    const pattern = keeps ? written.slice(1) : written;
    const matches = pattern === '' ? undefined : compilePattern(pattern);
    if (matches === undefined) refused.push(`${index + 1 - before.length}: ${line.trim()}`);
    else rules.push({ matches, pattern, keeps });
  });
  const exceptions = rules.filter(({ keeps }) => keeps).map(({ pattern }) => pattern);
  const anywhere = exceptions.some((pattern) =>
    /[*[\]?^\\]/.test(pattern.replace(/(?:\/\*\*)?(?:\/\*)?$/, '')),
  );
  return {
    hasExceptions: exceptions.length > 0,
    ignores: matcher(rules),
    entered: (directory, builder) =>
      (builder === 'buildkit' && anywhere) ||
      exceptions.some((pattern) => `${pattern}/`.startsWith(`${directory}/`)),
    refused,
  };
}

/**
 * What a line says, cleaned; undefined for comments and blank lines. Docker cleans twice, once as it reads the file and
 * once as it takes the pattern: `./!x` thereby becomes an exception.
 */
function patternOf(line: string): string | undefined {
  if (line.startsWith('#')) return undefined;
  const trimmed = trim(line);
  if (trimmed === '') return undefined;
  const keeps = trimmed.startsWith('!');
  const given = keeps ? trim(trimmed.slice(1)) : trimmed;
  const pattern = given === '' ? '' : clean(given).replace(/^\/(?=.)/, '');
  const read = trim(keeps ? `!${pattern}` : pattern);
  return read === '' ? undefined : clean(read);
}

/** What Go calls white space, which is not quite what JavaScript does: a byte order mark is a letter. */
const trim = (text: string) => text.replace(/^(?:(?!\uFEFF)[\s\u0085])+|(?:(?!\uFEFF)[\s\u0085])+$/g, '');

/** Go's `filepath.Clean`: `./a//b/../c/` is `a/c`. */
function clean(path: string): string {
  const rooted = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!rooted) parts.push(part);
  }
  return rooted ? `/${parts.join('/')}` : parts.join('/') || '.';
}

/**
 * Goes down from the root as Docker's walk does: what matched a directory holds for all below it, and a rule that had no
 * say for the directory is asked again about the path alone.
 */
function matcher(rules: readonly Rule[]): IgnoreRules['ignores'] {
  const directories = new Map<string, readonly boolean[]>();
  const verdict = (path: string): { readonly ignored: boolean; readonly matched: readonly boolean[] } => {
    const slash = path.lastIndexOf('/');
    const above = slash < 0 ? undefined : matchedBy(path.slice(0, slash));
    const matched: boolean[] = [];
    let ignored = false;
    for (const [at, rule] of rules.entries()) {
      const asked = rule.keeps === ignored;
      const match = above?.[at] === true || (asked && rule.matches(path));
      matched.push(match);
      if (match) ignored = !rule.keeps;
    }
    return { ignored, matched };
  };
  const matchedBy = (directory: string): readonly boolean[] => {
    const known = directories.get(directory);
    if (known !== undefined) return known;
    const { matched } = verdict(directory);
    directories.set(directory, matched);
    return matched;
  };
  return (path) => verdict(path).ignored;
}
