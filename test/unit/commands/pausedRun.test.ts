import { expect } from 'chai';
import { commands } from '../../../runner/src/commands/run.js';
import { PausedDelivery } from '../../support/pausedDelivery.js';
import { rejection } from '../../support/rejection.js';

const [command] = commands;

/** As Jenkins calls it: a process for each stage, and one for each answer. */
describe('`run` of a stage at a pause', () => {
  let delivery: PausedDelivery;
  const run = async (only: string, options: Readonly<Record<string, string>> = {}) => {
    const context = await delivery.process('shop-7');
    const input = { options: { branch: 'develop', only: [only], ...options }, arguments: [] };
    return command!.run(context, input, async () => commands);
  };
  beforeEach(async () => (delivery = await PausedDelivery.make()));
  afterEach(() => delivery.remove());

  it('ends well at each pause, and with the last answer', async () => {
    await run('deploy:staging');
    for (const by of ['alice', 'bob']) {
      const pause = delivery.question?.name as string;
      await run('continue:staging', { pause, answer: 'continue', 'answered-by': by });
    }
    expect(delivery.ends).to.deep.equal(['deploy:staging ok', 'continue:staging ok', 'continue:staging ok']);
    expect(await delivery.recorded()).to.include({ status: 'healthy', continuedBy: 'alice, bob' });
  });

  it('ends with 3 where it is not to go on, and says why', async () => {
    await run('deploy:staging');
    const pause = delivery.question?.name as string;
    const refused = run('continue:staging', {
      pause,
      answer: 'rollback',
      reason: 'nobody answered within 60m',
    });
    const error = await rejection(
      refused.then(() => undefined),
      'DEPLOY_ROLLED_BACK',
    );
    expect([error.exitCode, error.message]).to.deep.equal([
      3,
      '0.2.0 does not go on in staging: nobody answered within 60m',
    ]);
  });
});
