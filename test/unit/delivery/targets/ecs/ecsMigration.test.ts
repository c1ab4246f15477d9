import { expect } from 'chai';
import type { AwsClients } from '../../../../../runner/src/adapters/aws/clients.js';
import type { RunTaskCommandInput } from '../../../../../runner/src/adapters/aws/ecs.js';
import type { EcsServiceConfig } from '../../../../../runner/src/delivery/targets/ecs/schema.js';
import { StackError } from '../../../../../runner/src/base/errors.js';
import { startedBy, startedByPrefix } from '../../../../../runner/src/domain/migration.js';
import { EcsTarget } from '../../../../../runner/src/delivery/targets/ecs/ecsTarget.js';
import type { EventBody } from '../../../../../runner/src/events/events.js';
import type { Begun, Rollout } from '../../../../../runner/src/context/target.js';
import { FakeEcs } from '../../../../support/fakeEcs.js';
import { FakeTasks } from '../../../../support/fakeTasks.js';
import { rejection } from '../../../../support/rejection.js';
import { release as releaseRecord } from '../../../../support/stateRecords.js';
import { VirtualClock } from '../../../../support/virtualClock.js';
import { stageOf } from '../../../../support/stage.js';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const release = (letter: string) =>
  releaseRecord('1.0.0', {
    images: { web: { repository: 'shop/web', digest: digest(letter), tags: [], inputs: digest(letter) } },
  });
const prefix = startedByPrefix('1.0.0', {
  environment: 'staging',
  target: 'web',
  cluster: 'main',
  service: 'web',
});

function world(over: { migrate?: object; container?: object } = {}) {
  const clock = new VirtualClock();
  const ecs = new FakeEcs(clock, {
    family: 'web',
    containerDefinitions: [
      {
        name: 'web',
        image: `registry.example/shop/web@${digest('a')}`,
        logConfiguration: {
          logDriver: 'awslogs',
          options: { 'awslogs-group': '/ecs/web', 'awslogs-stream-prefix': 'app' },
        },
        ...over.container,
      },
    ],
  });
  const order = ecs.calls;
  const tasks = new FakeTasks(clock, (call) => void order.push(call));
  const journal: Begun[] = [];
  const messages: string[] = [];
  const output: string[] = [];
  // The only calls that do not go through the fakes: the log of the task.
  const log = { lines: ['applying 0042', 'duplicate column: colour'] };
  const aws = {
    logs: async () => ({}),
    call: async (_: unknown, { input }: { input: { nextToken?: string } }) => {
      const from = Number(input.nextToken ?? 0);
      return {
        events: log.lines.slice(from).map((message) => ({ message })),
        nextForwardToken: String(log.lines.length),
      };
    },
  } as unknown as AwsClients;
  const config = {
    kind: 'ecs-service',
    cluster: 'main',
    service: 'web',
    image: 'web',
    strategy: { kind: 'rolling' },
    environment: {},
    migrate: { command: ['./manage', 'migrate'], timeout: 600_000, ...over.migrate },
    health: { path: '/', for: 0, interval: 1000, timeout: 20_000 },
    timeout: 60_000,
  } as EcsServiceConfig;
  const make = () =>
    new EcsTarget({
      name: 'web',
      config,
      environmentName: 'staging',
      aws,
      clock,
      api: ecs,
      tasks,
      registry: () => 'registry.example',
    });
  const events = {
    emit: (event: EventBody) => {
      if (event.type === 'stage.output') output.push(`${event.source}: ${event.line}`);
      else messages.push('message' in event ? event.message : event.type);
    },
  };
  const controller = new AbortController();
  const rollout: Rollout = {
    stage: stageOf('deploy:staging', { events }),
    signal: controller.signal,
    journal: async (action, data) => {
      order.push(`journal ${action}`);
      journal.push({ action, ...(data === undefined ? {} : { data }) });
    },
  };
  return { clock, ecs, tasks, order, journal, messages, output, log, make, rollout, controller };
}

