import { expect } from 'chai';
import type { StackError } from '../../../../../runner/src/base/errors.js';
import type { Rollout } from '../../../../../runner/src/context/target.js';
import { nativeWorld, released, type NativeWorldOptions } from '../../../../support/ecs/nativeWorld.js';

const MINUTE = 60_000;
type World = ReturnType<typeof nativeWorld>;

/** Lets somebody act once the first deployment is so long at work. */
function after(world: World, ms: number, what: () => void): void {
  world.ecs.deployments.later.push({ ms, what });
}

/** What a deploy threw, be it ours or that of a test. */
async function thrown(promise: Promise<unknown>): Promise<StackError> {
  const ended = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in ended) return ended.error as StackError;
  throw new Error(`nothing was thrown, but ${JSON.stringify(ended.value)} came`);
}

async function deployed(options: NativeWorldOptions = {}) {
  const world = nativeWorld(options);
  const { target, rollout } = world.process();
  const record = await target.deploy(world.release, rollout);
  return { world, target, rollout, record };
}

async function failed(
  options: NativeWorldOptions,
  act: (world: World) => void = () => undefined,
  prepare: (world: World) => void = () => undefined,
) {
  const world = nativeWorld(options);
  prepare(world);
  const { target, rollout } = world.process();
  const before = await target.snapshot();
  act(world);
  const error = await thrown(target.deploy(world.release, rollout));
  return { world, target, rollout, before, error };
}

