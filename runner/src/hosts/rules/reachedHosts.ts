import { StackError } from '../../base/errors.js';
import type { HostRecap } from './ansibleEvents.js';
import type { ProvisionOptions } from './provisionOptions.js';

/** Whether only some tasks were asked for. */
export const isTagged = ({ tags = [] }: Pick<ProvisionOptions, 'tags'>): boolean => tags.length > 0;

/**
 * Hosts that the playbooks worked on. To skip every task is to do nothing; but a dry run skips what it cannot foresee,
 * and with tags most of what a host is given is left out on purpose: there a task that was asked for counts.
 */
export function reachedHosts(
  wanted: readonly string[],
  {
    totals,
    worked,
  }: { readonly totals: Readonly<Record<string, HostRecap>>; readonly worked: ReadonlySet<string> },
  options: Pick<ProvisionOptions, 'tags' | 'dryRun'>,
): readonly string[] {
  return wanted.filter((host) => {
    const recap = totals[host];
    if (recap === undefined) return false;
    if (options.dryRun === true && recap.skipped > 0) return true;
    return isTagged(options) ? worked.has(host) : recap.ok > 0;
  });
}

/** Ansible calls it a success when no play names a host, or every task is skipped; nobody who asked for hosts does. */
export function leftOutFailure(
  wanted: readonly string[],
  reached: readonly string[],
  playbooks: readonly string[],
  options: ProvisionOptions,
): StackError {
  const leftOut = wanted.filter((host) => !reached.includes(host));
  const tags = isTagged(options) ? ` with a tag of ${(options.tags ?? []).join(', ')}` : '';
  const count = leftOut.length === 1 ? '' : ` (and ${leftOut.length - 1} more of ${wanted.length} hosts)`;
  return new StackError(
    'PLAYBOOK_FAILED',
    `${leftOut[0] ?? 'the environment'}${count}: no task${tags} of ${playbooks.join(', ')} ran there`,
    {
      where: playbooks.join(', '),
      evidence: [
        ...leftOut.map((host) => `${host}: no play names it, or every task is skipped there`),
        ...reached.map((host) => `${host}: done`),
      ],
      next:
        'Correct `hosts` and `when` of the playbooks (hosts and groups: `node runner inventory`), ' +
        'or name the intended hosts: --limit HOST,GROUP, or `provision.limit` for every run.',
    },
  );
}
