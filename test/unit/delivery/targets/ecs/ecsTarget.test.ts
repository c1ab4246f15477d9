import { expect } from 'chai';
import type { AwsClients } from '../../../../../runner/src/adapters/aws/clients.js';
import type { ProbeAnswer } from '../../../../../runner/src/adapters/http/httpProbe.js';
import type { EcsServiceConfig } from '../../../../../runner/src/delivery/targets/ecs/schema.js';
import { StackError } from '../../../../../runner/src/base/errors.js';
import type { TargetSnapshot } from '../../../../../runner/src/domain/records.js';
import type { Begun, Rollout } from '../../../../../runner/src/context/target.js';
import { EcsTarget } from '../../../../../runner/src/delivery/targets/ecs/ecsTarget.js';
import { FakeEcs } from '../../../../support/fakeEcs.js';
import { rejection } from '../../../../support/rejection.js';
import { release as releaseRecord } from '../../../../support/stateRecords.js';
import { VirtualClock } from '../../../../support/virtualClock.js';
import { stageOf } from '../../../../support/stage.js';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const image = (letter: string) => `registry.example/shop/web@${digest(letter)}`;
const release = (letter: string) =>
  releaseRecord('1.0.0', {
    images: { web: { repository: 'shop/web', digest: digest(letter), tags: [], inputs: digest(letter) } },
  });

function world(over: { health?: object; environment?: Record<string, string> } = {}) {
  const clock = new VirtualClock();
  const ecs = new FakeEcs(clock, {
    family: 'web',
    networkMode: 'awsvpc',
    containerDefinitions: [
      {
        name: 'web',
        image: image('a'),
        portMappings: [{ containerPort: 8000 }],
        logConfiguration: {
          logDriver: 'awslogs',
          options: { 'awslogs-group': '/ecs/web', 'awslogs-stream-prefix': 'app' },
        },
      },
    ],
  });
  const journal: string[] = [];
  const messages: string[] = [];
  const probed: string[] = [];
  const logs = { lines: ['Traceback', 'KeyError: DATABASE_URL'], asked: [] as string[] };
  const answers = { next: (_url: string): ProbeAnswer => ({ status: 200, words: '200' }) };
  // The only calls that do not go through the service's API: log lines.
  const aws = {
    logs: async () => ({}),
    call: async (_: unknown, command: { input: { logStreamName: string } }) => {
      logs.asked.push(command.input.logStreamName);
      return { events: logs.lines.map((message) => ({ message })) };
    },
  } as unknown as AwsClients;
  const config = {
    kind: 'ecs-service',
    cluster: 'main',
    service: 'web',
    image: 'web',
    strategy: { kind: 'rolling' },
    environment: over.environment ?? {},
    health: { path: '/health', for: 5000, interval: 1000, timeout: 20_000, ...over.health },
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
      registry: () => 'registry.example',
      probe: async (url) => {
        // Old tasks answer as long as they run; that is no probe of health.
        if (/10\.0\.0\.[89]:/.test(url))
          return ecs.drained() ? { words: 'connection refused' } : { status: 200, words: '200' };
        probed.push(url);
        return answers.next(url);
      },
    });
  const controller = new AbortController();
  const rollout: Rollout = {
    stage: stageOf('deploy:staging', {
      events: { emit: (event) => void messages.push('message' in event ? event.message : event.type) },
    }),
    signal: controller.signal,
    journal: async (action) => void journal.push(`${action} after ${ecs.calls.at(-1)}`),
  };
  const elapsed = () => clock.now().getTime() - Date.parse('2026-11-03T12:00:00.000Z');
  return { clock, ecs, journal, messages, probed, logs, answers, make, rollout, controller, elapsed };
}

