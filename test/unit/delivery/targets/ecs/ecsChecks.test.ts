import { expect } from 'chai';
import type { ProbeRoute } from '../../../../../runner/src/delivery/targets/ecs/endpoints.js';
import type { EcsServiceConfig } from '../../../../../runner/src/delivery/targets/ecs/schema.js';
import { StackError } from '../../../../../runner/src/base/errors.js';
import type { CheckTools } from '../../../../../runner/src/delivery/checks/checks.js';
import { EcsTarget } from '../../../../../runner/src/delivery/targets/ecs/ecsTarget.js';
import { addressOf } from '../../../../../runner/src/delivery/targets/ecs/ecsChecks.js';
import type { Probe } from '../../../../../runner/src/delivery/targets/ecs/probe.js';
import type { Begun, Rollout } from '../../../../../runner/src/context/target.js';
import type { EventBody } from '../../../../../runner/src/events/events.js';
import { fakeAws } from '../../../../support/fakeAws.js';
import { FakeEcs } from '../../../../support/fakeEcs.js';
import { FakeTasks } from '../../../../support/fakeTasks.js';
import { rejection } from '../../../../support/rejection.js';
import { release as releaseRecord } from '../../../../support/stateRecords.js';
import { stageOf } from '../../../../support/stage.js';
import { VirtualClock } from '../../../../support/virtualClock.js';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const release = (letter: string) =>
  releaseRecord('1.4.0', {
    images: { web: { repository: 'shop/web', digest: digest(letter), tags: [], inputs: digest(letter) } },
  });

function world(checks: EcsServiceConfig['checks'], over: { health?: number; probe?: Probe } = {}) {
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
      },
    ],
  });
  const order = ecs.calls;
  const tasks = new FakeTasks(clock, (call) => void order.push(call));
  const journal: Begun[] = [];
  const events: EventBody[] = [];
  const alarm = { state: 'OK' };
  const aws = fakeAws({
    'logs:GetLogEvents': ({ nextToken }) => ({
      events: nextToken === undefined ? [{ message: 'schema is 0041, wanted 0042' }] : [],
      nextForwardToken: 'end',
    }),
    'cloudwatch:DescribeAlarms': () => ({
      MetricAlarms: [
        { AlarmName: 'shop-5xx', StateValue: alarm.state, StateTransitionedTimestamp: clock.now() },
      ],
    }),
  });
  const started: string[] = [];
  const checkTools: CheckTools = {
    clock,
    processes: {
      async run({ file }) {
        started.push(file);
        order.push(`run ${file}`);
        return { exitCode: 0, stdout: '', tail: [] };
      },
    },
    directory: '/work',
    variables: async () => ({}),
    aws: async () => aws,
    container: async () => ({ tail: [] }),
  };
  const config = {
    kind: 'ecs-service',
    cluster: 'main',
    service: 'web',
    image: 'web',
    strategy: { kind: 'rolling' },
    environment: {},
    health: {
      path: '/',
      for: over.health ?? 0,
      interval: 1000,
      timeout: 20_000,
      ...(over.probe === undefined ? {} : { url: 'http://web.example/' }),
    },
    timeout: 60_000,
    ...(checks === undefined ? {} : { checks }),
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
      checkTools,
      ...(over.probe === undefined ? {} : { probe: over.probe }),
    });
  const controller = new AbortController();
  const rollout = (more: Partial<Rollout> = {}): Rollout => ({
    stage: stageOf('deploy:staging', { events: { emit: (event) => void events.push(event) } }),
    signal: controller.signal,
    journal: async (action, data) => {
      order.push(`journal ${action}`);
      journal.push({ action, ...(data === undefined ? {} : { data }) });
    },
    ...more,
  });
  const told = () => events.filter((event) => event.type === 'stage.check');
  return { clock, ecs, tasks, order, journal, told, alarm, started, make, rollout, controller };
}

const SCHEMA = { schema: { command: ['./manage', 'check'], on: 'task' as const, timeout: 60_000 } };

