import { StackError } from '../../../../base/errors.js';
import type { Rollout } from '../../../../context/target.js';
import type { TargetSnapshot } from '../../../../domain/records.js';
import { isActive, isSameTemplate, type TemplateVersion } from '../../../../domain/scalingGroup.js';
import type { AutoscaledDependencies } from './dependencies.js';
import { readGroup } from './readGroup.js';
import { endRefresh, refreshGroup } from './refreshGroup.js';

/** What a group was before. */
export interface GroupSnapshot {
  readonly group: string;
  /** With the number that its version had then. */
  readonly template: TemplateVersion | null;
  readonly members: readonly string[];
  /** Of what ran, where all ran one. */
  readonly digest?: string;
}

export async function snapshotOfGroup(
  target: AutoscaledDependencies,
  signal: AbortSignal,
): Promise<GroupSnapshot> {
  const { group, members } = await readGroup(target, signal);
  const { template } = group;
  const ec2 = await target.ec2();
  const digests = [...new Set(members.map(({ label }) => label?.digest))];
  return {
    group: group.name,
    template:
      template === undefined ? null : await ec2.template({ name: template.id, version: template.version }),
    members: members.map(({ id }) => id),
    ...(digests.length === 1 && digests[0] !== undefined ? { digest: digests[0] } : {}),
  };
}

/** @throws StackError STATE_UNREADABLE where it is none of a group */
export function readGroupSnapshot(snapshot: TargetSnapshot): GroupSnapshot {
  const found = snapshot as unknown as GroupSnapshot;
  if (typeof found.group === 'string' && Array.isArray(found.members)) return found;
  throw new StackError('STATE_UNREADABLE', 'the snapshot is none of an autoscaling group', {
    next: 'node runner rollback --to VERSION brings a release that works.',
  });
}

/**
 * Brings a group back to the launch template that it had: ends the refresh that is at work, and has the instances replaced
 * that came from another one. Those that were never touched stay.
 * @returns the instances that serve; undefined where nothing had to be changed
 * @throws StackError DEPLOY_FAILED with what stands where
 */
export async function restoreGroup(
  target: AutoscaledDependencies,
  { template, members: before }: GroupSnapshot,
  rollout: Rollout,
): Promise<readonly string[] | undefined> {
  const { signal } = rollout;
  if (template === null) return undefined;
  const going = await (await target.scaling()).lastRefresh(signal);
  // One that brings it back already, of a run that was killed, is followed to its end.
  const isGoingBack = going !== undefined && isActive(going) && isNumber(going.template, template);
  const wasEnded = isGoingBack ? false : await endRefresh(target, rollout);
  const { group, members } = await readGroup(target, signal);
  const isFromBefore = members.every(
    (one) => before.includes(one.id) || isSameTemplate(one.template, template),
  );
  // A group that names `$Default` was never told another version.
  const isAsBefore = isNumber(group.template, template) || isNamed(group.template, template);
  if (!isGoingBack && isAsBefore && isFromBefore) return wasEnded ? members.map(({ id }) => id) : undefined;
  const { desired } = group;
  return refreshGroup(target, { template, desired, isGated: false, checks: undefined, rollout });
}

type Named = { readonly id: string; readonly version: string } | undefined;
const isNumber = (one: Named, { id, version }: TemplateVersion): boolean =>
  one?.id === id && one.version === String(version);
const isNamed = (one: Named, { id }: TemplateVersion): boolean =>
  one?.id === id && one.version.startsWith('$');
