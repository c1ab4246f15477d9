import type { Host } from '../../../domain/host.js';
import type { Rollout } from '../../../context/target.js';
import type { HostContainers } from './containers.js';
import { failedByError, type FailedHost } from './rules/fleetFailures.js';
import type { FleetDependencies } from './dependencies.js';
import { missingProof, proofOf, type Proof } from './runningDigest.js';

/**
 * Hosts that do not run what they should, though the playbook ended well on them: asked of each host itself, because
 * a playbook may skip its tasks, pin another image or do something else altogether.
 */
export async function hostsWithoutProof(
  fleet: FleetDependencies,
  hosts: readonly Host[],
  proof: Proof | undefined,
  rollout: Rollout,
): Promise<FailedHost[]> {
  const ssh = await fleet.ssh();
  const found = await ssh.each(hosts, async (host): Promise<FailedHost[]> => {
    try {
      const missing = missingProof(await fleet.runtime.read(ssh, host, rollout.signal), proof);
      if (missing === undefined) return [];
      const reason = `the playbook succeeded, but ${missing}`;
      return [{ host: host.name, cause: 'not-replaced', reason, log: [], now: 'unknown' }];
    } catch (error) {
      rollout.signal.throwIfAborted();
      return [failedByError(host.name, error, 'unknown')];
    }
  });
  return found.flat();
}

/** A playbook failed beside the role: the host may run the old, the new or nothing. Ends with the old where it can. */
export async function restoreIfChanged(
  fleet: FleetDependencies,
  host: Host,
  before: HostContainers | undefined,
  rollout: Rollout,
): Promise<FailedHost['now']> {
  try {
    const now = await fleet.runtime.read(await fleet.ssh(), host, rollout.signal);
    const proof = before?.current === undefined ? undefined : proofOf(before.current);
    const same = now.current?.definition === before?.current?.definition;
    if (same && missingProof(now, proof) === undefined) return 'untouched';
  } catch {
    rollout.signal.throwIfAborted();
    return 'unknown';
  }
  return restoreHost(fleet, host, before, rollout);
}

/** Restores one host with the playbook. A host that cannot be restored is recorded as such. */
export async function restoreHost(
  fleet: FleetDependencies,
  host: Host,
  before: HostContainers | undefined,
  rollout: Rollout,
): Promise<FailedHost['now']> {
  const container = before?.current ?? before?.previous;
  const entry = { hosts: [host.name], version: container?.version ?? 'nothing' };
  await (rollout.journalRollback ?? rollout.journal)('bring back', entry);
  const variables = fleet.runtime.restoring(container);
  const failures = await fleet.play({ hosts: [host.name], variables, rollout });
  const proof = container === undefined ? undefined : proofOf(container);
  if (failures.some(({ leftOut }) => leftOut !== true)) return 'unhealthy';
  const [missing] = await hostsWithoutProof(fleet, [host], proof, rollout);
  if (missing !== undefined) return missing.cause === 'unreachable' ? 'unknown' : 'other';
  return container === undefined ? 'none' : 'healthy';
}
