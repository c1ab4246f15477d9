import type { Known, Rollout, Target, TargetStatus, Wanted } from '../../../../context/target.js';
import type { TargetDiff } from '../../../../domain/difference.js';
import type { CheckResult } from '../../../../domain/finding.js';
import type { ReleaseRecord, TargetRecord, TargetSnapshot } from '../../../../domain/records.js';
import { familyOf, readScheduled, revisionsOf, servingOf } from './rules/scheduleTargets.js';
import { type Schedules, type SeenSchedule } from './schedules.js';

/**
 * A target whose scheduled tasks move with it: after its service runs the release, and back beside it. What they ran is in
 * the snapshot, so that another process brings it back after a kill.
 */
export function scheduledTarget(target: Target, schedules: Schedules): Target {
  let families: readonly string[] | undefined;
  let seen: readonly SeenSchedule[] | undefined;
  const look = async (snapshot: TargetSnapshot) => {
    families = [...new Set(revisionsOf(snapshot).map(familyOf))];
    seen = await schedules.look(families);
    return seen;
  };
  /** A run that goes on with another one's work has taken no snapshot of its own. */
  const known = async () => {
    if (families === undefined) await look(await target.snapshot());
    return families ?? [];
  };
  const told = (record: TargetRecord, words: string): TargetRecord => ({
    ...record,
    facts: { ...record.facts, schedules: words },
  });
  const own: Partial<Target> = {
    async snapshot(before?: Known): Promise<TargetSnapshot> {
      const snapshot = await target.snapshot(before);
      const scheduled = await schedules.scheduled(await look(snapshot), servingOf(snapshot));
      return scheduled.length === 0 ? snapshot : { ...snapshot, schedules: scheduled };
    },
    async requireMovable(before?: Known): Promise<void> {
      await target.requireMovable?.(before);
      const of = await known();
      schedules.refuseAbsent(seen ?? (await schedules.look(of)), of);
    },
    async deploy(release: ReleaseRecord, rollout: Rollout): Promise<TargetRecord> {
      const record = await target.deploy(release, rollout);
      const revision = record.facts?.['taskDefinition'];
      // What pauses has not been moved yet, whatever the platform has started.
      if (record.status === 'paused' || revision === undefined) return record;
      const of = [...new Set([...(await known()), familyOf(revision)])];
      // A deploy may take hours: what Terraform has changed in a rule since is kept.
      const now = await schedules.look(of, rollout.signal);
      return told(record, await schedules.move({ release, revision, families: of }, rollout, now));
    },
    async restore(snapshot: TargetSnapshot, rollout: Rollout): Promise<TargetRecord> {
      const { schedules: before, ...others } = snapshot;
      // Neither waits for the other, nor keeps it from its way back.
      const [restored, putBack] = await Promise.allSettled([
        target.restore(others, rollout),
        schedules.putBack(readScheduled(before), rollout),
      ]);
      if (restored.status === 'rejected') throw restored.reason;
      if (putBack.status === 'rejected') throw putBack.reason;
      return restored.value;
    },
    async status(release?: ReleaseRecord): Promise<TargetStatus> {
      const status = await target.status(release);
      const serving = status.details?.['taskDefinition'];
      const revision = typeof serving === 'string' ? serving : '';
      // A schedule may still have the family of the colour that was live before.
      const { strategy } = schedules.options.config;
      const of = strategy.kind === 'switch' ? await known() : [familyOf(revision)];
      const { statusWithSchedules } = await import('./scheduleViews.js');
      return statusWithSchedules(schedules, status, { families: of, revision, release });
    },
    ...(target.verify === undefined
      ? {}
      : {
          async verify(wanted: Wanted): Promise<readonly CheckResult[]> {
            const { verifySchedules } = await import('./scheduleViews.js');
            const [service, own] = await Promise.all([
              target.verify?.(wanted),
              known().then((of) => verifySchedules(schedules, of, wanted.signal)),
            ]);
            return [...(service ?? []), ...own];
          },
        }),
    ...(target.diff === undefined
      ? {}
      : {
          async diff(release: ReleaseRecord): Promise<TargetDiff> {
            const { diffSchedules } = await import('./scheduleViews.js');
            const found = (await target.diff?.(release)) ?? { differences: [] };
            const snapshot = await target.snapshot();
            const differences = await diffSchedules(schedules, await look(snapshot), {
              release,
              isMoved: found.differences.length > 0,
              serving: servingOf(snapshot),
            });
            return { ...found, differences: [...found.differences, ...differences] };
          },
        }),
  };
  // All that it does beside that is the target's own.
  return Object.assign(Object.create(target) as Target, own);
}
