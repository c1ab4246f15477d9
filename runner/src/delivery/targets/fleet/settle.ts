import type { Host } from '../../../domain/host.js';
import type { Rollout } from '../../../domain/target.js';
import { lookAt, type HostContainers } from './containers.js';
import { failedByError, type FailedHost } from './rules/fleetFailures.js';
import type { FleetParts } from './dependencies.js';
import { lacks, proofOf, type Proof } from './runningDigest.js';
import { containerName, restoringVariables } from './wanted.js';

/**
 * Hosts that do not run what they should, though the playbook ended well on them: asked of each host itself, because
 * a playbook may skip its tasks, pin another image or do something else altogether.
 */
export async function unproven(
  fleet: FleetParts,
  hosts: readonly Host[],
  proof: Proof | undefined,
  rollout: Rollout,
): Promise<FailedHost[]> {
  const ssh = await fleet.ssh();
  const found = await ssh.each(hosts, async (host): Promise<FailedHost[]> => {
    try {
      const missing = lacks(await lookAt(ssh, host, containerName(fleet), rollout.signal), proof);
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
export async function settleHost(
  fleet: FleetParts,
  host: Host,
  before: HostContainers | undefined,
  rollout: Rollout,
): Promise<FailedHost['now']> {
  try {
    const now = await lookAt(await fleet.ssh(), host, containerName(fleet), rollout.signal);
    const proof = before?.proven === undefined ? undefined : proofOf(before.proven);
    const same = now.proven?.definition === before?.proven?.definition;
    if (same && lacks(now, proof) === undefined) return 'untouched';
  } catch {
    rollout.signal.throwIfAborted();
    return 'unknown';
  }
  return bringBack(fleet, host, before, rollout);
}

/** Brings one host back by the playbook; a host that cannot even do that is recorded as such. */
export async function bringBack(
  fleet: FleetParts,
  host: Host,
  before: HostContainers | undefined,
  rollout: Rollout,
): Promise<FailedHost['now']> {
  const container = before?.proven ?? before?.aside;
  const entry = { hosts: [host.name], version: container?.version ?? 'nothing' };
  await (rollout.journalBack ?? rollout.journal)('bring back', entry);
  const variables = restoringVariables(fleet, container);
  const failures = await fleet.play({ hosts: [host.name], variables, rollout });
  const proof = container === undefined ? undefined : proofOf(container);
  if (failures.some(({ leftOut }) => leftOut !== true)) return 'unhealthy';
  const [missing] = await unproven(fleet, [host], proof, rollout);
  if (missing !== undefined) return missing.cause === 'unreachable' ? 'unknown' : 'other';
  return container === undefined ? 'none' : 'healthy';
}
