import type { ReleaseRecord } from '../../../domain/records.js';
import { digestOfRelease } from '../../../domain/records.js';
import type { TargetStatus } from '../../../context/target.js';
import type { InstancesDependencies } from './dependencies.js';
import { readView } from './view.js';
import { idOf, isRegistered, serves } from './rules/ownInstance.js';

/** Which instances serve what, and what is kept beside them. */
export async function instancesStatus(
  target: InstancesDependencies,
  release?: ReleaseRecord,
): Promise<TargetStatus> {
  const [group, { own, foreign }] = await Promise.all([
    target.group(),
    readView(target, new AbortController().signal),
  ]);
  const expected = digestOfRelease(release, target.config);
  const inGroup = own.filter(isRegistered);
  const serving = inGroup.filter((one) => serves(one, group.isLinked));
  const digests = new Set(serving.map(({ label }) => label.digest));
  const [only] = digests;
  const isWanted = expected === undefined || (digests.size === 1 && only === expected);
  const least = target.config.succeed ?? target.config.count;
  const words = inGroup.map((one) => {
    const mark = serves(one, group.isLinked) ? '' : ` (${one.health?.state ?? 'unknown'})`;
    return `${idOf(one)} ${one.label.version}${mark}`;
  });
  const beside = own.filter((one) => !isRegistered(one));
  const kept = beside.map((one) => `${idOf(one)} ${one.label.version} ${one.instance.state}`);
  const strangers = foreign.map((id) => `${id} is not ours`);
  return {
    kind: 'instances',
    healthy: isWanted && foreign.length === 0 && serving.length >= least && serving.length === inGroup.length,
    ...(digests.size === 1 && only !== undefined ? { digest: only } : {}),
    summary: [words.join(' · ') || 'no instance is in the target group', kept.join(' · '), ...strangers]
      .filter((one) => one !== '')
      .join('; beside them '),
    details: {
      instances: own.map(({ instance, label, health }) => ({
        ...{ id: instance.id, state: instance.state, version: label.version, digest: label.digest },
        ...{ zone: instance.zone, address: instance.privateAddress, launched: instance.launched },
        health: health?.state ?? null,
      })),
      foreign,
    },
  };
}
