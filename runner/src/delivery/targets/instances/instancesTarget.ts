import pMap from 'p-map';
import type { CheckResult } from '../../../domain/finding.js';
import type { TargetDiff } from '../../../domain/difference.js';
import type { BehindHost, ReleaseRecord, TargetRecord, TargetSnapshot } from '../../../domain/records.js';
import type { Operations } from '../../../context/operations.js';
import type { Known, Rollout, Target, TargetStatus, Wanted } from '../../../context/target.js';
import { fleetChecks, type FleetChecks } from '../fleet/fleetChecks.js';
import type { InstancesDependencies } from './dependencies.js';
import { bringInstance, type JobEnd } from './job.js';
import { keptFacts, stillKept } from './keptInstances.js';
import { readSnapshot, restoreInstances, snapshotOf } from './restore.js';
import { retireOld, terminateAll } from './retire.js';
import { readBegun } from './rules/begun.js';
import {
  foreignTargets,
  instancesFailure,
  notNamed,
  severalVersions,
  type FailedInstance,
} from './rules/failures.js';
import { planInstances, type Plan } from './rules/plan.js';
import { readView, type View } from './view.js';
import { wantedRelease, type WantedRelease } from './wanted.js';
import { idOf, serves, type OwnInstance } from './rules/ownInstance.js';

/** So many instances are brought side by side. */
const FAN_OUT = 20;

/** One deploy at work. */
interface Replacing {
  readonly wanted: WantedRelease;
  readonly view: View;
  readonly plan: Plan;
  readonly checks: FleetChecks | undefined;
  readonly rollout: Rollout;
}

/** A number of instances behind a target group, replaced as a whole: the old ones serve until the new ones do. */
export class InstancesTarget implements Target {
  readonly kind = 'instances';
  /** Runs of this process: what they launched is known by them. */
  private readonly runs: string[] = [];

  constructor(private readonly target: InstancesDependencies) {}

  get name(): string {
    return this.target.name;
  }

  async snapshot(): Promise<TargetSnapshot> {
    const [group, view] = await Promise.all([this.target.group(), readView(this.target, never())]);
    return { ...snapshotOf(view, group.isLinked) };
  }

  async deploy(release: ReleaseRecord, rollout: Rollout): Promise<TargetRecord> {
    const { target } = this;
    const { stage, signal, known } = rollout;
    const begun = readBegun(rollout.begun);
    const [group, wanted, view] = await Promise.all([
      target.group(),
      wantedRelease(target, release),
      readView(target, signal),
    ]);
    if (view.foreign.length > 0 && rollout.isForced !== true)
      throw foreignTargets(target, group.name, view.foreign);
    const named = rollout.instances;
    const absent = named?.find((id) => !view.own.some((one) => idOf(one) === id && hasRelease(one, wanted)));
    if (absent !== undefined) throw notNamed(target, absent, wanted.version, view.own);
    const plan = planInstances({
      ...{ own: view.own, wanted, count: target.config.count, isLinked: group.isLinked },
      named,
      ...{ runs: begun.runs, retiring: begun.retiring, isBack: rollout.kind === 'rollback' },
    });
    const isBegun = begun.runs.length > 0;
    if (!isBegun && plan.slots.length + plan.old.length + view.foreign.length === 0) {
      stage
        .subject(this.name)
        .progress('update', `${plan.serving.length} of ${target.config.count} serve it already`);
      return this.record('unchanged', wanted, plan.serving.map(idOf), stillKept(known, view.own));
    }
    const checks = fleetChecks(target, release, rollout);
    await checks?.beforeChange();
    const run = begun.runs.at(-1) ?? `${rollout.deployment ?? 0}-${target.nonce()}`;
    if (!isBegun) await rollout.journal('begin', { run, release: release.version });
    this.runs.push(run);
    const artifact = wanted.artifact === undefined ? undefined : await target.fetch(wanted.artifact, signal);
    try {
      const asked = { run, wanted, file: artifact?.file, checks, rollout };
      const bring = (slot: Plan['slots'][number]) => bringInstance(target, slot, asked);
      const ends = await pMap(plan.slots, bring, { concurrency: FAN_OUT });
      return await this.conclude({ wanted, view, plan, checks, rollout }, ends);
    } finally {
      await artifact?.remove();
    }
  }

  async versionOf(instances: readonly string[]): Promise<string> {
    const { own } = await readView(this.target, never());
    const found = instances.map((id) => own.find((one) => idOf(one) === id));
    const index = found.indexOf(undefined);
    if (index >= 0) throw notNamed(this.target, instances[index] as string, undefined, own);
    const versions = [...new Set(found.map((one) => one?.label.version ?? ''))];
    if (versions.length !== 1) throw severalVersions(this.target, versions);
    return versions[0] as string;
  }

