import { shellQuote } from './shell.js';

/** How the user calls the runner: what a message tells them to type must work where they are. */
export interface Call {
  /** `node runner`, `automation-stack`, `node ../automation-stack/runner`. */
  readonly program: string;
  /** Options by which the configuration was found, as they were typed: `-C ../shop`. */
  readonly place?: readonly string[];
}

export const DEFAULT_PROGRAM = 'node runner';

/**
 * The words that started this process.
 * @param script Node's `process.argv[1]`: the file or folder that was named, symbolic links not followed
 * @param cwd where the user is
 * @param env tells whether npx was typed
 * @param relative `path.relative`
 */
export function programOf(
  script: string,
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
  relative: (from: string, to: string) => string,
): string {
  if (/(?:^|[\\/])automation-stack(?:\.cmd)?$/.test(script))
    return isNpx(env) ? 'npx automation-stack' : 'automation-stack';
  const folder = script.replace(/[\\/]index\.js$/, '');
  const near = relative(cwd, folder) || '.';
  return `node ${shellQuote(near.length <= folder.length ? near : folder)}`;
}

/** npx tells what it runs; processes of another npx run inherit that it is one, with another script. */
const isNpx = (env: Readonly<Record<string, string | undefined>>): boolean =>
  env['npm_lifecycle_event'] === 'npx' && /\bautomation-stack\b/.test(env['npm_lifecycle_script'] ?? '');

/** Verbs that work on no configuration: `-C` would say nothing there. */
const PLACELESS = /^ (?:local|completion|help)\b/;

/** `In auth: ` leads to the directory of another application: this one's place would be wrong there. */
const ELSEWHERE = /\bIn [a-z0-9-]+: `node runner\b/;

/** Texts of messages name the program as `node runner`: the same text as this user types it. */
export function asTyped(text: string, { program, place = [] }: Call): string {
  if (!text.includes(DEFAULT_PROGRAM)) return text;
  const options = ELSEWHERE.test(text) ? '' : place.map((word) => ` ${shellQuote(word)}`).join('');
  return text.replace(/\bnode runner\b(?![./\\])(?=( [a-z][^`\n"';]*)?)/g, (_whole, rest?: string) => {
    const isPlaced =
      rest === undefined || PLACELESS.test(rest) || / (?:-C|--directory|--config)[ =]/.test(rest);
    return `${program}${isPlaced ? '' : options}`;
  });
}

/** Fields that hold our own words; others may hold what a child process printed, which stays as it is. */
const OWN_WORDS = new Set(['message', 'next', 'summary', 'text']);

/** Every text of ours inside a value, as this user types it. */
export function everyTextAsTyped<T>(value: T, call: Call): T {
  if (call.program === DEFAULT_PROGRAM && (call.place ?? []).length === 0) return value;
  return convert(value, call) as T;
}

function convert(value: unknown, call: Call): unknown {
  if (Array.isArray(value)) return value.map((item) => convert(item, call));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      typeof item === 'string' && OWN_WORDS.has(key) ? asTyped(item, call) : convert(item, call),
    ]),
  );
}