describe('an ECS service: deploy', () => {
  it('registers, writes the journal before each change, moves, waits and reports the facts', async () => {
    const { make, rollout, ecs, journal } = world();
    const record = await make().deploy(release('b'), rollout);
    expect(ecs.registered[0]?.containerDefinitions?.[0]?.image).to.equal(image('b'));
    expect(journal).to.deep.equal(['register after DescribeTaskDefinition', 'update after DescribeTasks']);
    expect(record).to.deep.equal({
      kind: 'ecs-service',
      status: 'healthy',
      digest: digest('b'),
      facts: { taskDefinition: 'web:2', cluster: 'main', service: 'web', proof: '2 tasks answer' },
    });
  });

  it('needs seven calls, snapshot and health gate included', async () => {
    const { make, rollout, ecs } = world({ health: { for: 0 } });
    const target = make();
    await target.snapshot();
    await target.deploy(release('b'), rollout);
    expect(ecs.calls).to.deep.equal([
      'DescribeServices',
      'DescribeTaskDefinition',
      'RegisterTaskDefinition',
      // Whether what runs now answers from here, asked while the revision is registered.
      'DescribeTasks',
      'UpdateService',
      // Whether the platform calls it stable.
      'DescribeServices',
      // Where the new tasks answer, and whether they run.
      'DescribeTasks',
    ]);
  });

  it('lists the tasks where the messages of the service do not name them', async () => {
    const { make, rollout, ecs } = world({ health: { for: 0 } });
    ecs.namesTasks = false;
    await make().deploy(release('b'), rollout);
    expect(ecs.calls.filter((call) => call === 'ListTasks RUNNING')).to.have.length(2);
  });

  it('lists the tasks where one that is named does not run any more: another took its place', async () => {
    const { make, rollout, ecs, probed } = world({ health: { for: 0 } });
    const describe = ecs.describeTasks.bind(ecs);
    const second = (arn: string) => arn.endsWith('new-2') || arn.endsWith('old-2');
    ecs.describeTasks = async (arns, signal) =>
      (await describe(arns, signal)).map((task) =>
        arns.some((one) => !one.startsWith('arn:')) && second(task.taskArn as string)
          ? { ...task, lastStatus: 'STOPPED', desiredStatus: 'STOPPED' }
          : task,
      );
    const record = await make().deploy(release('b'), rollout);
    expect(record.facts?.['proof']).to.equal('2 tasks answer');
    expect(new Set(probed)).to.have.property('size', 2);
    expect(ecs.calls.filter((call) => call === 'ListTasks RUNNING')).to.have.length(2);
  });

  it('looks at the tasks once more after a bake window, which may be long', async () => {
    const { make, rollout, ecs } = world();
    await make().deploy(release('b'), rollout);
    expect(ecs.calls).to.have.length(8);
    expect(ecs.calls.at(-1)).to.equal('DescribeTasks');
  });

  it('fails where a new task is ill by its container’s own check, though it answers', async () => {
    const { make, rollout, ecs } = world({ health: { for: 0 } });
    const describe = ecs.describeTasks.bind(ecs);
    ecs.describeTasks = async (arns, signal) =>
      (await describe(arns, signal)).map((task) => ({ ...task, healthStatus: 'UNHEALTHY' }));
    const failure = await rejection(make().deploy(release('b'), rollout), 'DEPLOY_FAILED');
    expect(failure.message).to.contain('is unhealthy according to');
  });

  it('is done as soon as the platform is, where the bake window has passed by then', async () => {
    const { make, rollout, elapsed } = world({ health: { for: 300, interval: 60_000 } });
    await make().deploy(release('b'), rollout);
    expect(elapsed()).to.be.within(2500, 2850);
  });

  it('does not pass where tasks are gone when they are to be probed', async () => {
    const { make, rollout, ecs } = world();
    const [list, describe] = [ecs.listTasks.bind(ecs), ecs.describeTasks.bind(ecs)];
    ecs.listTasks = async (desired, signal) => (desired === 'RUNNING' ? [] : list(desired, signal));
    ecs.describeTasks = async (arns, signal) =>
      (await describe(arns, signal)).filter(({ desiredStatus }) => desiredStatus === 'STOPPED');
    const failure = await rejection(make().deploy(release('b'), rollout), 'DEPLOY_FAILED');
    expect(failure.message).to.equal('only 0 of 2 tasks have an address after 20 s (health.timeout)');
  });

  it('needs two calls and changes nothing where the release runs already', async () => {
    const { make, rollout, ecs, journal } = world();
    const target = make();
    await target.snapshot();
    const record = await target.deploy(release('a'), rollout);
    expect(ecs.calls).to.deep.equal(['DescribeServices', 'DescribeTaskDefinition']);
    expect(record).to.include({ status: 'unchanged', digest: digest('a') });
    expect(journal).to.deep.equal([]);
  });

  it('deploys where only a variable changed', async () => {
    const { make, rollout, ecs } = world({ environment: { LEVEL: 'debug' } });
    expect(await make().deploy(release('a'), rollout)).to.include({ status: 'healthy' });
    expect(ecs.registered[0]?.containerDefinitions?.[0]?.environment).to.deep.equal([
      { name: 'LEVEL', value: 'debug' },
    ]);
  });

  it('fills in what only the release knows', async () => {
    const { make, rollout, ecs } = world({ environment: { APP_VERSION: '${release:version}' } });
    await make().deploy(release('b'), rollout);
    expect(ecs.registered[0]?.containerDefinitions?.[0]?.environment).to.deep.equal([
      { name: 'APP_VERSION', value: '1.0.0' },
    ]);
  });

  it('looks anew where the snapshot is old', async () => {
    const { make, rollout, ecs, clock } = world();
    const target = make();
    await target.snapshot();
    await clock.sleep(60_000);
    await target.deploy(release('a'), rollout);
    expect(ecs.calls.filter((call) => call === 'DescribeServices')).to.have.length(2);
  });

  it('probes the new tasks by their own addresses, never the old ones', async () => {
    const { make, rollout, probed } = world();
    await make().deploy(release('b'), rollout);
    expect([...new Set(probed)]).to.deep.equal([
      'http://10.0.0.1:8000/health',
      'http://10.0.0.2:8000/health',
    ]);
  });

  it('probes the tasks that are left where the platform takes one away in the bake window', async () => {
    const { make, rollout, ecs, answers } = world();
    const gone = 'http://10.0.0.2:8000/health';
    ecs.after(3500, () => (ecs.desired = 1));
    answers.next = (url) => {
      const silent = ecs.passedMs >= 3500 && url === gone;
      return silent ? { words: 'no answer within 1 s' } : { status: 200, words: '200' };
    };
    expect(await make().deploy(release('b'), rollout)).to.include({ status: 'healthy' });
  });

  it('bakes while old tasks still drain', async () => {
    const { make, rollout, ecs, elapsed } = world();
    ecs.courses = [{ runningMs: 1000, completedMs: 30_000 }];
    await make().deploy(release('b'), rollout);
    expect(elapsed()).to.be.within(30_000, 37_000);
  });

  it('waits for a rollout that a killed run left under way, without moving it again', async () => {
    const { make, rollout, ecs } = world();
    ecs.courses = [{ runningMs: 4000, completedMs: 5000 }];
    const arn = await ecs.register({
      family: 'web',
      containerDefinitions: [{ name: 'web', image: image('b') }],
    });
    await ecs.update({ taskDefinition: arn, force: false });
    ecs.calls.length = 0;
    expect(await make().deploy(release('b'), rollout)).to.include({ status: 'healthy' });
    expect(ecs.calls).not.to.include('UpdateService');
    expect(ecs.calls).not.to.include('RegisterTaskDefinition');
  });

  it('starts anew, by force, what the platform gave up with the same task definition', async () => {
    const { make, rollout, ecs, clock } = world();
    ecs.courses = [{ brokenMs: 0 }, { runningMs: 1000, completedMs: 2000 }];
    const arn = await ecs.register({
      family: 'web',
      containerDefinitions: [{ name: 'web', image: image('b') }],
    });
    await ecs.update({ taskDefinition: arn, force: false });
    await clock.sleep(1);
    expect(await make().deploy(release('b'), rollout)).to.include({ status: 'healthy' });
    expect(ecs.calls).to.include('UpdateService --force');
  });

  it('refuses a release without the image', async () => {
    const { make, rollout, ecs } = world();
    const failure = await rejection(
      make().deploy(releaseRecord('1.0.0', { images: {} }), rollout),
      'RELEASE_UNKNOWN',
    );
    expect(failure.message).to.equal('release 1.0.0 has no image web');
    expect(ecs.calls).to.deep.equal([]);
  });
});

