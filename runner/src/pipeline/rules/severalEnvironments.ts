import { ExitCode, StackError, type ErrorCode, type ErrorRecord } from '../../base/errors.js';

/** How one of several environments fared. */
export interface EnvironmentEnd {
  readonly environment: string;
  readonly exitCode: number;
  readonly error?: ErrorRecord;
}

/** Exit codes from the worst to the best: what was cut off or failed says more than what was found. */
const BY_WEIGHT: readonly number[] = [
  ExitCode.interrupted,
  ExitCode.failed,
  ExitCode.usage,
  ExitCode.rolledBack,
  ExitCode.locked,
  ExitCode.drift,
  ExitCode.ok,
];

/** The exit code of the whole. */
export function worstExitCode(ends: readonly EnvironmentEnd[]): number {
  const codes = ends.map(({ exitCode }) => exitCode);
  return BY_WEIGHT.find((code) => codes.includes(code)) ?? Math.max(ExitCode.ok, ...codes);
}

/**
 * What all failures and findings of several environments come to: the only one, or one that names them all.
 * @param isWorth which of them count
 * @returns undefined where none does
 */
export function summaryOfEnvironments(
  ends: readonly EnvironmentEnd[],
  isWorth: (end: EnvironmentEnd) => boolean = () => true,
): StackError | undefined {
  const bad = ends.filter((end) => end.error !== undefined && isWorth(end));
  const worst = bad.find(({ exitCode }) => exitCode === worstExitCode(bad)) as
    Required<EnvironmentEnd> | undefined;
  if (worst === undefined) return undefined;
  // Bugs are thrown, not told as how an environment ended.
  const code = worst.error.code as ErrorCode;
  if (bad.length === 1) {
    const { message, where, evidence, next, interruption } = worst.error;
    return new StackError(code, message, {
      ...(where === undefined ? {} : { where }),
      ...(evidence === undefined ? {} : { evidence }),
      ...(next === undefined ? {} : { next }),
      interruption,
    });
  }
  const names = bad.map(({ environment }) => environment).join(', ');
  return new StackError(code, `${bad.length} of ${ends.length} environments failed: ${names}`, {
    where: names,
    evidence: bad.map(({ environment, error }) => `${environment}: ${error?.message ?? ''}`),
    next: worst.error.next ?? `Look at ${worst.environment} first.`,
  });
}
