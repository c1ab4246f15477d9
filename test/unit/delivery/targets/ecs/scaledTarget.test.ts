import { expect } from 'chai';
import type { Begun, Rollout } from '../../../../../runner/src/context/target.js';
import type { ReleaseRecord, TargetRecord } from '../../../../../runner/src/domain/records.js';
import { Autoscaling } from '../../../../../runner/src/delivery/targets/ecs/scaling/autoscaling.js';
import { afterMove } from '../../../../../runner/src/delivery/targets/ecs/scaling/rules/scalingPlan.js';
import { scaledTarget } from '../../../../../runner/src/delivery/targets/ecs/scaling/scaledTarget.js';
import { crash, FakeTarget } from '../../../../support/fakeTarget.js';
import { fakeAws, sdkError } from '../../../../support/fakeAws.js';
import { release } from '../../../../support/stateRecords.js';
import { stageOf } from '../../../../support/stage.js';

const WEB = 'service/main/web';
const STILL = { in: true, out: true, scheduled: true };
const AWAKE = { in: false, out: false, scheduled: false };
const scaled = (min: number, max: number, suspended = AWAKE) => ({ min, max, suspended });

/** As an ECS service does it: a word in the journal, then the change. */
class MovingTarget extends FakeTarget {
  live: string | undefined;
  ends: TargetRecord['status'] = 'healthy';
  /** Its service has been told already: it ends a pause. */
  goesOn = false;
  override async deploy(to: ReleaseRecord, rollout: Rollout): Promise<TargetRecord> {
    if (this.running === to.version) return { kind: this.kind, status: 'unchanged' };
    if (this.live !== undefined) await rollout.journal('switch', { from: 'blue', to: this.live });
    if (this.goesOn) await rollout.journal('continue', { hook: '1' });
    else await rollout.journal('update', { service: this.name });
    await this.midway(rollout);
    if (this.ends !== 'paused') this.running = to.version;
    if (this.failDeploy !== undefined) throw this.failDeploy;
    const facts = this.live === undefined ? {} : { facts: { live: this.live } };
    return { kind: this.kind, status: this.ends, ...facts };
  }
}

type State = ReturnType<typeof scaled>;

function world(states: Record<string, State>, failure?: Error) {
  const calls: string[] = [];
  const entries: Begun[] = [];
  const aws = fakeAws({
    'application-autoscaling:DescribeScalableTargets': ({ ResourceIds }) => {
      calls.push('describe');
      if (failure !== undefined) throw failure;
      const ScalableTargets = (ResourceIds as string[]).flatMap((ResourceId) => {
        const state = states[ResourceId];
        if (state === undefined) return [];
        return [
          {
            ResourceId,
            MinCapacity: state.min,
            MaxCapacity: state.max,
            SuspendedState: {
              DynamicScalingInSuspended: state.suspended.in,
              DynamicScalingOutSuspended: state.suspended.out,
              ScheduledScalingSuspended: state.suspended.scheduled,
            },
          },
        ];
      });
      return { ScalableTargets };
    },
    'application-autoscaling:RegisterScalableTarget': ({
      ResourceId,
      MinCapacity,
      MaxCapacity,
      SuspendedState,
    }) => {
      calls.push(`register ${ResourceId as string}`);
      const still = SuspendedState as Record<string, boolean>;
      states[ResourceId as string] = scaled(MinCapacity as number, MaxCapacity as number, {
        in: still['DynamicScalingInSuspended'] as boolean,
        out: still['DynamicScalingOutSuspended'] as boolean,
        scheduled: still['ScheduledScalingSuspended'] as boolean,
      });
      return {};
    },
  });
  const stage = stageOf('deploy:staging');
  const rollout = (begun: readonly Begun[] = []): Rollout => ({
    stage,
    signal: new AbortController().signal,
    begun,
    journal: async (action, data) => void entries.push({ action, ...(data === undefined ? {} : { data }) }),
  });
  const of = (target: FakeTarget, resources: Record<string, string> = { service: WEB }) =>
    scaledTarget(target, new Autoscaling(aws, Object.values(resources)), resources);
  return { aws, calls, entries, states, rollout, of };
}

