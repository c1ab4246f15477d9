import type { Difference, TargetDiff } from '../../../domain/difference.js';
import type { ReleaseRecord } from '../../../domain/records.js';
import type { InstancesDependencies } from './dependencies.js';
import { planInstances } from './rules/plan.js';
import { readView } from './view.js';
import { wantedRelease } from './wanted.js';
import { idOf } from './rules/ownInstance.js';

/** What a deploy would replace: the version of each instance, or only its settings. */
export async function diffInstances(
  target: InstancesDependencies,
  release: ReleaseRecord,
): Promise<TargetDiff> {
  const [group, wanted, { own }] = await Promise.all([
    target.group(),
    wantedRelease(target, release),
    readView(target, new AbortController().signal),
  ]);
  const { old, slots } = planInstances({
    ...{ own, wanted, count: target.config.count, isLinked: group.isLinked },
    ...{ runs: [], retiring: [], isBack: false },
  });
  const differences = old.map((one): Difference => {
    const { version, digest } = one.label;
    const of = idOf(one);
    return digest === wanted.digest && version === release.version
      ? { of, what: 'settings', from: `those of ${version}`, to: 'others' }
      : { of, what: 'version', from: version, to: release.version };
  });
  const added = slots.length - old.length;
  if (added > 0) differences.push({ what: 'instances', to: `${added} more, with ${release.version}` });
  return { differences };
}
