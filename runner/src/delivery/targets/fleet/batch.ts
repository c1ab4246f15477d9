import type { Host } from '../../../domain/host.js';
import type { Rollout } from '../../../context/target.js';
import type { FailedHost } from './rules/fleetFailures.js';
import type { FleetDependencies } from './dependencies.js';
import { updateHost, type UpdateRequest } from './hostJob.js';

export interface BatchRequest extends UpdateRequest {
  readonly hosts: readonly Host[];
}

/**
 * Takes one batch of hosts through, each a job of its own: a quick one serves while a slow one still starts, and one that fails
 * holds up none. Then the checks watch them all.
 *
 * @returns the hosts that failed
 * @throws whatever makes it impossible for every host, as soon as nothing works on any of them any more
 */
export async function rollBatch(
  fleet: FleetDependencies,
  request: BatchRequest,
  rollout: Rollout,
): Promise<FailedHost[]> {
  const { hosts, checks } = request;
  const jobs = await Promise.allSettled(hosts.map((host) => updateHost(fleet, host, request, rollout)));
  // Whoever undoes this must find hosts that stand still: only now may it be told.
  const broken = jobs.find((job) => job.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
  const failed = jobs.flatMap((job) => (job.status === 'fulfilled' ? (job.value ?? []) : []));
  if (failed.length < hosts.length) await checks?.watch();
  return failed;
}
