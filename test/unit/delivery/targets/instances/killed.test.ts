import { expect } from 'chai';
import type { InstanceState } from '../../../../../runner/src/domain/instance.js';
import { orphansAmong } from '../../../../../runner/src/domain/orphans.js';
import type { TargetRecord, TargetSnapshot } from '../../../../../runner/src/domain/records.js';
import { instancesWorld, releasedArtifact } from '../../../../support/instances/instancesWorld.js';
import { rejection } from '../../../../support/rejection.js';

const FIRST = releasedArtifact('a', '1.0.0');
const NEXT = releasedArtifact('b', '1.1.0');
const SERVING = (version: string) => [`${version} running serving`, `${version} running serving`];
const STOPPED = (version: string) => [`${version} stopped`, `${version} stopped`];

const settled = new Map<string, ReturnType<typeof settle>>();

async function settle(settings: Record<string, unknown>, isUpdated: boolean) {
  const world = instancesWorld(settings);
  for (const release of isUpdated ? [FIRST, NEXT] : [FIRST]) {
    const { target, rollout } = world.process();
    await target.deploy(release, rollout);
  }
  await world.clock.sleep(60_000);
  return world;
}

/** Two instances that serve 1.0.0, and where asked for two of 1.1.0 that serve beside those that are kept. */
async function prepared(settings: Record<string, unknown>, isUpdated: boolean) {
  const key = JSON.stringify([settings, isUpdated]);
  const made = settled.get(key) ?? settle(settings, isUpdated);
  settled.set(key, made);
  const { aws, configured, clock } = await made;
  const world = instancesWorld(settings, clock.now().getTime());
  world.aws.adopt(aws);
  for (const [id, version] of configured) world.configured.set(id, version);
  return world;
}
/** What nobody needs, by the record of the deployment that ended. */
const orphans = ({ aws, clock }: World, record: TargetRecord): readonly string[] => {
  const instances = [...aws.instances.values()].map((one) => ({
    ...{ id: one.id, tags: one.tags, state: aws.stateOf(one) as InstanceState },
  }));
  const recorded = { staging: { targets: { web: record }, isOpen: false } };
  return orphansAmong(instances, recorded, clock.now().getTime()).map(
    ({ instance: { id }, why }) => `${id}: ${why}`,
  );
};
type World = Awaited<ReturnType<typeof prepared>>;