const moved = (order: readonly string[]) => order.some((call) => call.startsWith('UpdateService'));

describe('a deploy with a migration', () => {
  it('registers, migrates with the new revision, and only then moves the service', async () => {
    const { make, rollout, order } = world();
    const record = await make().deploy(release('b'), rollout);
    expect(order.slice(2)).to.deep.equal([
      'journal register',
      'RegisterTaskDefinition',
      'ListTasks RUNNING',
      'journal migrate',
      'RunTask',
      'DescribeTasks',
      'DescribeTasks',
      'DescribeTasks',
      'DescribeTasks',
      'DescribeTasks',
      'journal migrated',
      'journal update',
      'UpdateService',
      ...order.slice(order.indexOf('UpdateService') + 1),
    ]);
    expect(record.facts).to.include({ taskDefinition: 'web:2', migration: 'migration-1' });
  });

  it('runs it where and as the service runs, with another command alone', async () => {
    const { make, rollout, tasks, ecs } = world();
    const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-1'], securityGroups: ['sg-1'] } };
    ecs.service = {
      networkConfiguration,
      launchType: 'FARGATE',
      platformVersion: '1.4.0',
      propagateTags: 'SERVICE',
    };
    await make().deploy(release('b'), rollout);
    const { startedBy: name, clientToken, ...input } = tasks.started[0] as RunTaskCommandInput;
    expect(input).to.deep.equal({
      taskDefinition: 'arn:aws:ecs:eu-west-1:111111111111:task-definition/web:2',
      overrides: { containerOverrides: [{ name: 'web', command: ['./manage', 'migrate'] }] },
      networkConfiguration,
      launchType: 'FARGATE',
      platformVersion: '1.4.0',
    });
    expect(name).to.match(/^migrate\/1_0_0\/[0-9a-f]{6}\/[0-9a-f]{7}$/);
    expect(clientToken).to.match(/^[0-9a-f]{64}$/);
  });

  it('uses the capacity providers of a service that has them, and no launch type', async () => {
    const { make, rollout, tasks, ecs } = world();
    const capacityProviderStrategy = [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }];
    ecs.service = { capacityProviderStrategy, launchType: 'FARGATE' };
    await make().deploy(release('b'), rollout);
    expect(tasks.started[0])
      .to.deep.include({ capacityProviderStrategy })
      .and.not.have.property('launchType');
  });

  it('shows what it prints, each line once', async () => {
    const { make, rollout, output } = world();
    await make().deploy(release('b'), rollout);
    expect(output).to.deep.equal(['migrate web: applying 0042', 'migrate web: duplicate column: colour']);
  });

  it('migrates nothing where the release runs already', async () => {
    const { make, rollout, tasks } = world();
    expect(await make().deploy(release('a'), rollout)).to.include({ status: 'unchanged' });
    expect(tasks.calls).to.deep.equal([]);
  });

  it('migrates nothing on the way back: neither in a rollback nor in a restore', async () => {
    const { make, rollout, tasks } = world();
    const target = make();
    const before = await target.snapshot();
    await target.deploy(release('b'), { ...rollout, kind: 'rollback' });
    await target.restore(before, rollout);
    expect(tasks.calls).to.deep.equal([]);
  });

  it('finds out before anything is made that the migration’s container is not there', async () => {
    const { make, rollout, ecs } = world({ migrate: { container: 'wep' } });
    const failure = await rejection(make().deploy(release('b'), rollout), 'CONFIG_INVALID');
    expect(failure.next).to.contain('web');
    expect(ecs.registered).to.deep.equal([]);
  });
});

