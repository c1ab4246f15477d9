import { expect } from 'chai';
import type { Invocation, ProcessOptions } from '../../../../runner/src/base/ports.js';
import { StackError } from '../../../../runner/src/base/errors.js';
import type { ChecksConfig } from '../../../../runner/src/config/checksSchema.js';
import type { CheckedTarget, CheckTools, When } from '../../../../runner/src/delivery/checks/checks.js';
import { runChecks } from '../../../../runner/src/delivery/checks/runChecks.js';
import type { EventBody } from '../../../../runner/src/events/events.js';
import { fakeAws, type Answer } from '../../../support/fakeAws.js';
import { rejection } from '../../../support/rejection.js';
import { stageOf } from '../../../support/stage.js';
import { release } from '../../../support/stateRecords.js';
import { VirtualClock } from '../../../support/virtualClock.js';

interface Run {
  readonly exitCode?: number;
  readonly lines?: readonly string[];
  readonly takesMs?: number;
  readonly fails?: Error;
}

/** Commands by the first word, and CloudWatch by its answers. */
function world(runs: Readonly<Record<string, Run>> = {}, answers: Readonly<Record<string, Answer>> = {}) {
  const clock = new VirtualClock();
  const events: EventBody[] = [];
  const started: Invocation[] = [];
  const stopped: string[] = [];
  const processes = {
    async run(invocation: Invocation, options: ProcessOptions = {}) {
      started.push(invocation);
      const { exitCode = 0, lines = [], takesMs = 10, fails } = runs[invocation.file] ?? {};
      if (fails !== undefined) throw fails;
      try {
        await clock.sleep(takesMs, options.signal);
      } catch (error) {
        stopped.push(invocation.file);
        throw error;
      }
      lines.forEach((line) => options.onLine?.(line, 'stdout'));
      return { exitCode, stdout: '', tail: lines };
    },
  };
  const aws = fakeAws(answers);
  const tools: CheckTools = {
    clock,
    processes,
    directory: '/work/shop',
    variables: async () => ({ AWS_REGION: 'eu-west-1' }),
    aws: async () => aws,
    container: async () => ({ failure: undefined, tail: ['in the image'] }),
  };
  const controller = new AbortController();
  const run = (checks: ChecksConfig, when: When['when'] | When, over: Partial<CheckedTarget> = {}) =>
    runChecks(
      {
        tools,
        stage: stageOf('deploy:staging', { events: { emit: (event) => void events.push(event) } }),
        signal: controller.signal,
      },
      { name: 'web', environment: 'staging', checks, release: release('1.4.0'), ...over },
      typeof when === 'string' ? ({ when } as When) : when,
    );
  const told = () => events.filter(({ type }) => type === 'stage.check');
  return { run, started, stopped, events, told, aws, clock, controller };
}

