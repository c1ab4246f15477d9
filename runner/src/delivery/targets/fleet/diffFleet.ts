import type { ReleaseRecord } from '../../../domain/records.js';
import type { Difference, TargetDiff } from '../../../domain/difference.js';
import { wordsWithout } from '../../../base/errors.js';
import type { FleetDependencies } from './dependencies.js';
import { readHostStates, wantedProof } from './hostState.js';
import { missingProof } from './runningDigest.js';

/** What a deploy would change on the hosts: the version of each, or only its settings. */
export async function diffFleet(fleet: FleetDependencies, release: ReleaseRecord): Promise<TargetDiff> {
  const [states, wanted] = await Promise.all([readHostStates(fleet), fleet.runtime.wanted(release)]);
  const proof = wantedProof(wanted);
  const found = states.map(({ host, containers, error }): { difference?: Difference; unknown?: string } => {
    if (containers === undefined) return { unknown: `${host.name}: ${wordsWithout(host.name, error)}` };
    const missing = missingProof(containers, proof);
    if (missing === undefined) return {};
    const { current } = containers;
    const what =
      current === undefined
        ? { what: 'version', to: release.version }
        : current.version === release.version
          ? { what: 'settings', from: `those of ${current.version}`, to: `others (${missing})` }
          : { what: 'version', from: current.version, to: release.version };
    return { difference: { ...what, of: host.name } };
  });
  const unknown = found.flatMap((one) => one.unknown ?? []);
  return {
    differences: found.flatMap(({ difference }) => difference ?? []),
    ...(unknown.length === 0 ? {} : { unknown }),
  };
}
