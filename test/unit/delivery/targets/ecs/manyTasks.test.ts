import { expect } from 'chai';
import { ecsWorld } from '../../../../support/ecsWorld.js';
import { rejection } from '../../../../support/rejection.js';

/** Tasks of earlier deployments, which the platform still lists. */
const earlier = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    taskArn: `arn:aws:ecs:eu-west-1:111111111111:task/main/ended-${index}`,
    taskDefinitionArn: 'arn:aws:ecs:eu-west-1:111111111111:task-definition/web:1',
    desiredStatus: 'STOPPED',
    lastStatus: 'STOPPED',
    stopCode: 'ServiceSchedulerInitiated' as const,
    createdAt: new Date(0),
  }));

describe('an ECS service with many tasks', () => {
  for (const count of [0, 99, 100, 250, 900]) {
    it(`that crashes after the platform called it completed is found among ${count} ended ones`, async () => {
      const { ecs, target, release, rollout } = ecsWorld('worker');
      ecs.ended = earlier(count);
      ecs.courses = [{ runningMs: 500, completedMs: 1000, crashedMs: 4000 }];
      const failure = await rejection(target.deploy(release, rollout), 'DEPLOY_FAILED');
      expect(failure.message).to.equal('container web exited with code 3, 4.0 s after it started');
    });
  }

  it('is deployed, probed and brought back with more than a hundred that run', async () => {
    const { ecs, target, release, rollout } = ecsWorld('web');
    ecs.crowd = 230;
    ecs.courses = [{ runningMs: 500, completedMs: 20_000 }];
    const before = await target.snapshot();
    expect(await target.deploy(release, rollout)).to.include({ status: 'healthy' });
    expect(await target.restore(before, rollout)).to.include({ status: 'rolled-back' });
  });

  it('does not describe again what ended before and says nothing', async () => {
    const { ecs, target, calls, release, rollout } = ecsWorld('worker', {
      config: { health: { for: '60s' } },
    });
    ecs.ended = earlier(300);
    ecs.courses = [{ runningMs: 500, completedMs: 1000 }];
    await target.deploy(release, rollout);
    expect(calls('ListTasks') / 4).to.be.above(2);
    // The 300 once, in three calls, and later the two that the rollout itself ended.
    expect(calls('DescribeTasks')).to.be.below(6);
  });
});
