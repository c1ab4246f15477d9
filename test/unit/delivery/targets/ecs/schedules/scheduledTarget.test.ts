import { expect } from 'chai';
import type { AwsClients } from '../../../../../../runner/src/adapters/aws/clients.js';
import type { Begun, Rollout, Target } from '../../../../../../runner/src/context/target.js';
import type { TargetSnapshot } from '../../../../../../runner/src/domain/records.js';
import { EcsTarget } from '../../../../../../runner/src/delivery/targets/ecs/ecsTarget.js';
import { ecsServiceSchema } from '../../../../../../runner/src/delivery/targets/ecs/schema.js';
import { scheduledTarget } from '../../../../../../runner/src/delivery/targets/ecs/schedules/scheduledTarget.js';
import { Schedules } from '../../../../../../runner/src/delivery/targets/ecs/schedules/schedules.js';
import { FakeEventBridge, type RuleTargetInput } from '../../../../../support/ecs/eventBridge.js';
import { FakeEcs } from '../../../../../support/fakeEcs.js';
import { FakeTarget } from '../../../../../support/fakeTarget.js';
import { FakeTasks } from '../../../../../support/fakeTasks.js';
import { rejection } from '../../../../../support/rejection.js';
import { release as releaseRecord } from '../../../../../support/stateRecords.js';
import { stageOf } from '../../../../../support/stage.js';
import { VirtualClock } from '../../../../../support/virtualClock.js';

const ARN = 'arn:aws:ecs:eu-west-1:111111111111:task-definition/';
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const image = (letter: string) => `registry.example/shop/web@${digest(letter)}`;
const released = (letter: string, version = '1.1.0') =>
  releaseRecord(version, {
    images: { web: { repository: 'shop/web', digest: digest(letter), tags: [], inputs: letter } },
  });
/** A scheduled task with all that may be set on it, and more than the SDK knows. */
const task = (revision: string, Id = 'task'): RuleTargetInput => ({
  Id,
  Arn: 'arn:aws:ecs:eu-west-1:111111111111:cluster/main',
  RoleArn: 'arn:aws:iam::111111111111:role/shop-schedule',
  Input: '{"containerOverrides":[{"name":"web","command":["./report"]}]}',
  RetryPolicy: { MaximumRetryAttempts: 3 },
  AddedLater: { mode: 'NEW' },
  EcsParameters: {
    TaskDefinitionArn: `${ARN}${revision}`,
    TaskCount: 2,
    LaunchType: 'FARGATE',
    NetworkConfiguration: { awsvpcConfiguration: { Subnets: ['subnet-1'], AssignPublicIp: 'DISABLED' } },
    AddedLater: true,
  },
});
const queue: RuleTargetInput = { Id: 'queue', Arn: 'arn:aws:sqs:eu-west-1:111111111111:audit' };

/** A service `web` that runs its first revision, a family `batch`, and rules. */
function world(schedules: readonly unknown[], isHealthy = true) {
  const clock = new VirtualClock();
  const container = (name: string) => ({ name, image: image('a') });
  const ecs = new FakeEcs(clock, { family: 'web', containerDefinitions: [container('web')] });
  const events = new FakeEventBridge();
  events.rule('nightly', [queue, task('web:1')]);
  const config = ecsServiceSchema.parse({
    kind: 'ecs-service',
    cluster: 'main',
    service: 'web',
    image: 'web',
    health: { url: 'http://web.example/health', for: '2s', interval: '1s', timeout: '5s' },
    schedules,
  });
  const entries: Begun[] = [];
  const aws = events.clients();
  /** A process of its own. */
  const start = (around: Partial<Rollout> = {}) => {
    const common = { name: 'web', config, aws, api: ecs, clock, registry: () => 'registry.example' };
    const service = new EcsTarget({
      ...common,
      environmentName: 'staging',
      tasks: new FakeTasks(clock, (call) => void ecs.calls.push(call)),
      probe: async () => (isHealthy ? { status: 200, words: '200' } : { status: 500, words: '500' }),
    });
    const target = scheduledTarget(service, new Schedules({ ...common, environment: 'staging' }));
    const rollout: Rollout = {
      stage: stageOf('deploy:staging'),
      signal: new AbortController().signal,
      journal: async (action, data) =>
        void entries.push(
          JSON.parse(JSON.stringify({ action, ...(data === undefined ? {} : { data }) })) as Begun,
        ),
      ...around,
    };
    return { target, rollout };
  };
  return { clock, ecs, events, aws, config, entries, start };
}

