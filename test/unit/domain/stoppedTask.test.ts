import { expect } from 'chai';
import {
  failedTasks,
  failedContainer,
  isOf,
  stoppedWords,
  triedAgain,
  type StoppedTask,
} from '../../../runner/src/domain/stoppedTask.js';

const task = (over: Partial<StoppedTask>): StoppedTask => ({
  id: 't1',
  taskDefinition: 'web:2',
  stopCode: 'EssentialContainerExited',
  reason: 'Essential container in task exited',
  createdMs: 10_000,
  startedMs: 11_000,
  stoppedMs: 12_500,
  containers: [{ name: 'web', exitCode: 3 }],
  ...over,
});

describe('stopped tasks', () => {
  const unstarted = (reason: string) =>
    task({ stopCode: 'TaskFailedToStart', reason, containers: [{ name: 'web' }] });

  for (const reason of [
    'Capacity is unavailable at this time. Please try again later or in a different availability zone',
    'RESOURCE:ENI',
    'Timeout waiting for network interface provisioning to complete.',
    'Network interface provision complete error timeout expired',
    'Unexpected EC2 error while attempting to Create Network Interface: InsufficientFreeAddressesInSubnet',
    'CannotPullContainerError: toomanyrequests: You have reached your pull rate limit',
    'CannotPullContainerError: httpReadSeeker: 429 Too Many Requests',
    'ResourceInitializationError: unable to pull secrets: ThrottlingException: Rate exceeded',
  ]) {
    it(`say nothing of a release where ECS tries again: ${reason.slice(0, 50)}`, () => {
      expect(failedTasks([unstarted(reason)], { taskDefinition: 'web:2' })).to.deep.equal([]);
      expect(triedAgain(unstarted(reason))).to.equal(reason);
    });
  }

  for (const reason of [
    'CannotPullContainerError: pull image manifest has been retried 1 time(s): not found',
    'ResourceInitializationError: unable to pull secrets: AccessDeniedException',
    'CannotStartContainerError: exec: "./serve": no such file',
  ]) {
    it(`do where trying again helps nothing: ${reason.slice(0, 50)}`, () => {
      expect(failedTasks([unstarted(reason)], { taskDefinition: 'web:2' })).to.have.length(1);
    });
  }

  it('count when their container exited or could not start, or a health check failed', () => {
    const tasks = [
      task({ id: 'exit' }),
      task({ id: 'start', stopCode: 'TaskFailedToStart', reason: 'CannotPullContainerError: no such image' }),
      task({
        id: 'elb',
        stopCode: 'ServiceSchedulerInitiated',
        reason: 'Task failed ELB health checks in (target-group x)',
      }),
      task({ id: 'check', stopCode: undefined, reason: 'Task failed container health checks' }),
    ];
    expect(failedTasks(tasks, { taskDefinition: 'web:2' }).map((one) => one.id)).to.deep.equal([
      'exit',
      'start',
      'elb',
      'check',
    ]);
  });

  it('do not count when they say nothing about the release', () => {
    const tasks = [
      task({
        stopCode: 'ServiceSchedulerInitiated',
        reason: 'Scaling activity initiated by deployment ecs-svc/1',
      }),
      task({ stopCode: 'SpotInterruption', reason: 'Your Spot Task was interrupted.' }),
      task({ stopCode: 'UserInitiated', reason: 'Task stopped by user' }),
      task({ stopCode: 'TerminationNotice', reason: 'Host EC2 terminated' }),
    ];
    expect(failedTasks(tasks, { taskDefinition: 'web:2' })).to.deep.equal([]);
  });

  it('do not count when they are of another revision, or of an earlier attempt with the same one', () => {
    const tasks = [task({ taskDefinition: 'web:1' }), task({ createdMs: 5000 })];
    expect(failedTasks(tasks, { taskDefinition: 'web:2', sinceMs: 9000 })).to.deep.equal([]);
  });

  it('come in the order in which they stopped', () => {
    const tasks = [task({ id: 'late', stoppedMs: 2 }), task({ id: 'early', stoppedMs: 1 })];
    expect(failedTasks(tasks, { taskDefinition: 'web:2' }).map((one) => one.id)).to.deep.equal([
      'early',
      'late',
    ]);
  });
});

