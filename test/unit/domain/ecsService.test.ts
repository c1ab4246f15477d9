import { expect } from 'chai';
import {
  isStale,
  judgeService,
  shortName,
  type DeploymentView,
  type ServiceView,
} from '../../../runner/src/domain/ecsService.js';

const NEW = 'arn:aws:ecs:eu-west-1:1:task-definition/web:2';
const OLD = 'arn:aws:ecs:eu-west-1:1:task-definition/web:1';
const OTHER = 'arn:aws:ecs:eu-west-1:1:task-definition/web:3';

const deployment = (over: Partial<DeploymentView>): DeploymentView => ({
  id: 'ecs-svc/1',
  status: 'PRIMARY',
  taskDefinition: NEW,
  desired: 2,
  running: 2,
  pending: 0,
  failedTasks: 0,
  rolloutState: 'COMPLETED',
  ...over,
});
const service = (deployments: readonly DeploymentView[], over: Partial<ServiceView> = {}): ServiceView => ({
  status: 'ACTIVE',
  taskDefinition: NEW,
  desired: 2,
  running: 2,
  deployments,
  events: [],
  ...over,
});
const wanted = { taskDefinition: NEW, previous: OLD };
const old = (over: Partial<DeploymentView> = {}) =>
  deployment({ id: 'ecs-svc/0', status: 'ACTIVE', taskDefinition: OLD, running: 0, ...over });
const stateOf = (view: ServiceView) => judgeService(view, wanted).state;

describe('judging a service', () => {
  it('is stable when PRIMARY runs what is wanted, completed, in full, and nothing else runs', () => {
    expect(judgeService(service([deployment({}), old()]), wanted)).to.deep.equal({
      state: 'stable',
      running: 2,
      desired: 2,
    });
  });

  it('finds PRIMARY by its status, also behind a failed deployment that stands first for ever', () => {
    const failed = deployment({
      id: 'x',
      status: 'ACTIVE',
      taskDefinition: OTHER,
      running: 0,
      rolloutState: 'FAILED',
    });
    expect(stateOf(service([failed, deployment({})]))).to.equal('stable');
  });

  it('is not stable while an old task still runs', () => {
    expect(judgeService(service([deployment({}), old({ running: 1 })]), wanted)).to.include({
      state: 'progress',
      oldRunning: 1,
      allRunning: true,
    });
  });

  it('is not stable when it is called completed with nothing running yet', () => {
    expect(judgeService(service([deployment({ running: 0 })]), wanted)).to.include({
      state: 'progress',
      allRunning: false,
    });
  });

  it('is not stable while more tasks run than are desired', () => {
    expect(stateOf(service([deployment({ running: 3 })]))).to.equal('progress');
  });

  it('is not stable while the platform still calls it in progress', () => {
    expect(stateOf(service([deployment({ rolloutState: 'IN_PROGRESS' })]))).to.equal('progress');
  });

  it('goes by the counts where the platform gives no rollout state', () => {
    const { rolloutState: _, ...without } = deployment({});
    expect(stateOf(service([without]))).to.equal('stable');
  });

  it('is empty, which is no health, with no task where none is desired', () => {
    const view = service([deployment({ running: 0, desired: 0 })], { desired: 0, running: 0 });
    expect(stateOf(view)).to.equal('empty');
  });

  it('takes the desired count of the service where a failing deployment has lost its own', () => {
    const view = service([deployment({ desired: 0, running: 1, rolloutState: 'IN_PROGRESS' })]);
    expect(judgeService(view, wanted)).to.include({ state: 'progress', desired: 2, allRunning: false });
  });

  it('has failed when the wanted deployment is PRIMARY and failed, and keeps the reason', () => {
    const failed = deployment({
      running: 0,
      rolloutState: 'FAILED',
      reason: 'circuit breaker was triggered',
    });
    expect(judgeService(service([failed]), wanted)).to.deep.equal({
      state: 'failed',
      reason: 'circuit breaker was triggered',
    });
  });

  it('was rolled back when PRIMARY is what ran before, whether or not the failed one is still listed', () => {
    const back = deployment({ id: 'b', taskDefinition: OLD, reason: 'rollback completed.' });
    const failed = deployment({
      status: 'ACTIVE',
      running: 0,
      rolloutState: 'FAILED',
      reason: 'tasks failed',
    });
    expect(judgeService(service([failed, back]), wanted)).to.deep.equal({
      state: 'rolled-back',
      taskDefinition: OLD,
      reason: 'tasks failed',
    });
    expect(judgeService(service([back]), wanted)).to.deep.equal({
      state: 'rolled-back',
      taskDefinition: OLD,
      reason: 'rollback completed.',
    });
  });

  it('was rolled back, not overtaken, when the breaker went to a revision older than the one before', () => {
    const failed = deployment({ status: 'ACTIVE', running: 0, rolloutState: 'FAILED' });
    expect(stateOf(service([deployment({ taskDefinition: OTHER }), failed]))).to.equal('rolled-back');
  });

  it('was overtaken when PRIMARY is something else and ours did not fail', () => {
    const ours = deployment({ status: 'ACTIVE', rolloutState: 'IN_PROGRESS', running: 1 });
    expect(judgeService(service([deployment({ taskDefinition: OTHER }), ours]), wanted)).to.deep.equal({
      state: 'overtaken',
      taskDefinition: OTHER,
    });
  });

  it('is gone when the service is draining or inactive', () => {
    expect(stateOf(service([deployment({})], { status: 'DRAINING' }))).to.equal('gone');
    expect(stateOf(service([], { status: 'INACTIVE' }))).to.equal('gone');
  });

  it('waits where no deployment is PRIMARY yet', () => {
    expect(stateOf(service([]))).to.equal('progress');
  });

  it('names a task definition by family and revision', () => {
    expect(shortName(NEW)).to.equal('web:2');
  });
});

describe('a view of a service from before a change', () => {
  const ours = { id: 'ecs-svc/2', createdMs: 2000 };
  const before = deployment({ id: 'ecs-svc/1', taskDefinition: OLD, createdMs: 1000 });

  it('lacks its deployment, and is older', () => {
    expect(isStale(service([before]), ours)).to.equal(true);
    expect(isStale(service([before, deployment({ ...ours, status: 'ACTIVE' })]), ours)).to.equal(false);
    expect(isStale(service([{ ...before, createdMs: 3000 }]), ours)).to.equal(false);
  });

  it('is none where the platform went back to the older deployment', () => {
    const back = {
      ...before,
      reason: 'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1.',
    };
    expect(isStale(service([back]), ours)).to.equal(false);
    const events = ['(service web) (deployment ecs-svc/2) deployment failed: tasks failed to start.'];
    expect(isStale(service([before], { events }), ours)).to.equal(false);
  });

  it('cannot be told where the platform gives no times', () => {
    const { createdMs: _, ...without } = before;
    expect(isStale(service([without]), ours)).to.equal(false);
    expect(isStale(service([before]), undefined)).to.equal(false);
  });
});