  async restore(snapshot: TargetSnapshot, rollout: Rollout): Promise<TargetRecord> {
    const before = readSnapshot(snapshot);
    const runs = [...readBegun(rollout.begun).runs, ...this.runs];
    const isChanged = await restoreInstances(this.target, before, runs, rollout);
    const served = before.instances.filter(({ isRegistered }) => isRegistered);
    const kept = before.instances.filter((one) => !one.isRegistered).map(({ id }) => id);
    const digest = served[0]?.digest;
    return {
      kind: this.kind,
      status: isChanged ? 'rolled-back' : 'unchanged',
      ...(digest === undefined ? {} : { digest }),
      facts: {
        live: served.map(({ id }) => id).join(', ') || 'none',
        ...stillKept(rollout.known, kept.map(withId)),
      },
    };
  }

  async behind(release: ReleaseRecord, known: Known | undefined): Promise<readonly BehindHost[]> {
    const { target } = this;
    const [group, { own }] = await Promise.all([target.group(), readView(target, never())]);
    const live = known?.target?.facts?.['live']?.split(', ') ?? [];
    return own.flatMap((one): readonly BehindHost[] => {
      if (!live.includes(idOf(one)) || (one.label.version === release.version && serves(one, group.isLinked)))
        return [];
      const reason = `it is ${one.instance.state} and ${one.health?.state ?? 'not registered'}`;
      return [{ host: idOf(one), version: one.label.version, cause: 'not-served', reason }];
    });
  }

  async status(release?: ReleaseRecord): Promise<TargetStatus> {
    return (await import('./instancesStatus.js')).instancesStatus(this.target, release);
  }

  async verify(wanted: Wanted): Promise<readonly CheckResult[]> {
    return (await import('./verifyInstances.js')).verifyInstances(this.target, wanted);
  }

  async diff(release: ReleaseRecord): Promise<TargetDiff> {
    return (await import('./diffInstances.js')).diffInstances(this.target, release);
  }

  async operations(): Promise<Operations> {
    return (await import('./operations.js')).instancesOperations(this.target);
  }

  /** Enough of the new ones serve: the old ones leave. */
  private async conclude(
    { wanted, view, plan, checks, rollout }: Replacing,
    ends: readonly JobEnd[],
  ): Promise<TargetRecord> {
    const { target } = this;
    const { config, clock } = target;
    const failed = ends.flatMap(({ failure }) => failure ?? []);
    const brought = ends.flatMap((end) => (end.failure === undefined ? [end.instance.id] : []));
    const good = [...plan.serving.map(idOf), ...brought];
    const count = plan.serving.length + ends.length;
    const succeed = Math.min(config.succeed ?? count, count);
    if (good.length < succeed) throw instancesFailure(target, failed, { good: good.length, count, succeed });
    if (brought.length > 0) await checks?.watch();
    await retireOld(target, plan.old, view.foreign, rollout);
    // Looked at again: those that were launched since and failed are among them.
    const { own } = await readView(target, rollout.signal);
    const stays = new Set([...good, ...plan.old.map(idOf)]);
    const isBack = rollout.kind === 'rollback';
    const surplus = own.filter(
      (one) => !stays.has(idOf(one)) && (!isBack || this.runs.includes(one.label.run)),
    );
    await terminateAll(target, surplus, rollout);
    const kept = keptFacts(plan.old, config.keep, clock.now().getTime());
    return this.record(failed.length === 0 ? 'healthy' : 'partial', wanted, good, kept, failed);
  }

  private record(
    status: TargetRecord['status'],
    { digest }: WantedRelease,
    instances: readonly string[],
    kept: Readonly<Record<string, string>>,
    failed: readonly FailedInstance[] = [],
  ): TargetRecord {
    const behind = failed.map(({ instance, cause, reason }) => ({
      ...{ host: instance, version: null, cause, reason },
    }));
    return {
      kind: this.kind,
      status,
      digest,
      facts: { live: instances.join(', '), ...kept },
      ...(behind.length === 0 ? {} : { hosts: { total: instances.length + behind.length, behind } }),
    };
  }
}

const hasRelease = ({ label }: OwnInstance, { version, digest }: WantedRelease) =>
  label.version === version && label.digest === digest;
const never = () => new AbortController().signal;
const withId = (id: string) => ({ instance: { id } });
