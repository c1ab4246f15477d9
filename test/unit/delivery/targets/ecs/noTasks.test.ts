import { expect } from 'chai';
import { ecsWorld } from '../../../../support/ecsWorld.js';
import { rejection } from '../../../../support/rejection.js';

const course = { runningMs: 500, completedMs: 1000 };

describe('an ECS service at 0 tasks', () => {
  for (const kind of ['web', 'worker'] as const) {
    it(`is moved, but the release is unproven, and that is said (${kind})`, async () => {
      const { ecs, target, release, rollout, messages } = ecsWorld(kind);
      ecs.desired = 0;
      ecs.courses = [course];
      const record = await target.deploy(release, rollout);
      expect(record).to.include({ status: 'unproven' });
      expect(record.facts).not.to.have.property('proof');
      expect(ecs.runs).to.equal('web:2');
      expect(messages.at(-1)).to.equal('web:2 is set, unproven: no task is wanted');
    });

    it(`is not called unchanged and healthy where the release is there already (${kind})`, async () => {
      const { ecs, target, current, rollout } = ecsWorld(kind);
      ecs.desired = 0;
      expect(await target.deploy(current, rollout)).to.include({ status: 'unproven' });
      expect(ecs.calls).not.to.include('UpdateService').and.not.to.include('UpdateService --force');
    });

    it(`is brought back as it was (${kind})`, async () => {
      const { ecs, target, release, rollout } = ecsWorld(kind);
      ecs.desired = 0;
      ecs.courses = [course];
      const before = await target.snapshot();
      await target.deploy(release, rollout);
      expect(await target.restore(before, rollout)).to.include({ status: 'rolled-back' });
      expect(ecs.runs).to.equal('web:1');
    });

    // Before any task runs, while old ones drain, in the bake window, shortly before its end.
    for (const ms of [100, 700, 2000, 6000, 10_500]) {
      it(`is unproven where it is scaled to 0 within the deploy, after ${ms} ms (${kind})`, async () => {
        const { ecs, target, release, rollout } = ecsWorld(kind);
        ecs.courses = [course];
        ecs.after(ms, () => (ecs.desired = 0));
        expect(await target.deploy(release, rollout)).to.include({ status: 'unproven' });
      });
    }
  }

  it('goes through the gate once a task runs there, though the release is set already', async () => {
    const { ecs, target, current, rollout } = ecsWorld('worker');
    ecs.courses = [course];
    const known = { version: '1.0.0', target: { kind: 'ecs-service', status: 'unproven', where: {} } };
    const record = await target.deploy(current, { ...rollout, known } as unknown as typeof rollout);
    expect(record).to.include({ status: 'healthy' });
    expect(ecs.calls).to.include('UpdateService --force');
  });

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

describe('an idle colour at 0 tasks', () => {
  const idle = (status: number) =>
    ecsWorld('web', {
      config: { health: { for: '10s', interval: '1s', timeout: '20s' } },
      count: 2,
      probe: async () => ({ status, words: String(status) }),
    });

  it('gets the tasks of the live one, which are probed', async () => {
    const { ecs, target, release, rollout } = idle(200);
    ecs.desired = 0;
    ecs.courses = [course];
    const { status, facts } = await target.deploy(release, rollout);
    expect(status).to.equal('healthy');
    expect(facts?.['proof']).to.contain('answer');
    expect(ecs.desired).to.equal(2);
  });

  it('is unhealthy where they answer so', async () => {
    const { ecs, target, release, rollout } = idle(503);
    ecs.desired = 0;
    ecs.courses = [course];
    expect((await rejection(target.deploy(release, rollout), 'DEPLOY_FAILED')).message).to.contain('503');
  });
});