const kept = (snapshot: TargetSnapshot): TargetSnapshot =>
  JSON.parse(JSON.stringify(snapshot)) as TargetSnapshot;

describe('scheduled tasks of a service', () => {
  it('run the new revision after the service does; nothing else of the rule changes', async () => {
    const { ecs, events, entries, start } = world(['nightly']);
    const { target, rollout } = start();
    await target.snapshot();
    await target.requireMovable?.();
    const record = await target.deploy(released('b'), rollout);
    expect(ecs.runs).to.equal('web:2');
    expect(record.facts?.['schedules']).to.equal('nightly web:2');
    expect(events.rules.get('nightly')?.targets).to.deep.equal([queue, task('web:2')]);
    expect(events.asked.find(({ action }) => action === 'PutTargets')?.input).to.deep.equal({
      Rule: 'nightly',
      Targets: [task('web:2')],
    });
    expect(entries.map(({ action }) => action)).to.deep.equal(['register', 'update', 'schedule']);
  });

  it('are not touched where the release runs already', async () => {
    const { events, start } = world(['nightly']);
    const { target, rollout } = start();
    const record = await target.deploy(released('a'), rollout);
    expect(record.status).to.equal('unchanged');
    expect(record.facts?.['schedules']).to.equal('nightly web:1');
    expect(events.count('PutTargets')).to.equal(0);
  });

  it('that were left behind catch up with the next deploy of what runs', async () => {
    const { events, start } = world(['nightly']);
    events.rule('nightly', [task('web:1')]);
    const first = start();
    await first.target.deploy(released('b'), first.rollout);
    events.rule('nightly', [task('web:1')]);
    const { target, rollout } = start();
    expect((await target.deploy(released('b'), rollout)).status).to.equal('unchanged');
    expect(events.runs('nightly')).to.deep.equal({ task: 'web:2' });
  });

  it('do not move with a release that is not healthy, and are as they were afterwards', async () => {
    const { events, ecs, start } = world(['nightly'], false);
    const { target, rollout } = start();
    const before = kept(await target.snapshot());
    await rejection(target.deploy(released('b'), rollout), 'DEPLOY_FAILED');
    expect(events.count('PutTargets')).to.equal(0);
    // The way back is not probed either.
    await target.restore(before, rollout).catch(() => undefined);
    expect(ecs.runs).to.equal('web:1');
    expect(events.runs('nightly')).to.deep.equal({ queue: '', task: 'web:1' });
  });

  it('go back with the service, also where a list still shows what was there before', async () => {
    const { events, ecs, start } = world(['nightly']);
    const { target, rollout } = start();
    const before = kept(await target.snapshot());
    await target.deploy(released('b'), rollout);
    events.isStale = true;
    await target.restore(before, rollout);
    expect(ecs.runs).to.equal('web:1');
    expect(events.rules.get('nightly')?.targets).to.deep.equal([queue, task('web:1')]);
  });

  it('go back where the service cannot, and the failure is the service’s', async () => {
    const { events, aws, config, ecs, clock, start } = world(['nightly']);
    const moved = start();
    const before = kept(await moved.target.snapshot());
    await moved.target.deploy(released('b'), moved.rollout);
    const stuck = new FakeTarget('web');
    stuck.failRestore = new Error('stuck');
    const schedules = new Schedules({
      ...{ name: 'web', config, aws, api: ecs, clock, environment: 'staging' },
      registry: () => 'registry.example',
    });
    const failure = await scheduledTarget(stuck, schedules)
      .restore(before, moved.rollout)
      .catch((error: unknown) => error);
    expect(failure).to.equal(stuck.failRestore);
    expect(events.runs('nightly')).to.deep.equal({ queue: '', task: 'web:1' });
  });

  it('are brought to an end, or back, by another process after a kill at any entry of the journal', async () => {
    for (const way of ['resume', 'restore'] as const)
      for (let steps = 0; ; steps += 1) {
        const { events, ecs, entries, start } = world(['nightly', { rule: 'report', family: 'batch' }]);
        await ecs.register({ family: 'batch', containerDefinitions: [{ name: 'job', image: image('a') }] });
        events.rule('report', [task('batch:2')]);
        let left = steps;
        const killed = start({
          journal: async (action, data) => {
            if (left === 0) throw new Error('killed');
            left -= 1;
            entries.push({ action, ...(data === undefined ? {} : { data }) });
          },
        });
        const before = kept(await killed.target.snapshot());
        const isKilled = await killed.target.deploy(released('b'), killed.rollout).then(
          () => false,
          () => true,
        );
        const next = start({ begun: [...entries] });
        if (way === 'resume') await next.target.deploy(released('b'), next.rollout);
        else await next.target.restore(before, next.rollout);
        const [nightly] = Object.values(events.runs('nightly')).filter((one) => one !== '');
        const at = `${way} after ${steps} entries`;
        expect(nightly, at).to.equal(way === 'resume' ? ecs.runs : 'web:1');
        const report = Object.values(events.runs('report'))[0] as string;
        const of = (await ecs.describeTaskDefinition(`${ARN}${report}`)).definition;
        expect(of.containerDefinitions?.[0]?.image, at).to.equal(image(way === 'resume' ? 'b' : 'a'));
        if (!isKilled) break;
      }
  });

  it('with a family of their own get a revision of it with the image, one for all that start it', async () => {
    const own = { family: 'batch', container: 'job' };
    const { events, ecs, start } = world([
      { rule: 'report', ...own },
      { rule: 'bill', ...own },
    ]);
    const batch = [
      { name: 'log', image: 'sidecar:1' },
      { name: 'job', image: image('a'), command: ['./report'] },
    ];
    await ecs.register({ family: 'batch', cpu: '2048', containerDefinitions: batch });
    events.rule('report', [task('web:1', 'other'), task('batch:2')]);
    events.rule('bill', [task('batch:2')]);
    const { target, rollout } = start();
    const record = await target.deploy(released('b'), rollout);
    expect(ecs.registered.filter(({ family }) => family === 'batch').length).to.equal(2);
    expect(ecs.registered.at(-1)).to.deep.include({ family: 'batch', cpu: '2048' });
    expect(ecs.registered.at(-1)?.containerDefinitions).to.deep.equal([
      batch[0],
      { ...batch[1], image: image('b'), dockerLabels: { 'automation-stack.version': '1.1.0' } },
    ]);
    expect(record.facts?.['schedules']).to.equal('report batch:4, bill batch:4');
    // What the rule starts beside it is of another family.
    expect(events.runs('report')).to.deep.equal({ other: 'web:1', task: 'batch:4' });
    expect(events.runs('bill')).to.deep.equal({ task: 'batch:4' });
  });

  it('without a revision run what was registered last: a deploy names it, and so does the way back', async () => {
    const { events, start } = world(['nightly']);
    events.rule('nightly', [task('web')]);
    const { target, rollout } = start();
    const before = kept(await target.snapshot());
    expect(before['schedules']).to.deep.equal([
      { rule: 'nightly', id: 'task', taskDefinition: `${ARN}web:1` },
    ]);
    await target.deploy(released('b'), rollout);
    expect(events.runs('nightly')).to.deep.equal({ task: 'web:2' });
    await target.restore(before, rollout);
    expect(events.runs('nightly')).to.deep.equal({ task: 'web:1' });
  });

  it('are refused before anything is changed where the rule is not there, or starts something else', async () => {
    for (const [schedule, words] of [
      ['absent', 'there is no rule absent in EventBridge'],
      [{ rule: 'nightly', family: 'batch' }, 'the rule nightly starts no task of the family batch'],
    ] as const) {
      const { ecs, start } = world([schedule]);
      const { target } = start();
      await target.snapshot();
      const failure = await rejection((target.requireMovable as () => Promise<void>)(), 'CONFIG_INVALID');
      expect(failure.message).to.equal(words);
      expect(failure.where).to.equal('environments.staging.targets.web.schedules');
      expect(ecs.registered).to.deep.equal([]);
    }
  });

  it('that somebody removed meanwhile are no failure of the way back', async () => {
    const { events, start } = world(['nightly']);
    const { target, rollout } = start();
    const before = kept(await target.snapshot());
    await target.deploy(released('b'), rollout);
    events.rules.delete('nightly');
    expect((await target.restore(before, rollout)).status).to.equal('rolled-back');
  });

  it('survive throttling, lost answers, and a PutTargets that takes nothing and answers 200', async () => {
    for (const fault of ['throttle', 'lose', 'partly'] as const) {
      const { events, start } = world(['nightly']);
      events.fault = (action, nth) => (action === 'PutTargets' && nth < 3 ? fault : undefined);
      const { target, rollout } = start();
      const record = await target.deploy(released('b'), rollout);
      expect(record.status, fault).to.equal('healthy');
      expect(events.runs('nightly'), fault).to.deep.equal({ queue: '', task: 'web:2' });
    }
  });

  it('that EventBridge goes on not taking are a failure, which names the target and why', async () => {
    const { events, start } = world(['nightly']);
    events.fault = (action) => (action === 'PutTargets' ? 'partly' : undefined);
    const { target, rollout } = start();
    const failure = await rejection(target.deploy(released('b'), rollout), 'AWS_REFUSED');
    expect(failure.message).to.equal(
      'events:PutTargets: ConcurrentModificationException: task: too many at once',
    );
    expect(events.count('PutTargets')).to.equal(4);
  });

  it('wait where the platform pauses', async () => {
    const { aws, config, ecs, clock, events, start } = world(['nightly']);
    const pausing = new FakeTarget('web');
    pausing.pauses = 'hook';
    const schedules = new Schedules({
      ...{ name: 'web', config, aws, api: ecs, clock, environment: 'staging' },
      registry: () => 'registry.example',
    });
    const { rollout } = start({ atPause: 'end' });
    const record = await scheduledTarget(pausing, schedules).deploy(released('b'), rollout);
    expect(record.status).to.equal('paused');
    expect(events.asked).to.deep.equal([]);
  });
});

