import { expect } from 'chai';
import type { StackError } from '../../../../../runner/src/base/errors.js';
import type { Rollout } from '../../../../../runner/src/context/target.js';
import type { TargetSnapshot } from '../../../../../runner/src/domain/records.js';
import { released } from '../../../../support/ecs/nativeWorld.js';
import { RESOURCES, switchWorld } from '../../../../support/ecs/switchWorld.js';
import { rejection } from '../../../../support/rejection.js';

type World = ReturnType<typeof switchWorld>;
const NEXT = released('b', '1.0.0');
const BEFORE = released('a', '0.9.0');
const TO = { blue: { blue: 100, green: 0 }, green: { blue: 0, green: 100 } };

/** A deploy that has made green the live colour, and what the ledger has of it. */
async function switched(strategy: object = {}) {
  const world = switchWorld(strategy);
  const { target, rollout } = world.process();
  const record = await target.deploy(NEXT, rollout);
  const known = { version: '1.0.0', target: record };
  world.entries.length = 0;
  world.aws.asked.length = 0;
  return { ...world, record, known };
}

describe('a switch between two services', () => {
  it('says in the ledger which rules it owns, which services, and what it keeps how long', async () => {
    const { record, clock } = await switched({ keep: '2h' });
    const { facts = {}, status } = record;
    expect(status).to.equal('healthy');
    expect(facts).to.include({
      ...{ strategy: 'switch', live: 'green', rule: 'arn:rule', 'test-rule': 'arn:test' },
      ...{ service: 'web-green', 'other-service': 'web-blue', 'target-group': 'arn:green', kept: 'blue' },
    });
    expect(Date.parse(facts['kept-until']!) - Date.parse(facts['kept-since']!)).to.equal(2 * 3_600_000);
    expect(clock.now().getTime() - Date.parse(facts['kept-since']!)).to.be.within(0, 1000);
  });

  it('does not forget what is kept where a deploy changes nothing, unless it is drained', async () => {
    const { process, known, record, aws } = await switched();
    const again = process({ known });
    expect((await again.target.deploy(NEXT, again.rollout)).facts).to.include({
      kept: 'blue',
      'kept-since': record.facts?.['kept-since'],
    });
    aws.update('blue', { desired: 0 });
    const drained = process({ known });
    expect((await drained.target.deploy(NEXT, drained.rollout)).facts).not.to.have.property('kept');
  });

  it('goes back by one change of the rule, and asks nothing that takes time', async () => {
    const { process, known, aws, clock } = await switched();
    const { target, rollout } = process({ known, kind: 'rollback' });
    const beganMs = clock.now().getTime();
    await target.deploy(BEFORE, rollout);
    expect(aws.percents()).to.deep.equal(TO.blue);
    expect(clock.now().getTime() - beganMs).to.be.below(1000);
    const changes = aws.asked.filter(({ action }) => /^(Update|Modify|Register)/.test(action));
    expect(changes.map(({ action }) => action)).to.deep.equal(['ModifyRule']);
  });

  describe('with a platform that is busy', () => {
    for (const kind of ['deploy', 'rollback'] as const)
      for (const fault of ['throttle', 'lose'] as const)
        it(`${kind}: ends well where any request ${fault === 'throttle' ? 'is throttled' : 'loses its answer'}`, async () => {
          for (let nth = 1; ; nth += 1) {
            const isDeploy = kind === 'deploy';
            const { aws, process, known } = isDeploy ? switchWorld() : await switched();
            aws.fault = (_, count) => (count === nth ? fault : undefined);
            const { target, rollout } = process({ known, kind });
            await target.deploy(isDeploy ? NEXT : BEFORE, rollout);
            const context = `${fault} of request ${nth}`;
            expect(aws.percents(), context).to.deep.equal(isDeploy ? TO.green : TO.blue);
            expect(aws.outages, context).to.deep.equal([]);
            const changes = Object.values(aws.services).map((service) => service.changes);
            expect(changes, context).to.deep.equal([0, 1]);
            if (aws.asked.length < nth) break;
          }
        });
  });

  describe('with a run that is killed at any step', () => {
    interface Case {
      readonly strategy?: object;
      readonly prepare?: (world: World) => void;
      readonly kind?: Rollout['kind'];
      readonly least: number;
    }
    const cases: Readonly<Record<string, Case>> = {
      'a deploy': { least: 10 },
      'a deploy in steps that drains at once': {
        strategy: { steps: [10, 50], every: '2s', keep: '0s' },
        least: 15,
      },
      'a deploy that fails': {
        prepare: ({ probing }) => void (probing.isHealthy = false),
        least: 8,
      },
    };
    /** What a run of a case leaves that is killed at a step. */
    async function killed({ strategy, prepare }: Case, dieAt: number) {
      const world = switchWorld(strategy);
      prepare?.(world);
      const first = world.process({}, dieAt);
      const before = JSON.parse(JSON.stringify(await first.target.snapshot())) as TargetSnapshot;
      const isEnded = await first.live(first.target.deploy(NEXT, first.rollout));
      world.probing.isHealthy = true;
      return { world, before, isEnded };
    }
    const asBefore = ({ aws }: World, context: string) => {
      expect(aws.percents(), context).to.deep.equal(TO.blue);
      expect(aws.runs(), context).to.deep.equal(['blue: web:1 × 2', 'green: web:1 × 0']);
      expect(aws.scaling.get(RESOURCES.blue), context).to.deep.equal({ min: 2, max: 10, isSuspended: false });
      expect(aws.outages, context).to.deep.equal([]);
    };

    for (const [name, one] of Object.entries(cases)) {
      it(`is gone on with: ${name}`, async () => {
        for (let dieAt = 0; ; dieAt += 1) {
          const { world, isEnded } = await killed(one, dieAt);
          if (isEnded) return expect(dieAt).to.be.above(one.least);
          const context = `killed at ${dieAt}`;
          const { target, rollout } = world.process({ begun: [...world.entries] });
          const { facts } = await target.deploy(NEXT, rollout);
          const { aws } = world;
          expect(aws.percents(), context).to.deep.equal(TO.green);
          expect(aws.outages, context).to.deep.equal([]);
          expect(aws.services.green, context).to.include({ desired: 2, changes: 1 });
          const isKept = one.strategy === undefined;
          expect(aws.services.blue.desired, context).to.equal(isKept ? 2 : 0);
          expect(facts?.['kept'], context).to.equal(isKept ? 'blue' : undefined);
          expect(aws.scaling.get(RESOURCES.green), context).to.include({ min: 2, isSuspended: false });
        }
      });

      it(`is undone: ${name}`, async () => {
        for (let dieAt = 0; ; dieAt += 1) {
          const { world, before, isEnded } = await killed(one, dieAt);
          const { target, rollout } = world.process({ begun: [...world.entries], kind: 'rollback' });
          await target.restore(before, rollout);
          asBefore(world, `killed at ${dieAt}`);
          if (isEnded) return expect(dieAt).to.be.above(one.least);
        }
      });
    }

    for (const way of ['resume', 'undo'] as const)
      it(`comes to an end by ${way}: a rollback to what is kept`, async () => {
        for (let dieAt = 0; ; dieAt += 1) {
          const { aws, process, known, entries } = await switched();
          const first = process({ known, kind: 'rollback' }, dieAt);
          const before = await first.target.snapshot();
          const isEnded = await first.live(first.target.deploy(BEFORE, first.rollout));
          const { target, rollout } = process({ known, kind: 'rollback', begun: [...entries] });
          if (way === 'resume') await target.deploy(BEFORE, rollout);
          else await target.restore(before, rollout);
          const context = `killed at ${dieAt}`;
          expect(aws.percents(), context).to.deep.equal(way === 'resume' ? TO.blue : TO.green);
          expect(aws.runs(), context).to.deep.equal(['blue: web:1 × 2', 'green: web:2 × 2']);
          expect(aws.outages, context).to.deep.equal([]);
          if (isEnded) return expect(dieAt).to.be.above(3);
        }
      });

    it('is undone also where undoing is killed at any step', async () => {
      const one = { strategy: { bake: '0s', keep: '0s' }, least: 0 };
      let most = 0;
      for (let dieAt = 0; ; dieAt += 1) {
        const whole = await killed(one, dieAt);
        for (let again = 0; ; again += 1) {
          const { world, before } = again === 0 ? whole : await killed(one, dieAt);
          const undoing = () => world.process({ begun: [...world.entries], kind: 'rollback' }, again);
          const { target, rollout, live } = undoing();
          const isEnded = await live(target.restore(before, rollout));
          if (!isEnded) {
            const last = world.process({ begun: [...world.entries], kind: 'rollback' });
            await last.target.restore(before, last.rollout);
          }
          asBefore(world, `killed at ${dieAt} and ${again}`);
          most = Math.max(most, again);
          if (isEnded) break;
        }
        if (whole.isEnded) break;
      }
      expect(most).to.be.above(5);
    });
  });

  describe('beside somebody else', () => {
    /** A deploy that was killed, and an update of a service that is not ours. */
    async function meddled(colour: 'blue' | 'green') {
      const world = switchWorld();
      const first = world.process({}, 9);
      const before = await first.target.snapshot();
      expect(await first.live(first.target.deploy(NEXT, first.rollout))).to.equal(false);
      const { aws } = world;
      const definition = aws.definitions.values().next().value!;
      aws.update(colour, { taskDefinition: aws.register(definition) });
      await world.clock.sleep(10_000);
      return { ...world, before };
    }
    const theirs = (world: Pick<World, 'aws'>, colour: 'blue' | 'green') =>
      world.aws.services[colour].taskDefinition.split('/').at(-1);

    for (const colour of ['blue', 'green'] as const)
      it(`undoes nothing of what was deployed to ${colour} meanwhile, unless that is asked for`, async () => {
        const world = await meddled(colour);
        const runs = theirs(world, colour);
        const around = { begun: [...world.entries], kind: 'rollback' } as const;
        const { target, rollout } = world.process(around);
        const failure = await rejection(target.restore(world.before, rollout), 'DEPLOY_OVERTAKEN');
        expect(failure.message).to.equal(`someone else deployed ${runs}: it is not changed`);
        expect(theirs(world, colour)).to.equal(runs);
        const forced = world.process({ ...around, isForced: true });
        await forced.target.restore(world.before, forced.rollout);
        expect(world.aws.runs()).to.deep.equal(['blue: web:1 × 2', 'green: web:1 × 0']);
        expect(world.aws.outages).to.deep.equal([]);
      });

    it('rolls nothing back that somebody has deployed to the live colour since', async () => {
      const { process, known, aws } = await switched();
      await process().target.requireMovable?.(known, BEFORE);
      const [definition] = aws.definitions.values();
      const image = 'registry.example/shop/web:by-hand';
      aws.update('green', {
        taskDefinition: aws.register({ ...definition, containerDefinitions: [{ name: 'web', image }] }),
      });
      const asked = process().target.requireMovable?.(known, BEFORE);
      const failure = await rejection(asked as Promise<void>, 'DEPLOY_OVERTAKEN');
      expect(failure.message).to.equal('someone else deployed web:3 after 1.0.0: it is not changed');
      await process().target.requireMovable?.(known);
    });
  });

  describe('drains what it has kept', () => {
    const drain = async ({ process, known }: Awaited<ReturnType<typeof switched>>) => {
      const { target, rollout } = process();
      const { drain: drained } = await target.operations!();
      const { signal, stage } = rollout;
      const live = known.target.facts?.['live'];
      return drained!({ live, signal, subject: stage.subject('web') });
    };

    it('by its service alone, once', async () => {
      const world = await switched();
      expect(await drain(world)).to.deep.equal({
        ...{ colour: 'blue', before: 2, summary: 'blue is drained: 2 → 0 tasks' },
      });
      expect(world.aws.runs()).to.deep.equal(['blue: web:1 × 0', 'green: web:2 × 2']);
      expect((await drain(world)).summary).to.equal('blue is drained already');
      expect(world.aws.asked.filter(({ action }) => action === 'UpdateService')).to.have.length(1);
      expect(world.aws.outages).to.deep.equal([]);
    });

    it('and sees to it that autoscaling does not bring it back', async () => {
      const world = await switched();
      world.aws.scaling.set(RESOURCES.blue, { min: 1, max: 4, isSuspended: false });
      await drain(world);
      expect(world.aws.scaling.get(RESOURCES.blue)).to.deep.equal({ min: 0, max: 4, isSuspended: true });
      expect(world.aws.scaling.get(RESOURCES.green)).to.include({ min: 2, isSuspended: false });
    });

    it('so that a rollback deploys it again', async () => {
      const world = await switched();
      await drain(world);
      await world.clock.sleep(10_000);
      const { target, rollout } = world.process({ known: world.known, kind: 'rollback' });
      await target.deploy(BEFORE, rollout);
      expect(world.aws.percents()).to.deep.equal(TO.blue);
      expect(world.aws.services.blue.desired).to.equal(2);
      expect(world.aws.outages).to.deep.equal([]);
    });

    const refusals: readonly (readonly [string, (world: Pick<World, 'aws'>) => void, string])[] = [
      [
        'where it gets all requests',
        ({ aws }) => void (aws.rules['arn:rule'] = { 'arn:blue': 1 }),
        'the rule sends all requests to blue, and the ledger says that green is live',
      ],
      [
        'where it gets some',
        ({ aws }) => void (aws.rules['arn:rule'] = { 'arn:blue': 10, 'arn:green': 90 }),
        'the rule sends 10 % of requests to blue and 90 % to green',
      ],
      [
        'where a third group gets them',
        ({ aws }) => void (aws.rules['arn:rule'] = { 'arn:other': 1 }),
        'the rule sends requests to another target group, arn:other',
      ],
      [
        'where the live colour serves nobody',
        ({ aws }) => void aws.sick.add('green'),
        'blue is not drained: green is live and has no healthy target',
      ],
    ];
    for (const [when, prepare, words] of refusals)
      it(`not ${when}`, async () => {
        const world = await switched();
        prepare(world);
        const failure: StackError = await rejection(drain(world), 'STATE_CONFLICT');
        expect(failure.message).to.contain(words);
        expect(world.aws.services.blue.desired).to.equal(2);
      });
  });
});