describe('why a task ended', () => {
  it('names the container, the exit code and how long it lived', () => {
    expect(stoppedWords(task({}), 'web')).to.equal(
      'container web exited with code 3, 1.5 s after it started',
    );
  });

  it('says what well-known exit codes mean', () => {
    const killed = task({ containers: [{ name: 'web', exitCode: 137 }] });
    expect(stoppedWords(killed, 'web')).to.contain('137 (killed, often because it used too much memory)');
  });

  it('says that exit code 0 is a failure too, for a service', () => {
    expect(stoppedWords(task({ containers: [{ name: 'web', exitCode: 0 }] }), 'web')).to.contain(
      'has to keep running',
    );
  });

  it('says at once where it lived no time worth telling', () => {
    expect(stoppedWords(task({ stoppedMs: 11_010 }), 'web')).to.equal(
      'container web exited with code 3, at once',
    );
  });

  it('gives the platform’s reason where nothing ever started', () => {
    const unpulled = task({
      stopCode: 'TaskFailedToStart',
      reason: 'CannotPullContainerError: manifest unknown',
      startedMs: undefined,
      containers: [{ name: 'web' }],
    });
    expect(stoppedWords(unpulled, 'web')).to.equal(
      'task t1 was stopped: CannotPullContainerError: manifest unknown',
    );
  });

  it('blames the sidecar that failed, not the configured container that was taken down with it', () => {
    const containers = [
      { name: 'web', exitCode: 0 },
      { name: 'proxy', exitCode: 1 },
    ];
    expect(failedContainer(task({ containers }), 'web')?.name).to.equal('proxy');
  });

  it('blames the configured container where several failed, and the one with a reason where none has a code', () => {
    const both = [
      { name: 'proxy', exitCode: 143 },
      { name: 'web', exitCode: 1 },
    ];
    expect(failedContainer(task({ containers: both }), 'web')?.name).to.equal('web');
    const reasoned = [{ name: 'web' }, { name: 'proxy', reason: 'OutOfMemoryError' }];
    expect(failedContainer(task({ containers: reasoned }), 'web')?.name).to.equal('proxy');
  });
});

describe('why a task ended', () => {
  const ended = (more: object = {}) => ({ id: 't', taskDefinition: 'web:2', containers: [], ...more });

  it('is that it is tried again only where it could not start for want of something', () => {
    const start = { stopCode: 'TaskFailedToStart', reason: 'RESOURCE:ENI' };
    expect(triedAgain(ended(start))).to.equal('RESOURCE:ENI');
    expect(triedAgain(ended({ ...start, stopCode: 'EssentialContainerExited' }))).to.equal(undefined);
    expect(triedAgain(ended({ ...start, containers: [{ name: 'a' }, { name: 'b', exitCode: 1 }] }))).to.equal(
      undefined,
    );
    const inside = { stopCode: 'TaskFailedToStart', containers: [{ name: 'a', reason: 'pull rate limit' }] };
    expect(triedAgain(ended(inside))).to.equal('pull rate limit');
    expect(triedAgain(ended({ stopCode: 'TaskFailedToStart', reason: 'no such image' }))).to.equal(undefined);
  });

  it('counts for a rollout that began up to a second after it was made', () => {
    const of = { taskDefinition: 'web:2', sinceMs: 10_000 };
    expect([8_999, 9_000, 9_001, undefined].map((createdMs) => isOf(ended({ createdMs }), of))).to.deep.equal(
      [false, true, true, true],
    );
    expect(isOf(ended({ taskDefinition: 'web:1' }), of)).to.equal(false);
  });

  it('is the configured container’s, where none failed and none says why', () => {
    const containers = [
      { name: 'a', exitCode: 0, reason: '' },
      { name: 'b', exitCode: 0 },
    ];
    expect(failedContainer(ended({ containers }), 'b')?.name).to.equal('b');
    expect(failedContainer(ended({ containers }), 'c')?.name).to.equal('a');
    const told = [...containers, { name: 'c', reason: 'why' }];
    expect(failedContainer(ended({ containers: told }), 'b')?.name).to.equal('c');
    const failed = [
      { name: 'a', exitCode: 1 },
      { name: 'b', exitCode: 2 },
    ];
    expect(failedContainer(ended({ containers: failed }), 'b')?.name).to.equal('b');
    expect(failedContainer(ended({ containers: failed }), 'c')?.name).to.equal('a');
  });

  it('is told with how long it lived, where both ends are known', () => {
    const words = (more: object) =>
      stoppedWords(ended({ containers: [{ name: 'a', exitCode: 1 }], ...more }), 'a');
    expect(words({ startedMs: 0, stoppedMs: 99 })).to.equal('container a exited with code 1, at once');
    expect(words({ startedMs: 0, stoppedMs: 100 })).to.equal(
      'container a exited with code 1, 0.1 s after it started',
    );
    expect(words({ startedMs: 0 })).to.equal('container a exited with code 1');
    expect(words({ stoppedMs: 9 })).to.equal('container a exited with code 1');
  });

  it('is what the platform says where it never started, else what the container says', () => {
    const words = (more: object) => stoppedWords(ended(more), 'a');
    expect(
      words({ stopCode: 'TaskFailedToStart', reason: 'x', containers: [{ name: 'a', exitCode: 1 }] }),
    ).to.equal('task t was stopped: x');
    expect(words({ containers: [{ name: 'a', reason: 'y' }] })).to.equal('task t was stopped: y');
    expect(words({})).to.equal('task t was stopped: no reason given');
  });
});
