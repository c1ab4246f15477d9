import { expect } from 'chai';
import { ecsWorld } from '../../../../support/ecsWorld.js';
import { rejection } from '../../../../support/rejection.js';

const CAPACITY = 'Capacity is unavailable at this time. Please try again later';

/** A task of the new revision that found no place. */
const unplaced = (atMs: number) => ({
  taskArn: 'arn:aws:ecs:eu-west-1:111111111111:task/main/unplaced',
  taskDefinitionArn: 'arn:aws:ecs:eu-west-1:111111111111:task-definition/web:2',
  desiredStatus: 'STOPPED',
  lastStatus: 'STOPPED',
  stopCode: 'TaskFailedToStart' as const,
  stoppedReason: CAPACITY,
  createdAt: new Date(atMs),
  containers: [{ name: 'web' }],
});

describe('an ECS service whose tasks find no place at first', () => {
  const world = (course: object) => {
    const made = ecsWorld('worker', { config: { timeout: '1m' } });
    made.ecs.courses = [course];
    made.ecs.after(100, () => (made.ecs.ended = [unplaced(made.clock.now().getTime())]));
    return made;
  };

  it('is waited for, as ECS tries again, and this is told once', async () => {
    const { target, release, rollout, messages } = world({ runningMs: 30_000, completedMs: 31_000 });
    expect(await target.deploy(release, rollout)).to.include({ status: 'healthy' });
    expect(messages.filter((one) => one.includes(CAPACITY))).to.deep.equal([
      `a task could not start, ECS tries again: ${CAPACITY}`,
    ]);
  });

  it('fails when the breaker gives up, with what its tasks lacked', async () => {
    const { target, release, rollout } = world({ brokenMs: 20_000 });
    const failure = await rejection(target.deploy(release, rollout), 'DEPLOY_FAILED');
    expect(failure.message).to.equal('ECS gave up: circuit breaker was triggered');
    expect(failure.evidence).to.include(`could not start: ${CAPACITY}`);
  });

  it('fails at the timeout, with what its tasks lacked', async () => {
    const { target, release, rollout } = world({});
    const failure = await rejection(target.deploy(release, rollout), 'DEPLOY_FAILED');
    expect(failure.message).to.contain('not stable after 60 s');
    expect(failure.evidence).to.include(`could not start: ${CAPACITY}`);
  });
});
