import { gunzipSync } from 'node:zlib';
import { shellText } from '../../base/shell.js';
import { quoteArguments } from '../ssh/quote.js';
import type { ExecResult } from '../ssh/execute.js';

/** What Run Command keeps of standard output and standard error, in characters. */
export const STDOUT_LIMIT = 24_000;
const STDERR_LIMIT = 8_000;
/** Longer output than this is packed: what stands between the marks is gzip in base64. */
const PLAIN_BYTES = 20_000;
const MARK = '#automation-stack:gzip\n';

/**
 * A script that runs an argv, with an input if there is one. Output that would be cut off is packed, which makes room for several
 * times as much text.
 * @param bring a script that prints the input, in its place
 */
export function commandScript(argv: readonly string[], input = '', bring?: string): string {
  const words = quoteArguments(argv);
  const fed = input === '' && bring === undefined ? '</dev/null' : `<"$d/in"`;
  const given = `printf %s ${shellText(Buffer.from(input).toString('base64'))} | base64 -d`;
  return [
    'd=$(mktemp -d) || exit 1',
    `trap 'rm -rf "$d"' EXIT`,
    ...(fed === '</dev/null' ? [] : ['(', bring ?? given, ') >"$d/in" || exit 1']),
    `( ${words} ) ${fed} >"$d/out" 2>"$d/err"`,
    'c=$?',
    `if [ "$(wc -c <"$d/out")" -gt ${PLAIN_BYTES} ]; then`,
    `  printf '%s\\n' ${shellText(MARK.trimEnd())}; gzip -9 -c "$d/out" | base64 -w0`,
    'else cat "$d/out"; fi',
    `tail -c ${STDERR_LIMIT - 500} "$d/err" >&2`,
    'exit $c',
  ].join('\n');
}

/**
 * What the argv itself printed.
 * @returns undefined where the output was cut off
 */
export function readResult(end: {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}): ExecResult | undefined {
  const { exitCode, stdout, stderr } = end;
  if (!stdout.startsWith(MARK)) return { exitCode, stdout, stderr };
  if (stdout.length >= STDOUT_LIMIT) return undefined;
  const packed = Buffer.from(stdout.slice(MARK.length).trim(), 'base64');
  return { exitCode, stdout: gunzipSync(packed).toString('utf8'), stderr };
}
