import { minimatch } from 'minimatch';

/**
 * The environment a branch leads to: exact names first, then globs, each in the order they were written.
 * `*` does not cross a `/`, `**` does.
 * @returns undefined where no rule matches: such a branch is built and tested only
 */
export function environmentOfBranch(
  rules: Readonly<Record<string, string>>,
  branch: string,
): string | undefined {
  if (Object.hasOwn(rules, branch)) return rules[branch];
  return Object.entries(rules).find(([pattern]) => matches(branch, pattern))?.[1];
}

/** Whether a branch is one of those that names and globs stand for. */
export function isBranchAmong(patterns: readonly string[], branch: string): boolean {
  return patterns.some((pattern) => pattern === branch || matches(branch, pattern));
}

const matches = (branch: string, pattern: string): boolean =>
  minimatch(branch, pattern, { nocomment: true, nonegate: true });
