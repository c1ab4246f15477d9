import { StackError } from '../../../base/errors.js';
import type { Host } from '../../../domain/host.js';
import type { BehindHost, ReleaseRecord } from '../../../domain/records.js';
import type { Known, Rollout } from '../../../context/target.js';
import type { HostContainers } from './containers.js';
import { failedByError, type FailedHost } from './rules/fleetFailures.js';
import { currentHosts, readHostStates, wantedProof, type HostState } from './hostState.js';
import type { FleetDependencies } from './dependencies.js';
import { missingProof } from './runningDigest.js';
import type { WantedContainer } from './wanted.js';

/**
 * A host that a deploy leaves behind, as the ledger keeps it.
 * @param before what the host ran; undefined where it could not be asked
 * @param known what the ledger says of the deployment before
 */
export function behindHost(
  { host, now, cause, reason, words }: FailedHost,
  before: HostContainers | undefined,
  known: Known | undefined,
): BehindHost {
  // The previous container runs again only where somebody restored it.
  const ran = before?.current ?? (now === 'untouched' ? undefined : before?.previous);
  const version = before === undefined ? lastVersion(host, known) : (ran?.version ?? null);
  return {
    host,
    version: now === 'none' ? null : version,
    cause,
    reason,
    ...(words === undefined ? {} : { words }),
  };
}

const behindBefore = (known: Known | undefined): readonly BehindHost[] => known?.target?.hosts?.behind ?? [];

function lastVersion(name: string, known: Known | undefined): string | null {
  const was = behindBefore(known).find(({ host }) => host === name);
  return was === undefined ? (known?.version ?? null) : was.version;
}

/** Names of the hosts that the deployment before left behind, and that therefore serve nobody. */
export const hostsOutOfService = (known: Known | undefined): ReadonlySet<string> =>
  new Set(behindBefore(known).map(({ host }) => host));

/** Action in the journal. */
export const TAKE_OUT_ACTION = 'keep out';

/**
 * Takes hosts that are behind out of the target group: a host that comes back with the old version must not serve
 * beside the new one. The load balancer is told so whether the host can be reached or not.
 */
export async function takeOutOfService(
  fleet: FleetDependencies,
  hosts: readonly Host[],
  rollout: Rollout,
): Promise<void> {
  const balancer = hosts.length === 0 ? undefined : await fleet.balancer();
  if (balancer === undefined) return;
  await rollout.journal(TAKE_OUT_ACTION, { hosts: hosts.map(({ name }) => name), of: balancer.name });
  const ssh = await fleet.ssh();
  await ssh.each(hosts, async (host) => {
    await balancer.drain(host, rollout.signal);
    rollout.stage
      .subject(host.name)
      .progress('kept out', `out of ${balancer.name} until it is updated`, 'failed');
  });
}

/**
 * Hosts that do not run a release, as a look at them tells.
 * @param release what the environment runs
 * @throws StackError CONFIG_INVALID where the settings have changed since: then catching up would leave two kinds
 */
export async function laggingHosts(
  fleet: FleetDependencies,
  release: ReleaseRecord,
  known: Known | undefined,
): Promise<readonly BehindHost[]> {
  const wanted = await fleet.runtime.wanted(release);
  const states = await readHostStates(fleet);
  refuseOtherSettings(fleet, states, wanted, hostsOutOfService(known), release.version);
  const current = await currentHosts(fleet, states, wanted, new AbortController().signal);
  return states.flatMap(({ host, containers, error }): BehindHost[] => {
    if (current.has(host.name))
      return hostsOutOfService(known).has(host.name) ? [runsButIsOut(host, release)] : [];
    const failed = { host: host.name, log: [], now: 'untouched' } as const;
    if (containers === undefined) {
      const unreachable = { ...failedByError(host.name, error, 'untouched'), cause: 'unreachable' } as const;
      return [behindHost(unreachable, undefined, known)];
    }
    const missing = missingProof(containers, wantedProof(wanted));
    const cause = missing === undefined ? 'unhealthy' : 'not-replaced';
    return [behindHost({ ...failed, cause, reason: missing ?? 'it does not answer' }, containers, known)];
  });
}

/** It runs the release already, and is out of service until the ledger knows. */
const runsButIsOut = ({ name }: Host, { version }: ReleaseRecord): BehindHost => ({
  host: name,
  version,
  cause: 'unreachable',
  reason: `it runs ${version}, but is still out of service`,
});

/**
 * The hosts that are not behind stay as they are; with other settings than those wanted now they would not.
 * @throws StackError CONFIG_INVALID where the settings have changed
 */
export function refuseOtherSettings(
  fleet: FleetDependencies,
  states: readonly HostState[],
  wanted: WantedContainer,
  behind: ReadonlySet<string>,
  version: string,
): void {
  const other = states.filter(({ host, containers }) => {
    const container = containers?.current;
    if (container === undefined || behind.has(host.name) || container.definition === '') return false;
    return (container.content ?? []).includes(wanted.digest) && container.definition !== wanted.definition;
  });
  const [first] = other;
  if (first === undefined) return;
  throw new StackError(
    'CONFIG_INVALID',
    `the settings of ${fleet.name} have changed since ${version} was deployed`,
    {
      where: `targets.${fleet.name} of ${fleet.environmentName}`,
      evidence: other.map(({ host }) => `${host.name} runs ${version} with the previous settings`),
      next: `Deploy it to all hosts: node runner deploy --env ${fleet.environmentName} --release ${version}`,
    },
  );
}
