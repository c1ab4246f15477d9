import { expect } from 'chai';
import { ecsWorld } from '../../../support/ecsWorld.js';
import { rejection } from '../../../support/rejection.js';

const course = { runningMs: 500, completedMs: 1000 };

describe('an ECS service at 0 tasks', () => {
  for (const kind of ['web', 'worker'] as const) {
    it(`is refused before anything is changed (${kind})`, async () => {
      const { ecs, target, release, rollout } = ecsWorld(kind);
      ecs.desired = 0;
      await target.snapshot();
      const failure = await rejection(target.requireProvable(), 'NOTHING_RUNS');
      expect(failure.next)
        .to.contain('aws ecs update-service --cluster main --service web --desired-count 1')
        .and.to.contain('node runner deploy --env staging');
      await rejection(target.deploy(release, rollout), 'NOTHING_RUNS');
      expect(ecs.calls).not.to.include('RegisterTaskDefinition').and.not.to.include('UpdateService');
    });

    it(`is not called unchanged and healthy where the release is there already (${kind})`, async () => {
      const { ecs, target, current, rollout } = ecsWorld(kind);
      ecs.desired = 0;
      await rejection(target.deploy(current, rollout), 'NOTHING_RUNS');
    });

    // Before any task runs, while old ones drain, in the bake window, shortly before its end.
    for (const ms of [100, 700, 2000, 6000, 10_500]) {
      it(`fails where it is scaled to 0 within the deploy, after ${ms} ms (${kind})`, async () => {
        const { ecs, target, release, rollout } = ecsWorld(kind);
        ecs.courses = [course];
        const before = await target.snapshot();
        ecs.after(ms, () => (ecs.desired = 0));
        await rejection(target.deploy(release, rollout), 'NOTHING_RUNS');
        expect(await target.restore(before, rollout)).to.include({ status: 'rolled-back' });
        expect(ecs.runs).to.equal('web:1');
      });
    }
  }

  it('may be scaled down to one task within the deploy', async () => {
    const { ecs, target, release, rollout } = ecsWorld('worker');
    ecs.courses = [course];
    ecs.after(4000, () => (ecs.desired = 1));
    expect(await target.deploy(release, rollout)).to.include({ status: 'healthy' });
  });

  it('fails where fewer run than are wanted at the end of the bake window, and stay fewer', async () => {
    const { ecs, target, release, rollout } = ecsWorld('worker', {
      config: { health: { for: '10s', interval: '1s', timeout: '20s' } },
    });
    ecs.courses = [course];
    ecs.after(5000, () => (ecs.missing = 1));
    const failure = await rejection(target.deploy(release, rollout), 'DEPLOY_FAILED');
    expect(failure.message).to.equal('only 1 of 2 tasks run after 20 s (health.timeout)');
  });

  it('passes where a task that was moved is there again in a while', async () => {
    const { ecs, target, release, rollout } = ecsWorld('worker');
    ecs.courses = [course];
    ecs.after(5000, () => (ecs.missing = 1));
    ecs.after(20_000, () => (ecs.missing = 0));
    expect(await target.deploy(release, rollout)).to.include({ status: 'healthy' });
  });

  it('is not healthy in the status, which says that none is wanted', async () => {
    const { ecs, target } = ecsWorld('web');
    ecs.desired = 0;
    const status = await target.status();
    expect(status).to.include({ healthy: false, summary: '0/0 tasks, none is wanted' });
    expect(status.details).to.include({ state: 'empty' });
  });
});
