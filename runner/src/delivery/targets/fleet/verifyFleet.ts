import { wordsWithout, toErrorRecord } from '../../../base/errors.js';
import type { CheckResult, Finding } from '../../../domain/finding.js';
import type { ReleaseRecord } from '../../../domain/records.js';
import type { FleetDependencies } from './dependencies.js';
import { readHostStates } from './hostState.js';

/** Every host can be asked, the target group is there, and the release has what the target runs. Changes nothing. */
export async function verifyFleet(
  fleet: FleetDependencies,
  release: ReleaseRecord,
): Promise<readonly CheckResult[]> {
  const { name } = fleet;
  const [states, group, image] = await Promise.all([
    readHostStates(fleet),
    groupFinding(fleet),
    imageFinding(fleet, release),
  ]);
  const check = (id: string, title: string, finding: Finding): CheckResult => ({
    id: `${id}:${name}`,
    title: `${title} of ${name}`,
    required: true,
    ...finding,
  });
  const failed = states.filter(({ error }) => error !== undefined);
  const { config } = fleet;
  const hosts: Finding =
    failed.length === 0
      ? { status: states.length === 0 ? 'failed' : 'ok', found: `${states.length} hosts can be asked` }
      : {
          // So many may stay behind.
          status: failed.length > config['max-failed'] ? 'failed' : 'warning',
          found: failed
            .map(({ host, error }) => `${host.name}: ${wordsWithout(host.name, error)}`)
            .join('; '),
          next: toErrorRecord(failed[0]?.error).next ?? 'node runner inventory',
        };
  return [
    check('hosts', 'Hosts', hosts),
    check('image', config.strategy.kind === 'symlink' ? 'Artifact' : 'Image', image),
    check('group', 'Target group', group),
  ];
}

async function imageFinding(fleet: FleetDependencies, release: ReleaseRecord): Promise<Finding> {
  const { image, digest } = await fleet.runtime.wanted(release);
  if (digest === '')
    return { status: 'skipped', found: `${release.version} is not built yet: the deploy does it` };
  return { status: 'unverified', found: `${image}: each host gets it before any is replaced` };
}

async function groupFinding(fleet: FleetDependencies): Promise<Finding> {
  try {
    const balancer = await fleet.balancer();
    return balancer === undefined
      ? { status: 'skipped', found: 'the hosts are in none' }
      : { status: 'ok', found: balancer.name };
  } catch (error) {
    const { message, next } = toErrorRecord(error);
    return { status: 'failed', found: message, ...(next === undefined ? {} : { next }) };
  }
}