describe('a look at scheduled tasks', () => {
  const status = async (target: Target) => target.status(released('a'));

  it('says what they run; one that runs something else is not healthy', async () => {
    const { events, ecs, start } = world(['nightly', { rule: 'report', family: 'batch' }]);
    await ecs.register({ family: 'batch', containerDefinitions: [{ name: 'job', image: image('a') }] });
    events.rule('report', [task('batch:2')], 'DISABLED');
    const { target } = start();
    const well = await status(target);
    expect(well).to.deep.include({ healthy: true, summary: '2/2 tasks' });
    expect(well.details?.['schedules']).to.deep.equal({
      nightly: 'runs web:1',
      report: 'is disabled, would run batch:2',
    });
    events.rule('nightly', [task('web:7')]);
    expect(await status(target)).to.deep.include({
      healthy: false,
      summary: '2/2 tasks; nightly runs web:7',
    });
    events.rule('nightly', [task('web:1')]);
    expect((await target.status(released('b'))).summary).to.equal(
      '2/2 tasks; report is disabled, would run batch:2',
    );
    events.rules.delete('nightly');
    expect((await status(target)).summary).to.equal('2/2 tasks; nightly is not there');
  });

  it('that is not allowed is told, and is no fault of the service', async () => {
    const { aws, config, ecs, clock } = world(['nightly']);
    const denied: AwsClients['call'] = async () => {
      const { StackError } = await import('../../../../../../runner/src/base/errors.js');
      throw new StackError('AWS_ACCESS_DENIED', 'events:ListTargetsByRule is not allowed');
    };
    const schedules = new Schedules({
      ...{ name: 'web', config, aws: { ...aws, call: denied }, api: ecs, clock, environment: 'staging' },
      registry: () => 'registry.example',
    });
    const found = await scheduledTarget(new FakeTarget('web'), schedules).status();
    expect(found.healthy).to.equal(true);
    expect(found.summary).to.contain('schedules are not seen: events:ListTargetsByRule is not allowed');
  });

  it('by `diff` says which follow the service, and what changes in those of their own family', async () => {
    const { events, ecs, start } = world(['nightly', { rule: 'report', family: 'batch' }]);
    await ecs.register({ family: 'batch', containerDefinitions: [{ name: 'job', image: image('a') }] });
    events.rule('report', [task('batch:2')]);
    const found = await start().target.diff?.(released('b'));
    expect(found?.differences.slice(1)).to.deep.equal([
      { what: 'schedule', name: 'nightly', from: 'web:1', to: 'the revision of 1.1.0' },
      { what: 'image', of: 'report/job', from: image('a'), to: image('b') },
    ]);
    expect((await start().target.diff?.(released('a')))?.differences).to.deep.equal([]);
    events.rule('nightly', [task('web:7')]);
    expect((await start().target.diff?.(released('a')))?.differences).to.deep.equal([
      { what: 'schedule', name: 'nightly', from: 'web:7', to: 'web:1' },
    ]);
  });
});