describe('a migration that fails', () => {
  it('leaves the service alone and tells the exit code and the last lines', async () => {
    const { make, rollout, tasks, order } = world();
    tasks.course = { endsMs: 3000, exitCode: 1 };
    const failure = await rejection(make().deploy(release('b'), rollout), 'MIGRATION_FAILED');
    expect(failure.message).to.equal(
      'the migration failed: container web exited with code 1, 3.0 s after it started',
    );
    expect(failure.evidence).to.include('duplicate column: colour');
    expect(failure.next).to.contain('node runner deploy --env staging');
    expect(moved(order)).to.equal(false);
  });

  it('needs nothing to go back: the service was not touched, and is not waited for', async () => {
    const { make, rollout, tasks, order, clock } = world();
    tasks.course = { endsMs: 1000, exitCode: 1 };
    const target = make();
    const before = await target.snapshot();
    await rejection(target.deploy(release('b'), rollout), 'MIGRATION_FAILED');
    const nowMs = clock.now().getTime();
    expect(await target.restore(before, rollout)).to.include({ status: 'unchanged', digest: digest('a') });
    expect(clock.now().getTime()).to.equal(nowMs);
    expect(moved(order)).to.equal(false);
  });

  it('is stopped at its timeout', async () => {
    const { make, rollout, tasks, order } = world({ migrate: { timeout: 30_000 } });
    tasks.course = { obeysMs: 3000 };
    const failure = await rejection(make().deploy(release('b'), rollout), 'MIGRATION_FAILED');
    expect(failure.message).to.equal('the migration failed: it was stopped after 30.0s (migrate.timeout)');
    expect(tasks.calls.filter((call) => call === 'StopTask')).to.have.length(1);
    expect(moved(order)).to.equal(false);
  });

  it('is one that somebody stopped, though it obeyed with code 0', async () => {
    const { make, rollout, tasks } = world();
    tasks.course = { obeysMs: 0 };
    const deployed = rejection(make().deploy(release('b'), rollout), 'MIGRATION_FAILED');
    while (tasks.started.length === 0) await new Promise(setImmediate);
    await tasks.stop('arn:aws:ecs:eu-west-1:111111111111:task/main/migration-1');
    expect((await deployed).message).to.contain('was stopped before it ended: stopped by somebody');
  });

  it('is one that the platform finds no place for', async () => {
    const { make, rollout, tasks } = world();
    tasks.refused = 'RESOURCE:MEMORY';
    const failure = await rejection(make().deploy(release('b'), rollout), 'MIGRATION_FAILED');
    expect(failure.message).to.contain('RESOURCE:MEMORY');
  });

  it('tells with its other evidence that it could not be stopped', async () => {
    const { make, rollout, tasks } = world({ migrate: { timeout: 5000 } });
    tasks.course = {};
    tasks.failStop = new Error('ecs:StopTask: access denied');
    const failure = await rejection(make().deploy(release('b'), rollout), 'MIGRATION_FAILED');
    expect(failure.evidence[0]).to.equal(
      'task migration-1 could not be stopped: ecs:StopTask: access denied',
    );
  });
});

describe('a migration that is interrupted', () => {
  it('is stopped, and its end awaited, before the deploy ends', async () => {
    const { make, rollout, tasks, controller, order } = world();
    tasks.course = { obeysMs: 4000 };
    const reason = new StackError('INTERRUPTED', 'interrupted by SIGTERM');
    const deployed = rejection(make().deploy(release('b'), rollout), 'INTERRUPTED');
    while (!tasks.calls.includes('DescribeTasks')) await new Promise((resolve) => setImmediate(resolve));
    controller.abort(reason);
    expect(await deployed).to.equal(reason);
    const stopped = tasks.calls.slice(tasks.calls.indexOf('StopTask'));
    expect(stopped.length).to.be.greaterThan(3);
    expect(moved(order)).to.equal(false);
  });

  it('is stopped too where AWS cannot be asked any more', async () => {
    const { make, rollout, tasks } = world();
    tasks.course = {};
    const describeTask = tasks.describe.bind(tasks);
    let asked = 0;
    tasks.describe = async (arn, signal) => {
      asked += 1;
      if (asked === 2) throw new StackError('AWS_THROTTLED', 'ecs:DescribeTasks: throttled');
      return describeTask(arn, signal);
    };
    await rejection(make().deploy(release('b'), rollout), 'AWS_THROTTLED');
    expect(tasks.calls).to.include('StopTask');
  });
});