describe('a rolling service with checks', () => {
  it('is checked only once what it serves was healthy', async () => {
    const answers = [503, 503, 200];
    const { make, rollout, order } = world(
      { smoke: { command: ['./smoke'] } },
      {
        probe: async () => {
          const status = (answers.length > 1 ? answers.shift() : answers[0]) as number;
          order.push(`probe ${status}`);
          return { status, words: String(status) };
        },
      },
    );
    await make().deploy(release('b'), rollout());
    // The first is of what ran before.
    expect(order.filter((call) => /probe|run/.test(call)).slice(0, 4)).to.deep.equal([
      'probe 503',
      'probe 503',
      'probe 200',
      'run ./smoke',
    ]);
  });

  it('is healthy once they have passed, which begin when its new tasks are stable', async () => {
    const { make, rollout, order, tasks, told, ecs } = world({ ...SCHEMA, smoke: { command: ['./smoke'] } });
    expect((await make().deploy(release('b'), rollout())).status).to.equal('healthy');
    expect(order.indexOf('run ./smoke')).to.be.above(
      order.findIndex((call) => call.startsWith('UpdateService')),
    );
    expect(told().map(({ name, status }) => [name, status])).to.have.deep.members([
      ['schema', 'ok'],
      ['smoke', 'ok'],
    ]);
    const [input] = tasks.started;
    expect(input?.taskDefinition).to.match(/web:2$/);
    expect(ecs.runs).to.equal('web:2');
    expect(input?.overrides?.containerOverrides).to.deep.equal([
      {
        name: 'web',
        command: ['./manage', 'check'],
        environment: [
          { name: 'AUTOMATION_STACK_ENVIRONMENT', value: 'staging' },
          { name: 'AUTOMATION_STACK_TARGET', value: 'web' },
          { name: 'AUTOMATION_STACK_VERSION', value: '1.4.0' },
          { name: 'AUTOMATION_STACK_COMMIT', value: release('b').commit },
        ],
      },
    ]);
    expect(input?.startedBy).to.match(/^[\w/-]{1,36}$/);
  });

  it('has the task of a check in its journal before it is started', async () => {
    const { make, rollout, order, journal, tasks } = world(SCHEMA);
    await make().deploy(release('b'), rollout());
    expect(order.indexOf('journal check')).to.equal(order.indexOf('RunTask') - 1);
    const entry = journal.find(({ action }) => action === 'check');
    expect(entry?.data).to.deep.equal({
      check: 'schema',
      taskDefinition: 'web:2',
      startedBy: tasks.started[0]?.startedBy,
    });
  });

  it('fails with a check that fails, and tells its last lines', async () => {
    const { make, rollout, tasks, told } = world(SCHEMA);
    tasks.course = { endsMs: 2000, exitCode: 4 };
    const failure = await rejection(make().deploy(release('b'), rollout()), 'DEPLOY_FAILED');
    expect(failure.message).to.contain('check schema failed: container web exited with code 4');
    expect(failure.evidence).to.include('schema is 0041, wanted 0042');
    expect(told()).to.have.length(1);
    expect(told()[0]).to.deep.include({ name: 'schema', status: 'failed' });
  });

  it('fails with a check for which there is no place, or that takes too long', async () => {
    const refused = world(SCHEMA);
    refused.tasks.refused = 'RESOURCE:MEMORY';
    const one = await rejection(refused.make().deploy(release('b'), refused.rollout()), 'DEPLOY_FAILED');
    expect(one.message).to.equal(
      'check schema failed: the platform has no capacity for its task (RESOURCE:MEMORY)',
    );
    const late = world({ schema: { ...SCHEMA.schema, timeout: 5000 } });
    late.tasks.course = {};
    const other = await rejection(late.make().deploy(release('b'), late.rollout()), 'DEPLOY_FAILED');
    expect(other.message).to.equal('check schema failed: it was stopped after 5.0s');
    expect(late.order).to.include('StopTask');
  });

  it('has the task of a check stopped by a signal', async () => {
    const { make, rollout, tasks, order, controller, clock } = world(SCHEMA);
    tasks.course = {};
    const reason = new StackError('INTERRUPTED', 'interrupted by SIGTERM');
    const deploying = make()
      .deploy(release('b'), rollout())
      .catch((error: unknown) => error);
    while (!order.includes('RunTask')) await clock.sleep(500);
    controller.abort(reason);
    expect(await deploying).to.equal(reason);
    while (!order.includes('StopTask')) await clock.sleep(100);
  });

  it('is checked by the run that goes on after a kill, which stops what was left and begins anew', async () => {
    const { make, rollout, tasks, order, journal, told } = world(SCHEMA);
    await make().deploy(release('b'), rollout());
    const left = tasks.leave({ startedBy: 'check/left' }, {});
    tasks.course = { endsMs: 2000, exitCode: 0 };
    const begun = [...journal, { action: 'check', data: { startedBy: 'check/left' } }];
    order.length = 0;
    expect((await make().deploy(release('b'), rollout({ begun }))).status).to.equal('healthy');
    expect(order.indexOf('StopTask')).to.be.within(0, order.indexOf('RunTask') - 1);
    expect((await tasks.describe(left.taskArn ?? ''))?.lastStatus).to.equal('STOPPED');
    expect(order.filter((call) => call.startsWith('UpdateService'))).to.deep.equal([]);
    expect(told()).to.have.length(2);
  });

  it('has what a killed run left stopped when it goes back', async () => {
    const { make, rollout, tasks, order, journal } = world(SCHEMA);
    const target = make();
    const before = await target.snapshot();
    await target.deploy(release('b'), rollout());
    tasks.leave({ startedBy: 'check/left' }, {});
    const begun = [...journal, { action: 'check', data: { startedBy: 'check/left' } }];
    await make().restore(before, rollout({ begun }));
    expect(order).to.include('StopTask');
  });

  it('is not moved where an alarm is off already', async () => {
    const { make, rollout, order, alarm } = world({ errors: { alarm: 'shop-5xx' } });
    alarm.state = 'ALARM';
    const failure = await rejection(make().deploy(release('b'), rollout()), 'DEPLOY_FAILED');
    expect(failure.message).to.equal('check errors failed: shop-5xx was in ALARM before the release');
    expect(order.filter((call) => /Register|Update/.test(call))).to.deep.equal([]);
  });

  it('fails with an alarm that goes off in its bake window, long before that ends', async () => {
    const { make, rollout, clock, alarm, order } = world(
      { errors: { alarm: 'shop-5xx' } },
      { health: 600_000 },
    );
    const startedMs = clock.now().getTime();
    const deploying = rejection(make().deploy(release('b'), rollout()), 'DEPLOY_FAILED');
    while (!order.some((call) => call.startsWith('UpdateService'))) await clock.sleep(100);
    await clock.sleep(20_000);
    alarm.state = 'ALARM';
    expect((await deploying).message).to.equal('check errors failed: shop-5xx is in ALARM');
    expect(clock.now().getTime() - startedMs).to.be.below(60_000);
  });

  it('is checked by nothing on the way back to an earlier release, nor where nothing changes', async () => {
    const { make, rollout, tasks, told } = world(SCHEMA);
    await make().deploy(release('b'), rollout({ kind: 'rollback' }));
    expect((await make().deploy(release('b'), rollout())).status).to.equal('unchanged');
    expect(tasks.started).to.deep.equal([]);
    expect(told()).to.deep.equal([]);
  });

  it('is refused before anything is made where a check names a container that is not there', async () => {
    const { make, rollout, order } = world({ schema: { ...SCHEMA.schema, container: 'wbe' } });
    await rejection(make().deploy(release('b'), rollout()), 'CONFIG_INVALID');
    expect(order.filter((call) => /Register|Update|RunTask/.test(call))).to.deep.equal([]);
  });
});

