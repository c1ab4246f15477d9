import type { TargetStatus } from '../../../../context/target.js';
import { digestOfRelease, type ReleaseRecord } from '../../../../domain/records.js';
import { isActive } from '../../../../domain/scalingGroup.js';
import type { AutoscaledDependencies } from './dependencies.js';
import { readGroup } from './readGroup.js';
import { getsRequests } from './rules/members.js';

/** Which instances of the group serve what, and whether it is being refreshed. */
export async function groupStatus(
  target: AutoscaledDependencies,
  release?: ReleaseRecord,
): Promise<TargetStatus> {
  const { signal } = new AbortController();
  const [{ isLinked }, scaling, { group, members }] = await Promise.all([
    target.group(),
    target.scaling(),
    readGroup(target, signal),
  ]);
  const refresh = await scaling.lastRefresh(signal);
  const expected = digestOfRelease(release, target.config);
  const serving = members.filter((one) => getsRequests(one, isLinked));
  const digests = new Set(serving.map(({ label }) => label?.digest));
  const [only] = digests;
  const isWanted = expected === undefined || serving.every(({ label }) => label?.digest === expected);
  const words = members.map((one) => {
    const mark = getsRequests(one, isLinked)
      ? ''
      : ` (${one.lifecycle}, ${one.health?.state ?? 'not registered'})`;
    return `${one.id} ${one.label?.version ?? 'of no release'}${mark}`;
  });
  const going =
    refresh !== undefined && isActive(refresh)
      ? [`a refresh is at ${refresh.percent} %: ${refresh.status}`]
      : [];
  return {
    kind: 'instances',
    healthy: isWanted && serving.length >= group.desired && serving.length === members.length,
    ...(digests.size === 1 && only !== undefined ? { digest: only } : {}),
    summary: [words.join(' · ') || `${group.name} wants ${group.desired} instances`, ...going].join('; '),
    details: {
      group: group.name,
      desired: group.desired,
      instances: members.map(({ id, lifecycle, label, health }) => ({
        ...{ id, state: lifecycle, version: label?.version ?? null, digest: label?.digest ?? null },
        health: health?.state ?? null,
      })),
    },
  };
}
