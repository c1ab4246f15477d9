import { StackError } from '../../base/errors.js';
import type { HostFailure, HostRecap } from './ansibleEvents.js';
import type { ForeseenChange } from './foreseen.js';
import type { ProvisionOptions } from './provisionOptions.js';

/** More hosts are counted. */
const MOST_NAMED = 8;

const counted = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;

/**
 * How a provisioning ended, in a line.
 * @param reached number of hosts
 * @param changed number of tasks that changed something, over all hosts
 * @param unchanged number of hosts on which a layer was not run
 */
export function provisionSummary(
  { reached, changed, unchanged }: { reached: number; changed: number; unchanged: number },
  { dryRun }: Pick<ProvisionOptions, 'dryRun'>,
): string {
  const hosts = counted(reached, 'host');
  const left = unchanged === 0 ? '' : `; on ${unchanged} not all was run, since nothing has changed there`;
  if (changed === 0)
    return `${hosts} as ${reached === 1 ? 'it' : 'they'} should be, nothing to change${left}`;
  const changes = counted(changed, 'change');
  return dryRun === true ? `${changes} would be made on ${hosts}` : `${hosts} provisioned, ${changes}${left}`;
}

/**
 * What a layer was not run on, and what was therefore not looked at.
 * @param since when the good run was that is believed, in milliseconds since the epoch
 */
export function notLookedAt(title: string, hosts: readonly string[], sinceMs: number): string {
  const since = new Date(sinceMs).toISOString().slice(0, 16).replace('T', ' ');
  return (
    `${title} not run on ${hosts.length > MOST_NAMED ? `${hosts.length} hosts` : hosts.join(', ')}: playbook, roles, variables and host are as they were at ${since} UTC. ` +
    'Not looked at: databases, containers, files that no task has written. All of it: --full'
  );
}

/** Result of a check that found something to change: an answer, not a failure of the check. */
export function checkFinding(
  environment: string,
  { changed, changes }: { readonly changed: number; readonly changes: readonly ForeseenChange[] },
): StackError | undefined {
  if (changed === 0) return undefined;
  const hosts = new Set(changes.flatMap((change) => change.hosts)).size;
  return new StackError(
    'DRIFT_FOUND',
    `${counted(changed, 'change')} would be made on ${counted(hosts, 'host')} of ${environment}`,
    { where: environment, next: `Make them: node runner provision --env ${environment}` },
  );
}

/** Sums over playbooks what happened on one host. */
export function addRecap(before: HostRecap | undefined, recap: HostRecap): HostRecap {
  if (before === undefined) return recap;
  const sum = (key: keyof HostRecap) => before[key] + recap[key];
  return {
    ok: sum('ok'),
    changed: sum('changed'),
    failed: sum('failed'),
    unreachable: sum('unreachable'),
    skipped: sum('skipped'),
    rescued: sum('rescued'),
  };
}

/**
 * The first failing host with its task and message; the others, and what the task printed, as evidence.
 * @param hosts number of hosts that the playbook ran on
 * @param layer what `--from` takes to go on there
 */
export function playbookFailure(
  playbook: string,
  failures: readonly HostFailure[],
  { hosts, layer }: { readonly hosts: number; readonly layer: string },
): StackError {
  const [first] = failures as readonly [HostFailure, ...HostFailure[]];
  return new StackError(
    'PLAYBOOK_FAILED',
    `${first.host}: ${first.task === '' ? playbook : `task "${first.task}"`}: ${first.message}`,
    {
      where: first.where === '' ? playbook : first.where,
      evidence: [
        ...first.output,
        ...failures.slice(1).map((failure) => `${failure.host}: task "${failure.task}": ${failure.message}`),
        `${failures.length} of ${Math.max(hosts, failures.length)} hosts failed in ${playbook}`,
      ],
      next:
        `Fix the cause and provision again; finished tasks are not repeated. From this playbook on: --from ${layer}. ` +
        `Only this host: --limit ${first.host}`,
    },
  );
}