describe('the address that checks of a service get', () => {
  const path = '/health';
  const headers = { 'X-Preview': 'next' };

  it('is where the probe goes, or the environment’s where requests there need headers', () => {
    const at = (route: ProbeRoute, environmentUrl?: string) =>
      addressOf(route, { path, environmentUrl, isIdle: false });
    expect(at({ kind: 'url', url: 'http://alb/shop/other' })).to.deep.equal({ url: 'http://alb' });
    expect(at({ kind: 'url', url: 'http://alb/health' }, 'https://shop')).to.deep.equal({
      url: 'http://alb',
    });
    const named = { kind: 'url', url: 'http://shop.example/health', via: 'alb' } as const;
    expect(at(named, 'https://shop')).to.deep.equal({ url: 'https://shop' });
    expect(at(named)).to.deep.equal({ url: 'http://shop.example' });
    expect(at({ kind: 'tasks-only' }, 'https://shop')).to.deep.equal({ url: 'https://shop' });
  });

  it('keeps what stands before the path that is probed', () => {
    const route = { kind: 'url', url: 'http://127.0.0.1:4566/_alb/shop/health' } as const;
    const url = 'http://127.0.0.1:4566/_alb/shop';
    expect(addressOf(route, { path: 'health', isIdle: true })).to.deep.equal({ url });
  });

  it('of an idle colour is never where the old release answers', () => {
    const at = (route: ProbeRoute) =>
      addressOf(route, { path, environmentUrl: 'https://shop', isIdle: true });
    expect(at({ kind: 'url', url: 'http://alb/health', headers })).to.deep.equal({
      url: 'http://alb',
      headers,
    });
    expect(at({ kind: 'tasks-only' })).to.equal(undefined);
  });

  it('has the environment’s name where the load balancer’s own has no certificate, and a header leads there', () => {
    const at = (environmentUrl: string, more: object) =>
      addressOf(
        { kind: 'url', url: 'https://alb.amazonaws.com/health', anyName: true, ...more },
        { path, environmentUrl, isIdle: true },
      )?.url;
    expect(at('https://shop.example/', { headers })).to.equal('https://shop.example');
    // Without a header, or at another port, the old release would answer.
    expect(at('https://shop.example/', {})).to.equal('https://alb.amazonaws.com');
    expect(at('https://shop.example:8443/', { headers })).to.equal('https://alb.amazonaws.com');
    expect(at('http://shop.example/', { headers })).to.equal('https://alb.amazonaws.com');
  });
});