describe('instances whose deploy is killed at any step', () => {
  interface Case {
    readonly settings?: Record<string, unknown>;
    /** A fault while the first run is at work. */
    readonly prepare?: (world: World) => void;
    readonly isRollback?: boolean;
    readonly named?: readonly string[];
    readonly least: number;
    /** What stands in the end, gone on with. */
    readonly ends: readonly string[];
  }
  const cases: Readonly<Record<string, Case>> = {
    'a deploy': { least: 25, ends: [...STOPPED('1.0.0'), ...SERVING('1.1.0')] },
    'a deploy that keeps nothing': { settings: { keep: '0s' }, least: 25, ends: SERVING('1.1.0') },
    'a deploy that fails': {
      prepare: ({ aws }) => (aws.answers = ({ id }) => id !== 'i-4'),
      least: 15,
      ends: [...STOPPED('1.0.0'), ...SERVING('1.1.0')],
    },
    'a deploy of which enough serve': {
      settings: { succeed: 1 },
      prepare: ({ aws }) => (aws.answers = ({ id }) => id !== 'i-4'),
      least: 25,
      ends: [...STOPPED('1.0.0'), ...SERVING('1.1.0')],
    },
    'a rollback that launches anew': {
      ...{ settings: { keep: '0s' }, isRollback: true },
      ...{ least: 20, ends: SERVING('1.0.0') },
    },
    'a rollback to instances that somebody named': {
      ...{ isRollback: true, named: ['i-1', 'i-2'] },
      ...{ least: 15, ends: [...SERVING('1.0.0'), ...STOPPED('1.1.0')] },
    },
    'a rollback': { isRollback: true, least: 15, ends: [...SERVING('1.0.0'), ...STOPPED('1.1.0')] },
  };

  async function killed({ settings = {}, prepare, isRollback = false, named }: Case, dieAt: number) {
    const world = await prepared(settings, isRollback);
    prepare?.(world);
    const kind = isRollback ? ('rollback' as const) : ('deploy' as const);
    const around = { kind, ...(named === undefined ? {} : { instances: named }) };
    const first = world.process(around, dieAt);
    const before = JSON.parse(JSON.stringify(await first.target.snapshot())) as TargetSnapshot;
    const wanted = isRollback ? FIRST : NEXT;
    const isEnded = await first.live(first.target.deploy(wanted, first.rollout));
    world.aws.answers = () => true;
    return { world, before, isEnded, around, wanted };
  }

  for (const [name, one] of Object.entries(cases)) {
    it(`is gone on with: ${name}`, async function () {
      this.timeout(60_000);
      for (let dieAt = 0; ; dieAt += 1) {
        const { world, isEnded, around, wanted } = await killed(one, dieAt);
        if (isEnded) return expect(dieAt).to.be.above(one.least);
        const { aws, entries, process } = world;
        const { target, rollout } = process({ ...around, begun: [...entries] });
        const record = await target.deploy(wanted, rollout);
        const context = `killed at ${dieAt}`;
        expect(aws.stand(), context).to.have.members([...one.ends]);
        expect(aws.outages, context).to.deep.equal([]);
        const keepsNothing = one.settings?.['keep'] === '0s';
        expect(record.facts?.['kept'], context).to.equal(
          keepsNothing ? undefined : one.isRollback ? '1.1.0' : '1.0.0',
        );
        expect(orphans(world, record), context).to.deep.equal([]);
      }
    });

    it(`is undone: ${name}`, async function () {
      this.timeout(60_000);
      for (let dieAt = 0; ; dieAt += 1) {
        const { world, before, isEnded } = await killed(one, dieAt);
        const { aws, entries, process } = world;
        const { target, rollout } = process({ kind: 'rollback', begun: [...entries] });
        const context = `killed at ${dieAt}`;
        const served = one.isRollback ? '1.1.0' : '1.0.0';
        const isGone = aws.stand().filter((each) => each.startsWith(served)).length < 2;
        if (isGone) {
          // What served before is terminated: nothing can bring it back, and what serves stays.
          const serving = aws.stand();
          const error = await rejection(target.restore(before, rollout), 'DEPLOY_FAILED');
          expect(error.message, context).to.match(/^i-[1-4]\b/);
          expect(aws.stand(), context).to.deep.equal(serving);
        } else {
          await target.restore(before, rollout);
          const kept = one.isRollback && one.settings === undefined ? STOPPED('1.0.0') : [];
          const stands = [...kept, ...SERVING(served)];
          expect(aws.stand(), context).to.have.members(stands);
        }
        expect(aws.outages, context).to.deep.equal([]);
        if (isEnded) return expect(dieAt).to.be.above(one.least);
      }
    });
  }

  it('is undone also where undoing is killed at any step', async function () {
    this.timeout(60_000);
    const one = { least: 0, ends: [] };
    let most = 0;
    for (const dieAt of [12, 27, Infinity]) {
      for (let again = 0; ; again += 1) {
        const { world, before } = await killed(one, dieAt);
        const { aws, entries, process } = world;
        const undoing = process({ kind: 'rollback', begun: [...entries] }, again);
        const isEnded = await undoing.live(undoing.target.restore(before, undoing.rollout));
        if (!isEnded) {
          const last = process({ kind: 'rollback', begun: [...entries] });
          await last.target.restore(before, last.rollout);
        }
        const context = `killed at ${dieAt} and ${again}`;
        expect(aws.stand(), context).to.have.members(SERVING('1.0.0'));
        expect(aws.outages, context).to.deep.equal([]);
        most = Math.max(most, again);
        if (isEnded) break;
      }
    }
    expect(most).to.be.above(5);
  });
});