describe('checks before traffic', () => {
  it('run beside the configuration, with what they need to know, and are told with their last lines', async () => {
    const { run, started, told, events } = world({ './smoke': { lines: ['GET / 200'] } });
    const ends = await run({ smoke: { command: ['./smoke', '--fast'] } }, 'before-traffic', {
      at: { url: 'http://green' },
    });
    expect(started).to.deep.equal([
      {
        file: './smoke',
        args: ['--fast'],
        cwd: '/work/shop',
        env: {
          AWS_REGION: 'eu-west-1',
          AUTOMATION_STACK_ENVIRONMENT: 'staging',
          AUTOMATION_STACK_TARGET: 'web',
          AUTOMATION_STACK_VERSION: '1.4.0',
          AUTOMATION_STACK_COMMIT: release('1.4.0').commit,
          AUTOMATION_STACK_URL: 'http://green',
        },
      },
    ]);
    const end = { subject: 'web', name: 'smoke', status: 'ok', seconds: 0.01, evidence: ['GET / 200'] };
    expect(ends).to.deep.equal([end]);
    expect(told()).to.deep.equal([{ type: 'stage.check', stage: 'deploy:staging', ...end }]);
    expect(events).to.deep.include({
      type: 'stage.output',
      stage: 'deploy:staging',
      source: 'check smoke',
      stream: 'stdout',
      line: 'GET / 200',
    });
  });

  it('run where they are said to run', async () => {
    const { run, started } = world();
    const ran: string[] = [];
    const place = (name: string) => async () => {
      ran.push(name);
      return { tail: [] };
    };
    const checks: ChecksConfig = {
      schema: { command: ['./check'], on: 'task' },
      seen: { command: ['./look'], on: 'host' },
      pact: { command: ['pact'], image: 'web' },
    };
    const ends = await run(checks, 'before-traffic', { task: place('task'), onHost: place('host') });
    expect(ran).to.have.members(['task', 'host']);
    expect(ends.map(({ name, evidence }) => [name, ...evidence])).to.deep.equal([
      ['schema'],
      ['seen'],
      ['pact', 'in the image'],
    ]);
    expect(started).to.deep.equal([]);
  });

  it('fail the deploy with exit code and last lines, and end the others', async () => {
    const { run, stopped, told } = world({
      './bad': { exitCode: 3, lines: ['GET /cart 500'], takesMs: 50 },
      './slow': { takesMs: 60_000 },
    });
    const failure = await rejection(
      run({ slow: { command: ['./slow'] }, bad: { command: ['./bad'] } }, 'before-traffic'),
      'DEPLOY_FAILED',
    );
    expect(failure).to.deep.include({
      message: 'check bad failed: it ended with exit code 3',
      where: 'checks.bad of target web, environment staging',
      evidence: ['GET /cart 500'],
      next: 'Fix the cause and deploy again: node runner deploy --env staging',
    });
    expect(stopped).to.deep.equal(['./slow']);
    expect(told()).to.have.length(1);
    expect(told()[0]).to.deep.include({ name: 'bad', status: 'failed', evidence: ['GET /cart 500'] });
  });

  it('fail where a command cannot be run at all, and say what to do', async () => {
    const missing = new StackError('TOOL_MISSING', 'smoke is not installed', { next: 'Install it.' });
    const { run, told } = world({ smoke: { fails: missing } });
    const failure = await rejection(
      run({ smoke: { command: ['smoke'] } }, 'before-traffic'),
      'DEPLOY_FAILED',
    );
    expect(failure).to.deep.include({
      message: 'check smoke failed: smoke is not installed',
      evidence: ['Install it.'],
    });
    expect(told()[0]).to.deep.include({
      status: 'failed',
      evidence: ['smoke is not installed', 'Install it.'],
    });
  });

  it('end by the signal of the deploy, which is not a failure of theirs', async () => {
    const { run, controller, clock, told, stopped } = world({ './slow': { takesMs: 60_000 } });
    const reason = new StackError('INTERRUPTED', 'interrupted by SIGTERM');
    const running = run({ slow: { command: ['./slow'] } }, 'before-traffic').catch((error: unknown) => error);
    await clock.sleep(1000);
    controller.abort(reason);
    expect(await running).to.equal(reason);
    expect(stopped).to.deep.equal(['./slow']);
    expect(told()).to.deep.equal([]);
  });

  it('are none of a rollback, which they may be the reason for', async () => {
    const { run, started } = world({ './bad': { exitCode: 1 } });
    expect(
      await run({ bad: { command: ['./bad'] }, errors: { alarm: 'x' } }, 'before-traffic', {
        kind: 'rollback',
      }),
    ).to.deep.equal([]);
    expect(started).to.deep.equal([]);
  });

  it('name the host that they are about', async () => {
    const { run, told } = world({ './look': { exitCode: 1 } });
    const host = { name: 'web-1', address: '10.0.0.1' };
    const failure = await rejection(
      run({ look: { command: ['./look'] } }, 'before-traffic', { host }),
      'DEPLOY_FAILED',
    );
    expect(failure.where).to.equal('checks.look of target web, environment staging, web-1');
    expect(told()[0]).to.deep.include({ subject: 'web', name: 'look on web-1', status: 'failed' });
  });
});

describe('alarms before anything is changed', () => {
  const alarms = (StateValue: string) => ({
    'cloudwatch:DescribeAlarms': () => ({
      MetricAlarms: [{ AlarmName: 'shop-5xx', StateValue, StateReason: 'too many' }],
    }),
  });

  it('are looked at once, all in one call', async () => {
    const { run, aws, started } = world({}, alarms('OK'));
    await run(
      { one: { alarm: 'shop-5xx' }, two: { alarm: 'shop-5xx' }, smoke: { command: ['./smoke'] } },
      'before-change',
    );
    expect(aws.asked.map(({ input }) => input['AlarmNames'])).to.deep.equal([['shop-5xx']]);
    expect(started).to.deep.equal([]);
  });

  it('refuse the deploy where one is off, unless that is to be ignored', async () => {
    const { run, told } = world({}, alarms('ALARM'));
    const failure = await rejection(run({ errors: { alarm: 'shop-5xx' } }, 'before-change'), 'DEPLOY_FAILED');
    expect(failure.message).to.equal('check errors failed: shop-5xx was in ALARM before the release');
    expect(told()).to.have.length(1);
    await run({ errors: { alarm: 'shop-5xx', already: 'ignore' } }, 'before-change');
  });

  it('ask nothing where there are none', async () => {
    const { run, aws } = world();
    await run({ smoke: { command: ['./smoke'] } }, 'before-change');
    expect(aws.asked).to.deep.equal([]);
  });
});

