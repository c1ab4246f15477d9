import { expect } from 'chai';
import { StackError } from '../../../runner/src/base/errors.js';
import { continueDeployment, pausedDeployment } from '../../../runner/src/delivery/continue.js';
import { endPauseOfRun } from '../../../runner/src/delivery/endPause.js';
import { doneStages } from '../../../runner/src/pipeline/resume.js';
import { pipelineInput } from '../../../runner/src/pipeline/rules/pipelineInput.js';
import { pipelineOf } from '../../../runner/src/pipeline/rules/stageGraph.js';
import { PausedDelivery } from '../../support/pausedDelivery.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

const MINUTE = 60_000;
const ended = async (promise: Promise<unknown>) => promise.then(() => undefined);

describe('a run of a branch that pauses', () => {
  let delivery: PausedDelivery;
  /** Brings the release to its first pause; the name of that. */
  const deployed = async () => {
    await delivery.run(['deploy:staging']);
    return delivery.question?.name as string;
  };

  beforeEach(async () => (delivery = await PausedDelivery.make()));
  afterEach(() => delivery.remove());

  it('ends its deploy there, with what is to be decided and nobody locked out', async () => {
    await deployed();
    const { question } = delivery;
    expect(question).to.include({ version: '0.2.0', minutesLeft: 60 });
    expect(question?.lines.join()).to.include('web: paused at after-test-traffic since');
    expect(question?.lines.join()).to.include('test requests: http://test.example/');
    expect(delivery.ends).to.deep.equal(['deploy:staging ok']);
    expect(await delivery.state().locks.holder('staging')).to.equal(undefined);
    expect((await delivery.recorded())?.status).to.equal('paused');
  });

  it('goes on by an answer to the next pause, and by another one to its end', async () => {
    const first = await deployed();
    await delivery.answer('continue', first, 'alice');
    const second = delivery.question?.name as string;
    expect(second).not.to.equal(first);
    expect(delivery.question?.lines.join()).to.include('after-production-traffic');
    expect(await delivery.state().locks.holder('staging')).to.equal(undefined);

    // An answer to the first pause is none to the second, about which nobody was asked.
    await delivery.answer('continue', first, 'alice');
    expect(delivery.question?.name).to.equal(second);
    expect(delivery.count('ContinueServiceDeployment')).to.equal(1);

    await delivery.answer('continue', second, 'bob');
    expect(delivery.question).to.equal(undefined);
    expect(await delivery.recorded()).to.include({
      status: 'healthy',
      continuedBy: 'alice, bob',
      sequence: 1,
    });
    expect(await delivery.state().journal.unfinished('staging')).to.equal(undefined);
    expect([delivery.world.ecs.runs, delivery.count('UpdateService')]).to.deep.equal(['web:2', 1]);
  });

  it('is rolled back by an answer, at the first pause and at the second', async () => {
    for (const pauses of [1, 2]) {
      delivery.remove();
      delivery = await PausedDelivery.make();
      let name = await deployed();
      if (pauses === 2) {
        await delivery.answer('continue', name, 'alice');
        name = delivery.question?.name as string;
      }
      const error = await rejection(ended(delivery.answer('rollback', name, 'bob')), 'DEPLOY_ROLLED_BACK');
      expect(error.message).to.equal('0.2.0 does not go on in staging: refused by bob');
      expect(error.exitCode).to.equal(3);
      expect(await delivery.recorded()).to.include({ status: 'rolled-back', reason: 'refused by bob' });
      expect(delivery.world.ecs.runs).to.equal('web:1');
      expect(delivery.ends.at(-1)).to.equal('continue:staging rolled-back');
    }
  });

  it('an answer that comes late changes nothing: the deployment is back, or went on', async () => {
    const first = await deployed();
    await rejection(ended(delivery.answer('rollback', first, 'bob')), 'DEPLOY_ROLLED_BACK');
    await delivery.run(['deploy:staging']);
    const asked = delivery.world.ecs.asked.length;
    await rejection(ended(delivery.answer('rollback', first, 'bob')), 'DEPLOY_ROLLED_BACK');
    await rejection(ended(delivery.answer('continue', first, 'alice')), 'DEPLOY_ROLLED_BACK');
    expect((await delivery.recorded())?.status).to.equal('paused');
    expect(delivery.world.ecs.asked).to.have.length(asked);

    await delivery.run(['continue:staging'], { askPause: async () => 'continue' });
    await delivery.answer('continue', '2:hook', 'alice');
    await rejection(ended(delivery.answer('rollback', '2:hook', 'bob')), 'STATE_CONFLICT');
    expect((await delivery.recorded())?.status).to.equal('healthy');
  });

  it('asks who sits there at every pause, and then goes on with what follows', async () => {
    const asked: string[] = [];
    await delivery.run(['deploy:staging', 'continue:staging', 'after'], {
      askPause: async ({ lines }) => {
        asked.push(/paused at (\S+)/.exec(lines[0] ?? '')?.[1] ?? '');
        return 'continue';
      },
    });
    expect(asked).to.deep.equal(['after-test-traffic', 'after-production-traffic']);
    expect(delivery.ends).to.deep.equal(['deploy:staging ok', 'continue:staging ok', 'after ok']);
  });

  for (const askPause of [undefined, async () => 'later' as const]) {
    const who = askPause === undefined ? 'with nobody to ask' : 'where somebody wants to decide later';
    it(`${who} ends there, says what to type, and goes on when it is resumed`, async () => {
      const all = ['deploy:staging', 'continue:staging', 'after'];
      const asking = askPause === undefined ? {} : { askPause };
      const error = await rejection(ended(delivery.run(all, asking)), 'DEPLOY_PAUSED');
      expect(error.exitCode).to.equal(1);
      expect(error.next).to.include('node runner continue --env staging');
      expect(error.next).to.include('node runner rollback --env staging');
      expect(error.next).to.include('node runner run --resume');
      expect(delivery.ends.slice(-1)).to.deep.equal(['after skipped']);

      const resumed = async () => {
        const context = await delivery.process();
        return doneStages(context, pipelineOf(pipelineInput(await context.config()), 'develop'));
      };
      const waiting = await resumed();
      expect(waiting.has('continue:staging')).to.equal(false);
      expect(waiting.get('deploy:staging')?.paused?.minutesLeft).to.equal(60);
      // Asked again, it neither deploys again nor complains of what it left itself.
      await rejection(ended(delivery.run(all, { done: waiting })), 'DEPLOY_PAUSED');

      const context = await delivery.process();
      const environment = await context.environment('staging');
      for (let pauses = 0; pauses < 2; pauses++)
        await continueDeployment(context, { environment, stage: stageOf('c', context), atPause: 'end' });
      const done = await resumed();
      expect([...done.keys()]).to.include.members(['deploy:staging', 'continue:staging']);
      await delivery.run(all, { done });
      expect(delivery.ends.slice(-3)).to.deep.equal(['deploy:staging ok', 'continue:staging ok', 'after ok']);
      expect(delivery.count('UpdateService')).to.equal(1);
    });
  }

  it('goes back where the question is interrupted', async () => {
    const askPause = async () => {
      throw new StackError('INTERRUPTED', 'interrupted by Ctrl-C');
    };
    const run = delivery.run(['deploy:staging', 'continue:staging'], { askPause });
    await rejection(ended(run), 'INTERRUPTED');
    expect((await delivery.recorded())?.reason).to.equal('interrupted at its pause by carol');
    expect(delivery.world.ecs.runs).to.equal('web:1');
  });

  it('goes back without a question where a gate before it failed, but not where another run paused it', async () => {
    delivery.repository.write({
      'automation-stack.yml': delivery.repository
        .read('automation-stack.yml')
        .replace(
          "{ after: { after: deploy:staging, run: ['true'] } }",
          "{ gate: { after: deploy:staging, before: continue:staging, run: ['false'] } }",
        ),
    });
    const all = ['deploy:staging', 'gate', 'continue:staging'];
    await rejection(ended(delivery.run(all, { askPause: async () => 'continue' })), 'STAGE_FAILED');
    expect(delivery.ends.slice(-2)).to.deep.equal([
      'continue:staging skipped',
      'continue:staging rolled-back',
    ]);
    expect((await delivery.recorded())?.reason).to.equal('needs gate, which failed');
    expect(delivery.world.ecs.runs).to.equal('web:1');

    await deployed();
    await rejection(ended(delivery.run(all)), 'DEPLOY_PAUSED');
    expect((await delivery.recorded())?.status).to.equal('paused');
  });

  it('goes back where the run is interrupted before it is asked', async () => {
    const abort = new AbortController();
    const context = await delivery.process('', 'carol', abort.signal);
    context.events.subscribe({
      handle: (event) => {
        if (event.type === 'stage.end') abort.abort(new StackError('INTERRUPTED', 'stopped by SIGTERM'));
      },
    });
    await rejection(ended(delivery.run(['deploy:staging', 'continue:staging'], {}, context)), 'INTERRUPTED');
    expect((await delivery.recorded())?.status).to.equal('rolled-back');
    expect(delivery.world.ecs.runs).to.equal('web:1');
  });

  it('says so where somebody has rolled it back meanwhile, and passes where nothing paused', async () => {
    const name = await deployed();
    await rejection(ended(delivery.answer('rollback', name, 'bob')), 'DEPLOY_ROLLED_BACK');
    await rejection(ended(delivery.run(['continue:staging'])), 'DEPLOY_ROLLED_BACK');

    await delivery.run(['deploy:staging', 'continue:staging'], { askPause: async () => 'continue' });
    await delivery.run(['deploy:staging', 'continue:staging']);
    expect(delivery.ends.slice(-2)).to.deep.equal(['deploy:staging ok', 'continue:staging ok']);
  });

  it('repeats a deploy whose agent was lost at the pause, and refuses that of another run by name', async () => {
    const of = async (run: string) => delivery.run(['deploy:staging'], {}, await delivery.process(run));
    await of('shop-7');
    const name = delivery.question?.name;
    await of('shop-7');
    expect(delivery.question?.name).to.equal(name);
    expect(delivery.count('UpdateService')).to.equal(1);
    const error = await rejection(ended(of('shop-8')), 'DEPLOY_PAUSED');
    expect(error.message).to.equal('deployment 1 of 0.2.0 to staging by carol is paused');
    expect(error.category).to.equal('approval');
  });

  it('is back where nobody answered in time, whatever the answer is then', async () => {
    for (const how of ['continue', 'rollback'] as const) {
      delivery.remove();
      delivery = await PausedDelivery.make();
      const name = await deployed();
      await delivery.world.clock.sleep(90 * MINUTE);
      await rejection(ended(delivery.answer(how, name, 'alice')), 'DEPLOY_ROLLED_BACK');
      expect((await delivery.recorded())?.status).to.equal('rolled-back');
      expect(delivery.world.ecs.runs).to.equal('web:1');
    }
  });

  it('an answer gets through throttling, and where the answer to it is lost', async () => {
    for (const fault of ['throttle', 'lose'] as const) {
      for (const how of ['continue', 'rollback'] as const) {
        delivery.remove();
        delivery = await PausedDelivery.make();
        const name = await deployed();
        delivery.world.ecs.fault = (action, nth) =>
          action === 'ContinueServiceDeployment' && nth === 1 ? fault : undefined;
        const end = await delivery.answer(how, name, 'alice').catch((error: unknown) => error);
        const said = `${how}, ${fault}`;
        if (how === 'continue') expect(delivery.question?.lines.join(), said).to.include('after-production');
        else expect((end as StackError).code, said).to.equal('DEPLOY_ROLLED_BACK');
        expect(delivery.count('UpdateService'), said).to.equal(1);
      }
    }
  });

  it('another terminal ends the second pause of a `continue` that waits there', async () => {
    await deployed();
    const context = await delivery.process();
    const environment = await context.environment('staging');
    const waiting = continueDeployment(context, { environment, stage: stageOf('c', context) });
    await delivery.world.clock.sleep(30 * MINUTE);
    const other = await delivery.process();
    const told = await endPauseOfRun(other, environment);
    expect(told?.summary).to.include('the pause of 0.2.0 in staging is ended');
    expect((await waiting).deployment.status).to.equal('healthy');
  });

  for (const how of ['continue', 'rollback'] as const) {
    it(`an answer is given again after a kill at any write: ${how}`, async () => {
      for (let writes = 0, isThrough = false; !isThrough; writes++) {
        delivery.remove();
        delivery = await PausedDelivery.make();
        const name = await deployed();
        delivery.store.writesLeft = writes;
        const answer = () => delivery.answer(how, name, 'alice').catch((error: unknown) => error);
        isThrough = (await Promise.race([answer(), delivery.store.death])) !== 'dead';
        await delivery.processEnds();
        const end = await answer();
        const where = `after ${writes} writes`;
        if (how === 'continue') {
          if (!isThrough) expect(end, where).not.to.be.instanceOf(Error);
          expect(delivery.question?.lines.join(), where).to.include('after-production-traffic');
          expect(
            (await pausedDeployment(await delivery.process(), { name: 'staging' })).continuedBy,
          ).to.equal('alice');
        } else {
          expect((end as StackError).code, where).to.equal('DEPLOY_ROLLED_BACK');
          expect((await delivery.recorded())?.status, where).to.equal('rolled-back');
          expect(delivery.world.ecs.runs, where).to.equal('web:1');
        }
        expect(delivery.count('UpdateService'), where).to.equal(1);
      }
    });
  }
});