describe('autoscaling of a service that moves', () => {
  it('stands still from before the change until it has ended; its bounds survive', async () => {
    const { states, rollout, of, entries, calls } = world({ [WEB]: scaled(2, 10) });
    const web = new MovingTarget('web');
    let during: State | undefined;
    web.midway = async () => void (during = states[WEB]);
    await of(web).deploy(release('0.2.0'), rollout());
    expect(during).to.deep.equal(scaled(2, 10, STILL));
    expect(states[WEB]).to.deep.equal(scaled(2, 10));
    expect(entries.map(({ action }) => action)).to.deep.equal(['suspend-scaling', 'update']);
    expect(calls).to.deep.equal(['describe', `register ${WEB}`, `register ${WEB}`]);
  });

  it('is not touched where nothing changes', async () => {
    const { calls, rollout, of } = world({ [WEB]: scaled(2, 10) });
    await of(new MovingTarget('web', '0.2.0')).deploy(release('0.2.0'), rollout());
    expect(calls).to.deep.equal([]);
  });

  it('that somebody had suspended in part stays as it was', async () => {
    const part = { in: true, out: false, scheduled: false };
    const { states, rollout, of } = world({ [WEB]: scaled(2, 10, part) });
    await of(new MovingTarget('web')).deploy(release('0.2.0'), rollout());
    expect(states[WEB]).to.deep.equal(scaled(2, 10, part));
  });

  it('is given back with the service where the deploy fails', async () => {
    const { states, rollout, of } = world({ [WEB]: scaled(2, 10) });
    const web = new MovingTarget('web');
    web.failDeploy = crash();
    const target = of(web);
    const snapshot = await target.snapshot();
    await target.deploy(release('0.2.0'), rollout()).catch(() => undefined);
    expect(states[WEB]).to.deep.equal(scaled(2, 10, STILL));
    await target.restore(snapshot, rollout());
    expect(states[WEB]).to.deep.equal(scaled(2, 10));
    expect(web.calls).to.deep.equal(['restore 0.1.0']);
  });

  it('is given back by another process after a kill, whichever way that goes', async () => {
    for (const way of ['resume', 'restore'] as const) {
      const { states, rollout, of, entries } = world({ [WEB]: scaled(2, 10) });
      const web = new MovingTarget('web');
      const killed = of(web);
      const snapshot = JSON.parse(JSON.stringify(await killed.snapshot())) as Record<string, unknown>;
      web.midway = async () => Promise.reject(new Error('killed'));
      await killed.deploy(release('0.2.0'), rollout()).catch(() => undefined);
      web.midway = async () => undefined;
      expect(states[WEB]).to.deep.equal(scaled(2, 10, STILL));
      const begun = JSON.parse(JSON.stringify(entries)) as Begun[];
      if (way === 'resume') await of(web).deploy(release('0.2.0'), rollout(begun));
      else await of(web).restore(snapshot, rollout(begun));
      expect(states[WEB], way).to.deep.equal(scaled(2, 10));
    }
  });

  describe('at a pause that the deploy does not wait out', () => {
    /** A deploy that ended at a pause, after which somebody has set other bounds. */
    const paused = async () => {
      const parts = world({ [WEB]: scaled(2, 10) });
      const web = new MovingTarget('web');
      const snapshot = await parts.of(web).snapshot();
      web.ends = 'paused';
      await parts.of(web).deploy(release('0.2.0'), parts.rollout());
      expect(parts.states[WEB]).to.deep.equal(scaled(2, 10));
      parts.states[WEB] = scaled(4, 20);
      const begun = JSON.parse(JSON.stringify(parts.entries)) as Begun[];
      return { ...parts, web, snapshot, begun };
    };

    it('is on; it stands still again when that goes on, and then has the bounds of meanwhile', async () => {
      const { web, of, rollout, states, begun } = await paused();
      web.goesOn = true;
      web.ends = 'healthy';
      let during: State | undefined;
      web.midway = async () => void (during = states[WEB]);
      await of(web).deploy(release('0.2.0'), rollout(begun));
      expect(during).to.deep.equal(scaled(4, 20, STILL));
      expect(states[WEB]).to.deep.equal(scaled(4, 20));
    });

    it('has the bounds of meanwhile where that goes back', async () => {
      const { web, of, rollout, states, snapshot, begun } = await paused();
      await of(web).restore(snapshot, rollout(begun));
      expect(states[WEB]).to.deep.equal(scaled(4, 20));
    });

    it('is given back where what goes on is killed', async () => {
      const { web, of, rollout, states, entries, begun } = await paused();
      web.goesOn = true;
      web.midway = async () => Promise.reject(new Error('killed'));
      await of(web)
        .deploy(release('0.2.0'), rollout(begun))
        .catch(() => undefined);
      expect(states[WEB]).to.deep.equal(scaled(4, 20, STILL));
      web.midway = async () => undefined;
      web.ends = 'healthy';
      await of(web).deploy(release('0.2.0'), rollout(JSON.parse(JSON.stringify(entries)) as Begun[]));
      expect(states[WEB]).to.deep.equal(scaled(4, 20));
    });
  });

  it('waits for the last of several containers of a service', async () => {
    const { aws, states, rollout } = world({ [WEB]: scaled(2, 10) });
    const scaling = new Autoscaling(aws, [WEB]);
    const [web, proxy] = [new MovingTarget('web'), new MovingTarget('proxy')];
    let seen: State | undefined;
    let go = () => undefined as void;
    const ended = new Promise<void>((resolve) => (go = resolve));
    proxy.midway = async () => {
      await ended;
      seen = states[WEB];
    };
    const slow = scaledTarget(proxy, scaling, { service: WEB }).deploy(release('0.2.0'), rollout());
    await scaledTarget(web, scaling, { service: WEB }).deploy(release('0.2.0'), rollout());
    go();
    await slow;
    expect(seen).to.deep.equal(scaled(2, 10, STILL));
    expect(states[WEB]).to.deep.equal(scaled(2, 10));
  });

  it('holds up no deploy where it cannot be asked', async () => {
    const { calls, rollout, of } = world({}, sdkError('AccessDeniedException', 'no'));
    const record = await of(new MovingTarget('web')).deploy(release('0.2.0'), rollout());
    expect(record.status).to.equal('healthy');
    expect(calls).to.deep.equal(['describe']);
  });

  it('goes over to the colour that is live now; the other may go down to nothing', async () => {
    const [blue, green] = ['service/main/web-blue', 'service/main/web-green'];
    const { states, rollout, of } = world({ [blue]: scaled(2, 10), [green]: scaled(0, 10, STILL) });
    const web = new MovingTarget('web');
    web.live = 'green';
    const target = of(web, { blue, green });
    const snapshot = await target.snapshot();
    await target.deploy(release('0.2.0'), rollout());
    expect(states).to.deep.equal({ [blue]: scaled(0, 10, STILL), [green]: scaled(2, 10) });
    await target.restore(snapshot, rollout());
    expect(states).to.deep.equal({ [blue]: scaled(2, 10), [green]: scaled(0, 10, STILL) });
  });

  it('is made for no colour that had none', () => {
    expect(afterMove({ a: scaled(2, 10) }, { from: 'a', to: 'b' })).to.deep.equal({
      a: scaled(0, 10, STILL),
    });
    expect(afterMove({ b: scaled(2, 10) }, { from: 'a', to: 'b' })).to.deep.equal({ b: scaled(2, 10) });
  });
});
