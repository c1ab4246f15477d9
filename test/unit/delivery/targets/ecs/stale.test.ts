import { expect } from 'chai';
import { ecsWorld } from '../../../../support/ecsWorld.js';
import { rejection } from '../../../../support/rejection.js';

const config = { health: { for: '2s', interval: '1s' } };

describe('a platform that answers from before a change', () => {
  for (const kind of ['web', 'worker'] as const) {
    it(`is not taken to have gone back (${kind})`, async () => {
      const { ecs, target, release, rollout } = ecsWorld(kind, { config });
      ecs.courses = [{ runningMs: 1000, completedMs: 2000, stale: 2 }];
      expect(await target.deploy(release, rollout)).to.include({ status: 'healthy' });
      expect(ecs.runs).to.equal('web:2');
    });

    it(`is not taken to be back already, when a deploy is undone (${kind})`, async () => {
      const { ecs, target, release, rollout } = ecsWorld(kind, { config });
      ecs.courses = [{ crashedMs: 500 }, { runningMs: 1000, completedMs: 2000, stale: 2 }];
      const before = await target.snapshot();
      await rejection(target.deploy(release, rollout), 'DEPLOY_FAILED');
      ecs.forgetNext(1);
      expect(await target.restore(before, rollout)).to.include({ status: 'rolled-back' });
      expect(ecs.calls.filter((call) => call.startsWith('UpdateService'))).to.have.length(2);
      expect(ecs.runs).to.equal('web:1');
    });
  }

  it('does not pass for stable where the same revision is started anew', async () => {
    const { ecs, target, current, rollout, clock } = ecsWorld('worker', { config });
    ecs.courses = [{ brokenMs: 0 }, { runningMs: 5000, completedMs: 6000, stale: 3 }];
    const [arn] = [...ecs.definitions.keys()];
    await ecs.update({ taskDefinition: String(arn), force: false });
    await clock.sleep(1);
    const startMs = clock.now().getTime();
    expect(await target.deploy(current, rollout)).to.include({ status: 'healthy' });
    expect(clock.now().getTime() - startMs).to.be.at.least(6000);
  });

  it('is believed after a minute: then nothing was changed', async () => {
    const { ecs, target, release, rollout } = ecsWorld('worker', { config });
    ecs.courses = [{ runningMs: 1000, completedMs: 2000, stale: 1000 }];
    const failure = await rejection(target.deploy(release, rollout), 'DEPLOY_FAILED');
    expect(failure.message).to.contain('rolled back to web:1');
  });
});
