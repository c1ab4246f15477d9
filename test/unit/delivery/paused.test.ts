import { expect } from 'chai';
import { continueDeployment } from '../../../runner/src/delivery/continue.js';
import { statusOfEnvironments } from '../../../runner/src/delivery/status.js';
import { environmentStatusText } from '../../../runner/src/views/environmentStatus.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';
import { Stand } from '../../support/stand.js';

async function paused(): Promise<Stand> {
  const stand = await Stand.make();
  await stand.deploy('0.1.0');
  stand.targets[0]!.pauses = 'hook-1';
  const { deployment } = await stand.deploy('0.2.0', { atPause: 'end' });
  expect(deployment.status).to.equal('paused');
  return stand;
}

const goOn = async (stand: Stand) =>
  continueDeployment(stand.context(), {
    environment: await stand.place.context.environment('staging'),
    stage: stageOf('continue:staging', stand.context()),
  });

describe('a deployment that is paused', () => {
  it('holds no lock, and is what `status` shows, with what to type', async () => {
    const stand = await paused();
    expect(await stand.state.locks.holder('staging')).to.equal(undefined);
    const [staging] = await statusOfEnvironments(stand.context(), false);
    expect(staging?.cutOff).to.equal(undefined);
    const text = environmentStatusText([staging!], stand.clock.now().getTime());
    expect(text).to.include('web: paused at after-test-traffic since 2026-11-03 12:00 UTC');
    expect(text).to.include('node runner continue --env staging, or node runner rollback --env staging');
  });

  it('is continued to its end, and recorded as one deployment', async () => {
    const stand = await paused();
    const { deployment } = await goOn(stand);
    expect([deployment.status, deployment.sequence, deployment.version]).to.deep.equal([
      'healthy',
      2,
      '0.2.0',
    ]);
    expect((await stand.state.ledger.current('staging')).healthy?.version).to.equal('0.2.0');
    expect(await stand.state.journal.unfinished('staging')).to.equal(undefined);
    await rejection(goOn(stand), 'USAGE');
  });

  it('may be a promotion, which keeps who approved it and says who let it go on', async () => {
    const stand = await Stand.make();
    await stand.deploy('0.2.0');
    const context = stand.context();
    const environment = await context.environment('production');
    stand.targets.forEach((target) => (target.running = '0.1.0'));
    stand.targets[0]!.pauses = 'hook-1';
    const { deployment } = await stand.promote('0.2.0', { atPause: 'end' });
    expect([deployment.status, deployment.kind]).to.deep.equal(['paused', 'promote']);
    const stage = stageOf('continue:production', context);
    const { deployment: ended } = await continueDeployment(context, { environment, stage, by: 'ada' });
    expect(ended).to.include({ status: 'healthy', kind: 'promote', approvedBy: 'grace', continuedBy: 'ada' });
  });

  it('is no longer told as paused once somebody goes on with it, also where that is cut off', async () => {
    const stand = await paused();
    stand.targets[1]!.deploy = () => new Promise(() => undefined);
    void goOn(stand);
    while ((await stand.state.ledger.deployment('staging', 2))?.status !== 'running')
      await new Promise((resolve) => setTimeout(resolve, 5));
    await stand.processEnds();
    const [staging] = await statusOfEnvironments(stand.context(), false);
    expect(staging?.paused).to.equal(undefined);
    expect(staging?.cutOff?.sequence).to.equal(2);
  });

  it('is rolled back, and recorded so', async () => {
    const stand = await paused();
    const { deployment } = await stand.rollback();
    expect([deployment.status, deployment.reason]).to.deep.equal(['rolled-back', 'rolled back at a pause']);
    expect(stand.running).to.equal('0.1.0 0.1.0');
    expect((await stand.state.ledger.current('staging')).healthy?.version).to.equal('0.1.0');
  });

  it('keeps another deploy waiting by name, and gives way to a rollback to a release', async () => {
    const stand = await paused();
    const error = await rejection(stand.deploy('0.3.0'), 'DEPLOY_PAUSED');
    expect(error.next).to.include('node runner continue --env staging');
    await rejection(stand.deploy('0.3.0', { forward: true }), 'DEPLOY_PAUSED');
    stand.targets[0]!.pauses = undefined;
    await stand.rollback('0.1.0');
    expect(stand.running).to.equal('0.1.0 0.1.0');
  });

  it('is no hindrance once the platform has gone back by itself', async () => {
    const stand = await paused();
    for (const target of stand.targets) Object.assign(target, { running: '0.1.0', pauses: undefined });
    await stand.deploy('0.3.0');
    expect((await stand.state.ledger.deployment('staging', 2))?.status).to.equal('rolled-back');
    expect(stand.running).to.equal('0.3.0 0.3.0');
  });
});
