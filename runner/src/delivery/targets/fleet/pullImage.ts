import type { Host } from '../../../domain/host.js';
import type { Rollout } from '../../../context/target.js';
import { failedByError, failedByPlaybook, type FailedHost } from './rules/fleetFailures.js';
import type { FleetDependencies } from './dependencies.js';
import type { WantedContainer } from './wanted.js';

export interface Fetched {
  /** Hosts that have it now. */
  readonly ready: readonly Host[];
  /** Hosts that could not get it; they serve on with what they run. */
  readonly unfetched: readonly FailedHost[];
}

/**
 * Brings the image, or the directory, to all hosts side by side, before any of them leaves the load balancer: a big one costs no
 * capacity, and one that cannot be pulled costs nothing at all.
 */
export async function fetchImages(
  fleet: FleetDependencies,
  hosts: readonly Host[],
  wanted: WantedContainer,
  rollout: Rollout,
): Promise<Fetched> {
  const ssh = await fleet.ssh();
  const { signal } = rollout;
  const lost: FailedHost[] = [];
  const found = await ssh.each(hosts, async (host) => {
    try {
      return { host, isThere: await fleet.runtime.isThere(ssh, host, wanted, signal) };
    } catch (error) {
      signal.throwIfAborted();
      lost.push(failedByError(host.name, error, 'untouched'));
      return { host, isThere: true };
    }
  });
  const names = found.filter(({ isThere }) => !isThere).map(({ host }) => host.name);
  const ready = (failures: readonly FailedHost[]): Fetched => {
    const failed = new Set(failures.map(({ host }) => host));
    return { ready: hosts.filter(({ name }) => !failed.has(name)), unfetched: failures };
  };
  if (names.length === 0) return ready(lost);
  await rollout.journal('fetch', { hosts: names });
  const { variables, objects, done } = await fleet.runtime.fetching(wanted, signal);
  const failures = await fleet.play({ hosts: names, variables, objects, rollout }).finally(done);
  const unfetched = failures.map((failure): FailedHost => ({
    ...failedByPlaybook(failure),
    cause: failure.unreachable ? 'unreachable' : failure.leftOut === true ? 'not-replaced' : 'image',
    now: 'untouched',
  }));
  return ready([...lost, ...unfetched]);
}