describe('a service that ECS moves by itself', () => {
  it('blue-green: is moved by one UpdateService, and followed to its end by looks at the deployment', async () => {
    const { world, record } = await deployed();
    expect(record.status).to.equal('healthy');
    expect(world.ecs.runs).to.equal('web:2');
    expect(world.ecs.count('UpdateService')).to.equal(1);
    expect(world.traffic()).to.deep.equal([0, 100]);
    const { input } = world.ecs.asked.find(({ action }) => action === 'UpdateService')!;
    expect(input['deploymentConfiguration']).to.deep.equal({
      strategy: 'BLUE_GREEN',
      bakeTimeInMinutes: 5,
      lifecycleHooks: [],
    });
    expect(input['loadBalancers']).to.deep.equal([
      {
        targetGroupArn: 'arn:blue',
        containerName: 'web',
        containerPort: 8000,
        advancedConfiguration: {
          alternateTargetGroupArn: 'arn:green',
          productionListenerRule: 'arn:production',
          testListenerRule: 'arn:test',
          roleArn: 'arn:role',
        },
      },
    ]);
  });

  it('canary: gets a few percent first', async () => {
    const { world } = await deployed({ strategy: { kind: 'canary', percent: 10, every: '90s' } });
    expect(world.ecs.deployments.shares).to.deep.equal([10, 100]);
    expect(world.traffic()).to.deep.equal([0, 10, 100]);
    expect(world.ecs.deployments.configuration.canaryConfiguration?.canaryBakeTimeInMinutes).to.equal(2);
  });

  it('linear: gets its requests in steps, for which the deadline has room', async () => {
    const { world } = await deployed({
      strategy: { kind: 'linear', percent: 20, every: '6m', bake: '20m' },
      config: { timeout: '5m' },
    });
    expect(world.ecs.deployments.shares).to.deep.equal([20, 40, 60, 80, 100]);
    expect(world.ecs.runs).to.equal('web:2');
  });

  it('ends the pause that its checks need, when they have passed', async () => {
    const asked: unknown[] = [];
    const test = { url: 'http://test.example/', headers: { 'X-Preview': 'next' } };
    const checks = { smoke: { command: ['true'] } };
    const { world } = await deployed({
      config: { checks },
      test,
      check: async ({ at }) => void asked.push(at),
    });
    expect(asked).to.deep.equal([test]);
    expect(world.ecs.count('ContinueServiceDeployment')).to.equal(1);
  });

  it('gives a release whose checks fail no requests', async () => {
    const checks = { smoke: { command: ['false'] } };
    const found = await failed({
      config: { checks },
      check: async () => {
        throw new Error('smoke failed');
      },
    });
    expect(found.error.message).to.equal('smoke failed');
    await found.target.restore(found.before, found.rollout);
    expect(found.world.ecs.runs).to.equal('web:1');
    expect(found.world.ecs.deployments.shares).to.deep.equal([0]);
  });

  it('waits at a pause, says what to type, and does not count it', async () => {
    const world = nativeWorld({ strategy: { pause: ['after-test-traffic'] }, config: { timeout: '5m' } });
    const { target, rollout } = world.process();
    after(world, 2 * 60 * MINUTE, () => {
      const [deployment] = world.ecs.deployments.all;
      world.ecs.deployments.continue(deployment!.arn, deployment!.hooks[0]!.id);
    });
    expect((await target.deploy(world.release, rollout)).status).to.equal('healthy');
    const told = world.messages().filter((words) => words.includes('node runner continue --env staging'));
    expect(told).to.have.length(1);
  });

  it('ends the run at a pause, and goes on with it where somebody has said so', async () => {
    const world = nativeWorld({
      strategy: { pause: ['after-test-traffic'] },
      test: { url: 'http://test.example/', headers: { 'X-Preview': 'next' } },
    });
    const first = world.process({ atPause: 'end' });
    const { status, facts = {} } = await first.target.deploy(world.release, first.rollout);
    expect(status).to.equal('paused');
    expect(facts).to.include({
      'paused-at': 'after-test-traffic',
      'test-url': 'http://test.example/',
      'test-headers': 'X-Preview: next',
    });
    expect(Date.parse(facts['pause-expires']!) - Date.parse(facts['paused-since']!)).to.be.within(
      86_000_000,
      86_400_000,
    );
    // Whoever goes on without a word finds the same pause.
    const same = world.process({ atPause: 'end', begun: [...world.entries] });
    expect((await same.target.deploy(world.release, same.rollout)).facts).to.include({ hook: facts['hook'] });
    const again = world.process({ begun: [...world.entries], continues: [facts['hook']!] });
    expect((await again.target.deploy(world.release, again.rollout)).status).to.equal('healthy');
    expect(world.ecs.count('UpdateService')).to.equal(1);
  });

  it('goes back from a pause by the answer to it', async () => {
    const world = nativeWorld({ strategy: { pause: ['after-test-traffic'] } });
    const first = world.process({ atPause: 'end' });
    const before = await first.target.snapshot();
    await first.target.deploy(world.release, first.rollout);
    expect(await first.target.snapshot()).not.to.deep.equal(before);
    const { target, rollout } = world.process({ begun: [...world.entries] });
    expect((await target.restore(before, rollout)).status).to.equal('rolled-back');
    expect(world.ecs.runs).to.equal('web:1');
    expect([
      world.ecs.count('ContinueServiceDeployment'),
      world.ecs.count('StopServiceDeployment'),
    ]).to.deep.equal([1, 0]);
    expect(await target.snapshot()).to.deep.equal(before);
  });

  it('fails the run that goes on with a pause that has expired, and is back', async () => {
    const world = nativeWorld({ strategy: { pause: ['after-test-traffic'], 'pause-timeout': '1h' } });
    const first = world.process({ atPause: 'end' });
    const before = await first.target.snapshot();
    const { facts } = await first.target.deploy(world.release, first.rollout);
    await world.clock.sleep(2 * 60 * MINUTE);
    const { target, rollout } = world.process({ begun: [...world.entries], continues: [facts!['hook']!] });
    const error = await thrown(target.deploy(world.release, rollout));
    expect(error.message).to.include('nobody ended the pause at after-test-traffic in time');
    await target.restore(before, rollout);
    expect(world.ecs.runs).to.equal('web:1');
    expect(world.ecs.count('UpdateService')).to.equal(1);
  });

  it('ends a pause at which a run waits in another process', async () => {
    const world = nativeWorld({ strategy: { pause: ['after-test-traffic'] } });
    const other = world.process();
    const answers: boolean[] = [];
    after(world, 5 * MINUTE, () => {
      void other.target
        .endPause('continue', [...world.entries], other.rollout.signal)
        .then((ended) => answers.push(ended));
    });
    const { target, rollout } = world.process();
    expect((await target.deploy(world.release, rollout)).status).to.equal('healthy');
    expect(answers).to.deep.equal([true]);
    expect(await other.target.endPause('continue', [...world.entries], rollout.signal)).to.equal(false);
  });

  it('pauses before each step of a linear shift', async () => {
    const world = nativeWorld({
      strategy: { kind: 'linear', percent: 50, every: '1m', pause: ['before-production-traffic'] },
    });
    const hooks: string[] = [];
    for (;;) {
      const { target, rollout } = world.process({
        atPause: 'end',
        begun: [...world.entries],
        continues: hooks,
      });
      const { status, facts } = await target.deploy(world.release, rollout);
      if (status !== 'paused') break;
      hooks.push(facts!['hook']!);
    }
    expect(hooks).to.have.length(2);
    expect(world.ecs.deployments.shares).to.deep.equal([50, 100]);
  });

  it('tells that nobody ended a pause in time', async () => {
    const found = await failed({ strategy: { pause: ['after-scale-up'], 'pause-timeout': '2h' } });
    expect(found.error.message).to.include('nobody ended the pause at after-scale-up in time');
    await found.target.restore(found.before, found.rollout);
    expect(found.world.ecs.runs).to.equal('web:1');
  });

  it('names the alarm that sent it back', async () => {
    const { error } = await failed({
      strategy: { alarms: ['errors'], bake: '10m' },
      conduct: { alarm: { name: 'errors', afterMs: 3 * MINUTE } },
    });
    expect(error.message).to.include('the alarm errors went off');
  });

  it('shows the task that crashed, long before the deadline', async () => {
    const found = await failed({ conduct: { isCrashing: true } });
    expect(found.error.message).to.include('3');
    expect(found.error.evidence.join('\n')).to.include('KeyError: DATABASE_URL');
    expect(found.world.clock.now().getTime() - found.world.ecs.deployments.all[0]!.createdMs).to.be.below(
      MINUTE,
    );
    await found.target.restore(found.before, found.rollout);
    expect(found.world.ecs.runs).to.equal('web:1');
  });

  it('names the function that failed', async () => {
    const found = await failed({ conduct: { hook: { ends: 'FAILED', ms: 4000 } } }, undefined, ({ ecs }) => {
      ecs.deployments.configuration = {
        strategy: 'ROLLING',
        lifecycleHooks: [
          {
            targetType: 'AWS_LAMBDA',
            hookTargetArn: 'arn:aws:lambda:eu-west-1:111111111111:function:smoke',
            lifecycleStages: ['POST_SCALE_UP'],
          },
        ],
      };
    });
    expect(found.error.message).to.include('the hook smoke at after-scale-up failed');
  });

  it('tells that somebody else stopped it', async () => {
    const found = await failed({}, (world) =>
      after(world, MINUTE, () => world.ecs.deployments.stop(world.ecs.deployments.all[0]!.arn, 'ABORT')),
    );
    expect(found.error.message).to.include('Stopped by a user');
    await found.target.restore(found.before, found.rollout);
    expect(found.world.ecs.runs).to.equal('web:1');
  });

  it('gives up at its deadline, and tells ECS to go back', async () => {
    const found = await failed({ conduct: { scaleUpMs: 1e9 }, config: { timeout: '10m' } });
    expect(found.error.message).to.include('not at its end after 15m');
    const record = await found.target.restore(found.before, found.rollout);
    expect(record.status).to.equal('rolled-back');
    expect(found.world.ecs.count('StopServiceDeployment')).to.equal(1);
    expect(found.world.ecs.count('UpdateService')).to.equal(1);
    expect(found.world.ecs.runs).to.equal('web:1');
  });

  it('goes back from a deployment that has ended by another one, which waits for nothing', async () => {
    const world = nativeWorld({ strategy: { pause: ['after-test-traffic'], alarms: ['errors'] } });
    const { target, rollout } = world.process();
    const before = await target.snapshot();
    after(world, 5 * MINUTE, () => {
      const [deployment] = world.ecs.deployments.all;
      world.ecs.deployments.continue(deployment!.arn, deployment!.hooks[0]!.id);
    });
    await target.deploy(world.release, rollout);
    world.ecs.deployments.conduct = {
      ...world.ecs.deployments.conduct,
      alarm: { name: 'errors', afterMs: 0 },
    };
    await target.restore(before, rollout);
    expect(world.ecs.runs).to.equal('web:1');
    expect(world.ecs.deployments.configuration.bakeTimeInMinutes).to.equal(0);
  });

  it('follows a deployment that the answer does not name, and that is listed late', async () => {
    const { world } = await deployed({ conduct: { isSilent: true, unlistedMs: 12_000 } });
    expect(world.ecs.runs).to.equal('web:2');
    expect(world.ecs.deployments.all).to.have.length(1);
  });

  it('refuses while ECS moves the service for somebody else', async () => {
    const world = nativeWorld();
    world.ecs.deployments.update({ forceNewDeployment: true });
    const error = await thrown(world.process().target.requireMovable());
    expect(error.code).to.equal('STATE_CONFLICT');
    expect(error.next).to.include('aws ecs stop-service-deployment');
  });

  it('refuses a service without a load balancer', async () => {
    const world = nativeWorld();
    world.ecs.deployments.loadBalancers = [];
    const error = await thrown(world.process().target.requireMovable());
    expect([error.code, error.message]).to.deep.equal([
      'CONFIG_INVALID',
      'the service web has no load balancer: blue-green moves its requests',
    ]);
  });

  describe('with a platform that is busy', () => {
    const actions = [
      'DescribeServices',
      'ListServiceDeployments',
      'UpdateService',
      'DescribeServiceDeployments',
      'ContinueServiceDeployment',
    ];
    for (const action of actions)
      for (const fault of ['throttle', 'lose'] as const)
        it(`${fault === 'throttle' ? 'repeats a throttled' : 'repeats, after a lost answer,'} ${action}, and makes one deployment`, async () => {
          const world = nativeWorld({
            config: { checks: { smoke: { command: ['true'] } } },
            check: async () => undefined,
          });
          world.ecs.fault = (asked, nth) => (asked === action && nth === 1 ? fault : undefined);
          const { target, rollout } = world.process();
          expect((await target.deploy(world.release, rollout)).status).to.equal('healthy');
          expect(world.ecs.deployments.all).to.have.length(1);
        });
  });

  describe('with a platform that is busy at any moment', () => {
    for (const fault of ['throttle', 'lose'] as const)
      it(`brings a release, and takes it back, where any request ${fault === 'lose' ? 'loses its answer' : 'is throttled'}`, async () => {
        for (let nth = 1; ; nth += 1) {
          const world = nativeWorld({ strategy: { bake: '0s' } });
          world.ecs.fault = () => (world.ecs.asked.length === nth ? fault : undefined);
          const { target, rollout } = world.process();
          const before = await target.snapshot();
          await target.deploy(world.release, rollout);
          const context = `${fault} of request ${nth}`;
          expect(world.ecs.deployments.all, context).to.have.length(1);
          await target.restore(before, rollout);
          expect(world.ecs.runs, context).to.equal('web:1');
          expect(world.ecs.deployments.all, context).to.have.length(2);
          if (world.ecs.asked.length < nth) break;
        }
      });
  });

  it('says in the ledger which rules ECS changes for it', async () => {
    const { record } = await deployed();
    expect(record.facts).to.include({
      ...{ strategy: 'blue-green', rule: 'arn:production', 'test-rule': 'arn:test' },
    });
  });

  for (const isForced of [false, true])
    it(`${isForced ? 'goes back over' : 'leaves alone'} what somebody else began after a run was killed`, async () => {
      const world = nativeWorld();
      const first = world.process();
      const before = await first.target.snapshot();
      await first.target.deploy(world.release, first.rollout);
      const [definition] = world.ecs.definitions.values();
      world.ecs.definitions.set('theirs/web:9', { ...definition, taskDefinitionArn: 'theirs/web:9' });
      world.ecs.deployments.update({ taskDefinition: 'theirs/web:9' });
      const { target, rollout } = world.process({ begun: [...world.entries], isForced });
      if (isForced) await target.restore(before, rollout);
      else expect((await thrown(target.restore(before, rollout))).code).to.equal('DEPLOY_OVERTAKEN');
      const runs = world.ecs.deployments.active() ?? world.ecs.deployments.live;
      expect('target' in runs ? runs.target.taskDefinition : runs.taskDefinition).to.equal(
        isForced ? before['taskDefinition'] : 'theirs/web:9',
      );
    });

  describe('with a run that is killed at any entry of its journal', () => {
    const killed = new Error('killed');
    /** A run that dies as it is about to write its nth entry, or right after it has. */
    async function dies(world: World, nth: number, when: 'before' | 'after') {
      let left = nth;
      const { target, rollout } = world.process({
        journal: async (action, data) => {
          left -= 1;
          if (left === 0 && when === 'before') throw killed;
          world.entries.push({ action, ...(data === undefined ? {} : { data }) });
          if (left === 0) throw killed;
        },
      });
      const before = await target.snapshot();
      const ended = await target.deploy(world.release, rollout).then(
        () => true,
        (error: unknown) => {
          if (error !== killed) throw error;
          return false;
        },
      );
      return { before, ended };
    }

    const options: NativeWorldOptions = {
      config: { checks: { smoke: { command: ['true'] } } },
      check: async () => undefined,
      conduct: { isSilent: true },
    };
    for (const when of ['before', 'after'] as const)
      for (const way of ['resume', 'rollback'] as const)
        it(`comes to an end by ${way}, killed ${when} each write`, async () => {
          for (let nth = 1; ; nth += 1) {
            const world = nativeWorld(options);
            const { before, ended } = await dies(world, nth, when);
            if (ended) {
              expect(nth).to.be.above(4);
              return;
            }
            const { target, rollout } = world.process({ begun: [...world.entries] });
            if (way === 'resume') {
              await target.deploy(world.release, rollout);
              expect(world.ecs.runs, `killed at ${nth}`).to.match(/^web:[23]$/);
            } else {
              await target.restore(before, rollout);
              expect(world.ecs.runs, `killed at ${nth}`).to.equal('web:1');
            }
            expect(world.ecs.deployments.active(), `killed at ${nth}`).to.equal(undefined);
            const forward = world.ecs.deployments.all.filter(
              ({ target: to }) => !to.taskDefinition.endsWith(':1'),
            );
            expect(forward.length, `killed at ${nth}`).to.be.at.most(1);
          }
        });

    for (const when of ['before', 'after'] as const)
      it(`comes back also where going back is killed ${when} each write`, async () => {
        for (let nth = 1; ; nth += 1) {
          const world = nativeWorld(options);
          const { before, ended } = await dies(world, nth, when);
          for (let again = 1; ; again += 1) {
            const one = again === 1 ? world : nativeWorld(options);
            const from = again === 1 ? before : (await dies(one, nth, when)).before;
            let left = again;
            const journal: Rollout['journal'] = async (action, data) => {
              left -= 1;
              if (left === 0 && when === 'before') throw killed;
              one.entries.push({ action, ...(data === undefined ? {} : { data }) });
              if (left === 0) throw killed;
            };
            const begun = [...one.entries];
            const { target, rollout } = one.process({ begun, journal });
            const isBack = await target.restore(from, rollout).then(
              () => true,
              (error: unknown) => {
                if (error !== killed) throw error;
                return false;
              },
            );
            if (!isBack) {
              const last = one.process({ begun: [...one.entries] });
              await last.target.restore(from, last.rollout);
            }
            const context = `killed at ${nth}, and at ${again} on the way back`;
            expect(one.ecs.runs, context).to.equal('web:1');
            expect(one.ecs.deployments.active(), context).to.equal(undefined);
            const back = one.ecs.deployments.all.filter(({ target: to }) => to.taskDefinition.endsWith(':1'));
            expect(back.length, context).to.be.at.most(1);
            if (isBack) break;
          }
          if (ended) return;
        }
      });

    it('finds the deployment whose UpdateService was answered to nobody', async () => {
      const world = nativeWorld(options);
      const { target, rollout } = world.process();
      world.ecs.fault = (action) => {
        if (action !== 'UpdateService') return undefined;
        throw Object.assign(new Error('killed'), { name: 'Error' });
      };
      await thrown(target.deploy(world.release, rollout));
      // The request had arrived all the same.
      world.ecs.fault = () => undefined;
      const { data } = world.entries.find(({ action }) => action === 'update')!;
      world.ecs.deployments.update({ taskDefinition: String(data?.['to']) });
      const again = world.process({ begun: [...world.entries] });
      expect((await again.target.deploy(released('b'), again.rollout)).status).to.equal('healthy');
      expect(world.ecs.deployments.all).to.have.length(1);
    });
  });
});