describe('what is watched while a release gets requests', () => {
  const OK = { MetricAlarms: [{ AlarmName: 'shop-5xx', StateValue: 'OK' }] };

  it('is looked at every 15 s, and once at the very end', async () => {
    const { run, aws, told } = world({}, { 'cloudwatch:DescribeAlarms': () => OK });
    const ends = await run({ errors: { alarm: 'shop-5xx' } }, { when: 'bake', lasts: 40_000 });
    expect(aws.asked).to.have.length(4);
    expect(ends).to.deep.equal([
      { subject: 'web', name: 'errors', status: 'ok', seconds: 40, evidence: ['shop-5xx is OK'] },
    ]);
    expect(told()).to.have.length(1);
  });

  it('is watched until the gate has passed, with a last look then', async () => {
    const { run, aws, clock } = world({}, { 'cloudwatch:DescribeAlarms': () => OK });
    const passed = new AbortController();
    const watching = run({ errors: { alarm: 'shop-5xx' } }, { when: 'bake', lasts: passed.signal });
    // Time begins with the first look: what is imported before it takes none.
    while (aws.asked.length === 0) await new Promise(setImmediate);
    await clock.sleep(20_000);
    passed.abort();
    const [end] = await watching;
    expect(end?.seconds).to.equal(20);
    expect(aws.asked).to.have.length(3);
  });

  it('ends with the first alarm that goes off', async () => {
    let looks = 0;
    const { run, clock, told } = world(
      {},
      {
        'cloudwatch:DescribeAlarms': () => {
          looks += 1;
          const StateValue = looks === 3 ? 'ALARM' : 'OK';
          return {
            CompositeAlarms: [{ AlarmName: 'shop', StateValue, StateTransitionedTimestamp: clock.now() }],
          };
        },
      },
    );
    const startedMs = clock.now().getTime();
    const failure = await rejection(
      run({ errors: { alarm: 'shop', already: 'ignore' } }, { when: 'bake', lasts: 600_000 }),
      'DEPLOY_FAILED',
    );
    expect(failure.message).to.equal('check errors failed: shop is in ALARM');
    expect(clock.now().getTime() - startedMs).to.equal(30_000);
    expect(told()).to.have.length(1);
  });

  it('compares metrics, each expression in a request of its own', async () => {
    const points = (value: number) => ({
      MetricDataResults: [
        { Id: 'checked', Label: 'x', Timestamps: [new Date('2026-11-03T12:01:00.000Z')], Values: [value] },
      ],
    });
    const metric = {
      expression: 'SELECT new',
      baseline: 'SELECT old',
      limit: 2,
      period: 60_000,
      missing: 'fail' as const,
    };
    const { run, aws } = world(
      {},
      {
        'cloudwatch:GetMetricData': ({ MetricDataQueries }) =>
          points((MetricDataQueries as { Expression: string }[])[0]?.Expression === 'SELECT new' ? 30 : 10),
      },
    );
    const failure = await rejection(
      run({ latency: { metric } }, { when: 'bake', lasts: 600_000 }),
      'DEPLOY_FAILED',
    );
    expect(failure.message).to.equal(
      'check latency failed: 30 beside 10 is over the limit of 2 × the baseline',
    );
    expect(aws.asked[0]?.input).to.deep.include({
      MetricDataQueries: [{ Id: 'checked', Expression: 'SELECT new', Period: 60 }],
      StartTime: new Date('2026-11-03T12:00:00.000Z'),
    });
  });

  it('asks nothing where there are only commands', async () => {
    const { run, aws, events } = world();
    expect(await run({ smoke: { command: ['./smoke'] } }, { when: 'bake', lasts: 1000 })).to.deep.equal([]);
    expect(aws.asked).to.deep.equal([]);
    expect(events).to.deep.equal([]);
  });

  it('ends by the signal of the deploy', async () => {
    const { run, controller, clock } = world({}, { 'cloudwatch:DescribeAlarms': () => OK });
    const reason = new StackError('INTERRUPTED', 'interrupted by SIGTERM');
    const watching = run({ errors: { alarm: 'shop-5xx' } }, { when: 'bake', lasts: 600_000 }).catch(
      (error: unknown) => error,
    );
    await clock.sleep(5000);
    controller.abort(reason);
    expect(await watching).to.equal(reason);
  });
});
