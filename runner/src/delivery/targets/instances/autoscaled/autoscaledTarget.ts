import type { Operations } from '../../../../context/operations.js';
import type { Rollout, Target, TargetStatus, Wanted } from '../../../../context/target.js';
import type { Difference, TargetDiff } from '../../../../domain/difference.js';
import type { CheckResult } from '../../../../domain/finding.js';
import type { BehindHost, ReleaseRecord, TargetRecord, TargetSnapshot } from '../../../../domain/records.js';
import type { TemplateVersion } from '../../../../domain/scalingGroup.js';
import { fleetChecks } from '../../fleet/fleetChecks.js';
import { readBegun } from '../rules/begun.js';
import { wantedRelease, type WantedRelease } from '../wanted.js';
import type { AutoscaledDependencies } from './dependencies.js';
import { readGroup } from './readGroup.js';
import { refreshGroup } from './refreshGroup.js';
import { requireRefreshable } from './requireRefreshable.js';
import { readGroupSnapshot, restoreGroup, snapshotOfGroup } from './restoreGroup.js';
import { getsRequests, isAllOf } from './rules/members.js';
import { knownTemplate, makeTemplateFor } from './template.js';

/**
 * An autoscaling group: a release is a version of its launch template, and the group's own refresh replaces its instances
 * while checkpoints leave time to judge them.
 */
export class AutoscaledTarget implements Target {
  readonly kind = 'instances';
  /** Whether this process has started a refresh: its own undoing may end it. */
  private hasBegun = false;

  constructor(private readonly target: AutoscaledDependencies) {}

  get name(): string {
    return this.target.name;
  }

  async snapshot(): Promise<TargetSnapshot> {
    return { ...(await snapshotOfGroup(this.target, never())) };
  }

  async deploy(release: ReleaseRecord, rollout: Rollout): Promise<TargetRecord> {
    const { target } = this;
    const { signal, stage } = rollout;
    const begun = readBegun(rollout.begun);
    const [wanted, { group, members }] = await Promise.all([
      wantedRelease(target, release),
      readGroup(target, signal),
    ]);
    await requireRefreshable(target, group);
    const isBegun = begun.runs.length > 0;
    const known = await knownTemplate(target, wanted, rollout.kind === 'rollback', signal);
    if (!isBegun && known !== undefined && isAllOf(group, known)) {
      const words = `${members.length} of ${group.desired} serve it already`;
      stage.subject(this.name).progress('update', words);
      const status = group.desired === 0 ? 'unproven' : 'unchanged';
      return this.record(
        status,
        wanted,
        known,
        members.map(({ id }) => id),
      );
    }
    const checks = fleetChecks(target, release, rollout);
    await checks?.beforeChange();
    const run = begun.runs.at(-1) ?? `${rollout.deployment ?? 0}-${target.nonce()}`;
    if (!isBegun) await rollout.journal('begin', { run, release: release.version });
    this.hasBegun = true;
    // The instances get it by themselves: what they would not find is refused here.
    if (wanted.artifact !== undefined) await (await target.fetch(wanted.artifact, signal)).remove();
    const template = known ?? (await makeTemplateFor(target, wanted, run, rollout));
    const { desired } = group;
    const live = await refreshGroup(target, { template, desired, isGated: true, checks, rollout });
    if (live.length > 0) await checks?.watch();
    return this.record(live.length === 0 ? 'unproven' : 'healthy', wanted, template, live);
  }

  async restore(snapshot: TargetSnapshot, rollout: Rollout): Promise<TargetRecord> {
    const before = readGroupSnapshot(snapshot);
    const isOurs = this.hasBegun || readBegun(rollout.begun).runs.length > 0;
    const live = isOurs ? await restoreGroup(this.target, before, rollout) : undefined;
    return {
      kind: this.kind,
      status: live === undefined ? 'unchanged' : 'rolled-back',
      ...(before.digest === undefined ? {} : { digest: before.digest }),
      facts: { live: (live ?? before.members).join(', ') || 'none' },
    };
  }

  async behind(release: ReleaseRecord): Promise<readonly BehindHost[]> {
    const { target } = this;
    const [{ isLinked }, wanted, { members }] = await Promise.all([
      target.group(),
      wantedRelease(target, release),
      readGroup(target, never()),
    ]);
    return members.flatMap((one): readonly BehindHost[] => {
      const { id, label, health, lifecycle } = one;
      if (label?.digest === wanted.digest && getsRequests(one, isLinked)) return [];
      const reason = `it is ${lifecycle} and ${health?.state ?? 'not registered'}`;
      return [{ host: id, version: label?.version ?? null, cause: 'not-served', reason }];
    });
  }

  async status(release?: ReleaseRecord): Promise<TargetStatus> {
    return (await import('./groupStatus.js')).groupStatus(this.target, release);
  }

  async verify(wanted: Wanted): Promise<readonly CheckResult[]> {
    return (await import('./verifyGroup.js')).verifyGroup(this.target, wanted);
  }

  async diff(release: ReleaseRecord): Promise<TargetDiff> {
    const [wanted, { members }] = await Promise.all([
      wantedRelease(this.target, release),
      readGroup(this.target, never()),
    ]);
    const differences = members.flatMap(({ id, label }): readonly Difference[] => {
      if (label?.definition === wanted.definition) return [];
      return label?.digest === wanted.digest && label.version === release.version
        ? [{ of: id, what: 'settings', from: `those of ${label.version}`, to: 'others' }]
        : [{ of: id, what: 'version', from: label?.version ?? 'none', to: release.version }];
    });
    return { differences };
  }

  async operations(): Promise<Operations> {
    return (await import('./operations.js')).groupOperations(this.target);
  }

  private record(
    status: TargetRecord['status'],
    { digest }: WantedRelease,
    template: TemplateVersion,
    live: readonly string[],
  ): TargetRecord {
    const facts = { live: live.join(', ') || 'none', template: `${template.id}:${template.version}` };
    return { kind: this.kind, status, digest, facts };
  }
}

const never = () => new AbortController().signal;
