import type { CheckResult, CheckStatus } from '../domain/finding.js';
import { displayWidth, pad } from './text.js';

const WORDS: Readonly<Record<CheckStatus, string>> = {
  ok: 'ok',
  warning: 'warning',
  failed: 'FAILED',
  skipped: '-',
  unverified: '?',
};

/** Checks as aligned lines, what to type below each that is not well, and a last line that sums up. */
export function checksText(
  checks: readonly CheckResult[],
  words = { well: 'Ready', ill: 'Not ready' },
): string {
  const width = Math.max(...checks.map(({ title }) => displayWidth(title)));
  const lines = checks.flatMap(({ status, title, found, next }) => [
    `${pad(WORDS[status], 7)}  ${pad(title, width)}  ${found}`,
    ...(next === undefined || status === 'ok' ? [] : [`${' '.repeat(7 + 2 + width + 2)}→ ${next}`]),
  ]);
  const count = (status: CheckStatus) => checks.filter((check) => check.status === status).length;
  const failed = count('failed');
  const warnings = count('warning');
  const summary =
    failed === 0
      ? `${words.well}${warnings === 0 ? '' : `, with ${warnings} warning${warnings === 1 ? '' : 's'}`}.`
      : `${words.ill}: ${failed} check${failed === 1 ? '' : 's'} failed.`;
  return [...lines, '', summary].join('\n');
}