describe('an ECS service: a deploy that fails', () => {
  it('tells the exit code and the last lines of a task that crashed, before the platform gives up', async () => {
    const { make, rollout, ecs, logs, elapsed } = world();
    ecs.courses = [{ crashedMs: 500 }];
    const failure = await rejection(make().deploy(release('b'), rollout), 'DEPLOY_FAILED');
    expect(failure.message).to.equal('container web exited with code 3, 0.5 s after it started');
    expect(failure.evidence).to.deep.equal([
      'fault: the release’s own',
      'stopped: Essential container in task exited',
      'Traceback',
      'KeyError: DATABASE_URL',
    ]);
    expect(failure.where).to.equal('service web, environment staging');
    expect(failure.next)
      .to.contain('node runner deploy --env staging')
      .and.to.contain('aws logs tail /ecs/web');
    expect(logs.asked).to.deep.equal(['app/web/new-1']);
    expect(elapsed()).to.be.below(5000);
  });

  it('does not take a circuit breaker’s rollback for success', async () => {
    const { make, rollout, ecs } = world();
    ecs.courses = [{ brokenMs: 1500, back: true }];
    const failure = await rejection(make().deploy(release('b'), rollout), 'DEPLOY_FAILED');
    expect(failure.message).to.equal('ECS rolled back to web:1: circuit breaker was triggered');
  });

  it('says that the platform gave up where the breaker does not go back', async () => {
    const { make, rollout, ecs } = world();
    ecs.courses = [{ brokenMs: 1500 }];
    const failure = await rejection(make().deploy(release('b'), rollout), 'DEPLOY_FAILED');
    expect(failure.message).to.equal('ECS gave up: circuit breaker was triggered');
  });

  it('fails where a task ends inside the bake window, though the platform calls it completed', async () => {
    const { make, rollout, ecs } = world();
    ecs.courses = [{ runningMs: 500, completedMs: 1000, crashedMs: 4000 }];
    const failure = await rejection(make().deploy(release('b'), rollout), 'DEPLOY_FAILED');
    expect(failure.message).to.equal('container web exited with code 3, 4.0 s after it started');
  });

  it('fails where the release runs but never gets healthy, with what its tasks said', async () => {
    const { make, rollout, answers } = world();
    answers.next = () => ({ status: 503, words: '503' });
    const failure = await rejection(make().deploy(release('b'), rollout), 'DEPLOY_FAILED');
    expect(failure.message).to.equal(
      'not healthy within 20 s (health.timeout): 10.0.0.1:8000: 503; 10.0.0.2:8000: 503',
    );
    expect(failure.evidence).to.deep.equal(['Traceback', 'KeyError: DATABASE_URL']);
  });

  it('fails where it stops answering inside the bake window', async () => {
    const { make, rollout, answers, clock } = world();
    const start = clock.now().getTime();
    answers.next = () =>
      clock.now().getTime() - start < 4000 ? { status: 200, words: '200' } : { words: 'connection refused' };
    const failure = await rejection(make().deploy(release('b'), rollout), 'DEPLOY_FAILED');
    expect(failure.message).to.match(/was healthy, then failed 2 times in a row: connection refused$/);
  });

  it('fails where someone else deploys meanwhile, and restore leaves that alone', async () => {
    const { make, rollout, ecs } = world();
    ecs.courses = [{ runningMs: 1000, overtakenMs: 1200 }];
    const target = make();
    const before = await target.snapshot();
    const failure = await rejection(target.deploy(release('b'), rollout), 'DEPLOY_OVERTAKEN');
    expect(failure.message).to.equal('someone else deployed other:9 in the meantime, instead of web:2');
    ecs.definitions.set('arn:aws:ecs:eu-west-1:111111111111:task-definition/other:9', {
      family: 'other',
      containerDefinitions: [{ name: 'web' }],
    });
    const refused = await rejection(target.restore(before, rollout), 'DEPLOY_OVERTAKEN');
    expect(refused.message).to.equal('someone else deployed other:9: it is not changed');
    expect(ecs.calls.filter((call) => call.startsWith('UpdateService'))).to.have.length(1);
  });

  it('fails where it does not become stable in time, with the platform’s own events', async () => {
    const { make, rollout, ecs, elapsed } = world();
    ecs.courses = [{}];
    ecs.service = {
      events: [{ message: 'unable to place a task: no container instance met its requirements' }],
    };
    const failure = await rejection(make().deploy(release('b'), rollout), 'DEPLOY_FAILED');
    expect(failure.message).to.equal("not stable after 60 s (the target's timeout): 0 of 2 tasks run");
    expect(failure.evidence).to.deep.equal([
      'unable to place a task: no container instance met its requirements',
    ]);
    expect(elapsed()).to.be.within(60_000, 61_000);
  });

  it('ends its waits at once when it is interrupted', async () => {
    const { make, rollout, ecs, controller, clock } = world();
    ecs.courses = [{}];
    const interrupted = new StackError('INTERRUPTED', 'stopped by SIGINT');
    const deploying = rejection(make().deploy(release('b'), rollout), 'INTERRUPTED');
    await clock.sleep(2000);
    controller.abort(interrupted);
    expect(await deploying).to.equal(interrupted);
  });
});

