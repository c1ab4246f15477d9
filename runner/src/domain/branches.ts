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
  return Object.entries(rules).find(([pattern]) =>
    minimatch(branch, pattern, { nocomment: true, nonegate: true }),
  )?.[1];
}