describe('a deploy that goes on after a kill', () => {
  const name = startedBy(prefix, 'web:2', new Date(0));
  const begun = [{ action: 'migrate', data: { taskDefinition: 'web:2', startedBy: name } }];

  it('does not run again what had ended well, also when the platform has forgotten it', async () => {
    const { make, rollout, tasks, order } = world();
    const ended = { taskDefinition: 'web:2', task: 'abc', exitCode: 0, seconds: 4 };
    const entries = [...begun, { action: 'migrated', data: ended }];
    const record = await make().deploy(release('b'), { ...rollout, begun: entries });
    expect(tasks.calls).to.deep.equal([]);
    expect(record.facts).to.include({ migration: 'abc' });
    expect(moved(order)).to.equal(true);
  });

  it('does not run again what ended well after the kill', async () => {
    const { make, rollout, tasks, clock } = world();
    tasks.leave({ startedBy: name }, { endsMs: 0, exitCode: 0 });
    await clock.sleep(1);
    await make().deploy(release('b'), { ...rollout, begun });
    expect(tasks.calls).to.deep.equal(['ListTasks RUNNING', 'ListTasks STOPPED']);
  });

  it('waits for one that still runs, and writes that into its own journal', async () => {
    const { make, rollout, tasks, journal } = world();
    tasks.leave({ startedBy: name }, { endsMs: 5000, exitCode: 0 });
    await make().deploy(release('b'), { ...rollout, begun });
    expect(tasks.calls).not.to.include('RunTask');
    expect(journal.find(({ action }) => action === 'migrate')?.data).to.include({ startedBy: name });
  });

  it('runs one again that had failed, or that was never started', async () => {
    for (const left of [true, false]) {
      const { make, rollout, tasks, clock } = world();
      if (left) tasks.leave({ startedBy: name }, { endsMs: 0, exitCode: 1 });
      tasks.course = { endsMs: 1000, exitCode: 0 };
      await clock.sleep(1);
      await make().deploy(release('b'), { ...rollout, begun });
      expect(tasks.calls.filter((call) => call === 'RunTask')).to.have.length(1);
    }
  });

  it('leaves another application’s migration of the same family alone', async () => {
    const { make, rollout, tasks } = world();
    tasks.leave({ startedBy: 'migrate/1_0_0/ffffff/0000000' }, {});
    tasks.course = { endsMs: 1000, exitCode: 0 };
    await make().deploy(release('b'), { ...rollout, begun });
    expect(tasks.calls).to.include('RunTask').and.not.to.include('StopTask');
  });

  it('stops one that still runs where the deployment is undone instead', async () => {
    const { make, rollout, tasks, order } = world();
    const target = make();
    const before = await target.snapshot();
    tasks.leave({ startedBy: name }, { obeysMs: 2000 });
    await target.restore(before, { ...rollout, kind: 'rollback', begun });
    expect(tasks.calls.slice(0, 2)).to.deep.equal(['ListTasks RUNNING', 'StopTask']);
    expect(moved(order)).to.equal(false);
  });
});

describe('a migration alone', () => {
  it('runs with the release’s revision and does not move the service', async () => {
    const { make, rollout, order } = world();
    const record = await make().migrate(release('b'), rollout);
    expect(record).to.include({ taskDefinition: 'web:2', task: 'migration-1', exitCode: 0 });
    expect(record.seconds).to.be.within(2, 3);
    expect(moved(order)).to.equal(false);
  });

  it('registers nothing where the service runs that revision', async () => {
    const { make, rollout, ecs, tasks } = world();
    expect(await make().migrate(release('a'), rollout)).to.include({ taskDefinition: 'web:1' });
    expect(ecs.registered).to.deep.equal([]);
    expect(tasks.started).to.have.length(1);
  });
});
