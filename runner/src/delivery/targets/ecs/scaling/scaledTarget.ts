import { toErrorRecord } from '../../../../base/errors.js';
import type { Known, Rollout, Target } from '../../../../context/target.js';
import type { ReleaseRecord, TargetRecord, TargetSnapshot } from '../../../../domain/records.js';
import type { Autoscaling } from './autoscaling.js';
import { afterMove, isSame, readStates, suspended, type ScalingStates } from './rules/scalingPlan.js';

/** What a target's services are called by Application Auto Scaling: one, or one a colour. */
type Resources = Readonly<Record<string, string>>;

/** The journal's words for it. */
const SUSPEND = 'suspend-scaling';
const RESUME = 'resume-scaling';
/** Entries that come right before a service changes, or goes on changing. */
const CHANGES = new Set(['update', 'switch', 'continue']);

/**
 * A target whose services are not scaled while a deploy moves them: from right before the first change until it has ended,
 * one way or the other. What was found is in the snapshot and in the journal, so that another process gives it back after a
 * kill. At a pause that the deploy does not wait out it is scaled: that may last for days.
 */
export function scaledTarget(target: Target, scaling: Autoscaling, resources: Resources): Target {
  const all = Object.values(resources);
  const found = async (): Promise<ScalingStates> => {
    const known = await scaling.known();
    return Object.fromEntries(
      all.flatMap((one) => (known.has(one) ? [[one, known.get(one)]] : [])),
    ) as ScalingStates;
  };
  /** Never a failure of the deploy: what it is about has been done. */
  const giveBack = async (states: ScalingStates, rollout: Rollout): Promise<void> => {
    const subject = rollout.stage.subject(target.name);
    const now = await found();
    for (const [resource, state] of Object.entries(states)) {
      if (!scaling.release(resource, target.name) || isSame(state, now[resource])) continue;
      try {
        await scaling.set(resource, state, rollout.signal);
        subject.progress('scaling', `${resource} is scaled again, ${state.min} to ${state.max} tasks`, 'ok');
      } catch (error) {
        const { message } = toErrorRecord(error);
        subject.progress('scaling', `autoscaling of ${resource} is still suspended: ${message}`, 'failed');
      }
    }
  };
  const own: Pick<Target, 'snapshot' | 'deploy' | 'restore'> = {
    async snapshot(known?: Known): Promise<TargetSnapshot> {
      const [snapshot, states] = await Promise.all([target.snapshot(known), found()]);
      return Object.keys(states).length === 0 ? snapshot : { ...snapshot, scaling: states };
    },
    async deploy(release: ReleaseRecord, rollout: Rollout): Promise<TargetRecord> {
      const subject = rollout.stage.subject(target.name);
      let before = suspendedBy(rollout.begun);
      let colours = rollout.begun?.findLast(({ action }) => action === 'switch')?.data;
      const journal: Rollout['journal'] = async (action, data) => {
        if (action === 'switch') colours = data;
        if (CHANGES.has(action)) before = await suspend(before);
        await rollout.journal(action, data);
      };
      const suspend = async (known: ScalingStates | undefined): Promise<ScalingStates> => {
        const states = await found();
        const problem = scaling.tellOnce();
        if (problem !== undefined) subject.progress('scaling', `autoscaling is left alone: ${problem}`);
        const active = Object.entries(states).filter(([, state]) => !isSame(suspended(state), state));
        for (const resource of Object.keys(states)) scaling.hold(resource, target.name);
        if (active.length === 0) return known ?? states;
        if (known === undefined) await rollout.journal(SUSPEND, { before: states });
        for (const [resource, state] of active) await scaling.set(resource, suspended(state), rollout.signal);
        subject.progress('scaling', `autoscaling of ${active.map(([one]) => one).join(', ')} is suspended`);
        return known ?? states;
      };
      const record = await target.deploy(release, { ...rollout, journal });
      if (before !== undefined) {
        await giveBack(afterMove(before, swapOf(resources, colours, record)), rollout);
        // What somebody sets from now on is not ours to take back.
        if (record.status === 'paused') await rollout.journal(RESUME);
      }
      return record;
    },
    async restore(snapshot: TargetSnapshot, rollout: Rollout): Promise<TargetRecord> {
      const { scaling: before, ...others } = snapshot;
      const record = await target.restore(others, rollout);
      if (lastOf(rollout.begun)?.action !== RESUME) await giveBack(readStates(before), rollout);
      return record;
    },
  };
  // All that it does beside moving is the target's own.
  return Object.assign(Object.create(target) as Target, own);
}

const lastOf = (begun: Rollout['begun']) =>
  begun?.findLast(({ action }) => action === SUSPEND || action === RESUME);

/** How services were scaled that an earlier process has suspended, and not given back. */
function suspendedBy(begun: Rollout['begun']): ScalingStates | undefined {
  const last = lastOf(begun);
  return last?.action === SUSPEND ? readStates(last.data?.['before']) : undefined;
}

/** The resources of the colours that were and are live, where that changed. */
function swapOf(
  resources: Resources,
  colours: Readonly<Record<string, unknown>> | undefined,
  record: TargetRecord,
): { readonly from: string; readonly to: string } | undefined {
  const [from, to] = [resources[String(colours?.['from'])], resources[String(colours?.['to'])]];
  const live = resources[record.facts?.['live'] ?? ''];
  return from === undefined || to === undefined || live !== to ? undefined : { from, to };
}
