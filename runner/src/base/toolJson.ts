import { stripAnsi } from './ansi.js';
import { StackError } from './errors.js';
import { cutLine } from './longLines.js';

/** What may follow an opening bracket in JSON: tells `[WARN]` and `{region}` apart from values at once. */
const BEGINS = /\{\s*["}]|\[\s*["{[\]\dtfn-]/g;

/**
 * The JSON value in what a tool printed: wrappers on PATH (version managers, credential helpers) and the tools
 * themselves print words before and after it.
 * @param text all of standard output
 * @param isMeant tells the value from others, such as log lines in JSON; the longest that it takes counts
 * @param read what makes a value of JSON, where it is not JSON.parse
 * @returns undefined where there is none
 */
export function jsonIn<T>(
  text: string,
  isMeant: (value: unknown) => value is T,
  read: Read = JSON.parse,
): T | undefined {
  const whole = parse(text.trim(), read);
  if (whole !== undefined && isMeant(whole)) return whole;
  // JSON itself never holds a bare escape character.
  const plain = stripAnsi(text);
  let found: { readonly value: T; readonly length: number } | undefined;
  BEGINS.lastIndex = 0;
  for (let begin = BEGINS.exec(plain); begin !== null; begin = BEGINS.exec(plain)) {
    const end = endOfValue(plain, begin.index);
    const value = end === undefined ? undefined : parse(plain.slice(begin.index, end), read);
    BEGINS.lastIndex = begin.index + 1;
    if (value === undefined || end === undefined) continue;
    const length = end - begin.index;
    if (isMeant(value) && length > (found?.length ?? 0)) found = { value, length };
    BEGINS.lastIndex = end;
  }
  return found?.value;
}

/**
 * The same where there has to be one.
 * @param command for people, e.g. `terraform show -json`
 * @throws StackError TOOL_FAILED with what the tool printed instead
 */
export function toolJson<T>(
  command: string,
  printed: { readonly stdout: string; readonly tail: readonly string[] },
  isMeant: (value: unknown) => value is T,
  read?: Read,
): T {
  const value = jsonIn(printed.stdout, isMeant, read);
  if (value !== undefined) return value;
  const lines = stripAnsi(printed.stdout).split(/\r?\n/);
  const words = [...lines, ...printed.tail].filter((line) => line.trim() !== '');
  throw new StackError('TOOL_FAILED', `${command} did not print the JSON it was asked for`, {
    where: command,
    evidence: words.slice(0, EVIDENCE_LINES).map((line) => cutLine(line, EVIDENCE_LENGTH)),
    next: 'Run it by hand to see what prints instead: a wrapper on PATH, an alias, or another version of the tool.',
  });
}

const EVIDENCE_LINES = 10;
const EVIDENCE_LENGTH = 200;

/** True for `{…}`, whatever is inside. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Where the value that begins at a bracket ends (exclusive); undefined where it does not. */
function endOfValue(text: string, begin: number): number | undefined {
  const open: string[] = [];
  for (let at = begin; at < text.length; at++) {
    const char = text[at];
    if (char === '"') {
      at = endOfString(text, at);
      if (at === -1) return undefined;
    } else if (char === '{' || char === '[') open.push(char === '{' ? '}' : ']');
    else if (char === '}' || char === ']') {
      if (open.pop() !== char) return undefined;
      if (open.length === 0) return at + 1;
    }
  }
  return undefined;
}

/** Index of the quote that closes the string that begins at `begin`; -1 where none does. */
function endOfString(text: string, begin: number): number {
  for (let end = text.indexOf('"', begin + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return -1;
}

type Read = (json: string) => unknown;

function parse(text: string, read: Read): unknown {
  try {
    // String.trim takes the byte order mark too.
    return read(text);
  } catch {
    return undefined;
  }
}