describe('an ECS service: restore', () => {
  it('moves back to the task definition of the snapshot and waits until it is healthy, without baking', async () => {
    const { make, rollout, ecs, elapsed } = world();
    const target = make();
    const before = await target.snapshot();
    await target.deploy(release('b'), rollout);
    const start = elapsed();
    const record = await target.restore(JSON.parse(JSON.stringify(before)) as TargetSnapshot, rollout);
    expect(record).to.deep.include({ status: 'rolled-back', digest: digest('a') });
    expect(ecs.runs).to.equal('web:1');
    expect(elapsed() - start).to.be.below(3500);
  });

  it('changes nothing where a circuit breaker went back already', async () => {
    const { make, rollout, ecs } = world();
    ecs.courses = [{ brokenMs: 1500, back: true }];
    const target = make();
    const before = await target.snapshot();
    await rejection(target.deploy(release('b'), rollout), 'DEPLOY_FAILED');
    ecs.calls.length = 0;
    expect(await target.restore(before, rollout)).to.include({ status: 'rolled-back' });
    expect(ecs.calls.filter((call) => call.startsWith('UpdateService'))).to.deep.equal([]);
  });

  describe('in another process', () => {
    async function killed() {
      const all = world();
      const begun: Begun[] = [];
      const journal: Rollout['journal'] = async (action, data = {}) => void begun.push({ action, data });
      const before = await all.make().snapshot();
      await all.make().deploy(release('b'), { ...all.rollout, journal });
      return { ...all, before, begun };
    }

    it('works from the snapshot and the journal', async () => {
      const { make, rollout, ecs, before, begun } = await killed();
      await make().restore(before, { ...rollout, begun });
      expect(ecs.runs).to.equal('web:1');
    });

    it('goes over what somebody else has deployed since only where that is asked for', async () => {
      const { make, rollout, ecs, before, begun } = await killed();
      const taskDefinition = await ecs.register(ecs.registered[0]!);
      await ecs.update({ taskDefinition, force: false });
      const failure = await rejection(make().restore(before, { ...rollout, begun }), 'DEPLOY_OVERTAKEN');
      expect(failure.message).to.equal('someone else deployed web:3: it is not changed');
      expect(failure.next).to.contain('rollback --env staging --force REASON');
      expect(ecs.runs).to.equal('web:3');
      await make().restore(before, { ...rollout, begun, isForced: true });
      expect(ecs.runs).to.equal('web:1');
    });
  });

  describe('by a rollback of what has ended', () => {
    const known = {
      version: '1.1.0',
      target: { kind: 'ecs-service', status: 'healthy', digest: digest('b') },
    } as const;
    const table: readonly (readonly [string, string, boolean])[] = [
      ['what the ledger says', 'b', true],
      ['what it goes back to already', 'a', true],
      ['what somebody else brought', 'c', false],
    ];
    for (const [words, runs, isAllowed] of table)
      it(`${isAllowed ? 'goes on from' : 'refuses to go over'} ${words}`, async () => {
        const { make, rollout } = world();
        if (runs !== 'a') await make().deploy(release(runs), rollout);
        const asked = make().requireMovable(known, release('a'));
        if (isAllowed) return asked;
        const failure = await rejection(asked, 'DEPLOY_OVERTAKEN');
        expect(failure.message).to.equal('someone else deployed web:2 after 1.1.0: it is not changed');
        await make().requireMovable(known);
      });
  });

  it('refuses a snapshot that does not say what ran', async () => {
    const { make, rollout } = world();
    await rejection(make().restore({ kind: 'fleet' }, rollout), 'ROLLBACK_FAILED');
  });
});

describe('an ECS service: status', () => {
  it('tells the digest, the tasks and the revision', async () => {
    const { make } = world();
    expect(await make().status()).to.deep.equal({
      kind: 'ecs-service',
      healthy: true,
      digest: digest('a'),
      summary: '2/2 tasks',
      details: { cluster: 'main', service: 'web', taskDefinition: 'web:1', state: 'stable' },
    });
  });
});
