import type { ErrorRecord } from '../../runner/src/base/errors.js';
import type { PlanSummary } from '../../runner/src/domain/plan.js';
import { summarisePlan } from '../../runner/src/infrastructure/rules/planSummary.js';
import type { EventBody, StackEvent, StageSummary } from '../../runner/src/events/events.js';

/** Runs as the steps tell them, for tests of the views and for looking at reports. */

const START = Date.parse('2026-11-08T12:00:00.000Z');
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

export const sampleStages: readonly StageSummary[] = [
  { id: 'build:web', title: 'Build web', needs: [] },
  { id: 'build:worker', title: 'Build worker', needs: [] },
  { id: 'plan:staging', title: 'Plan staging', needs: [] },
  { id: 'push', title: 'Push images', needs: ['build:web', 'build:worker'] },
  { id: 'apply:staging', title: 'Apply staging', needs: ['plan:staging'] },
  { id: 'provision:staging', title: 'Provision staging', needs: ['apply:staging'] },
  { id: 'deploy:staging', title: 'Deploy to staging', needs: ['push', 'provision:staging'] },
];

const changed = (address: string, actions: readonly string[], change: object = {}) => ({
  address,
  mode: 'managed',
  change: { actions, ...change },
});

/** A plan with everything that a view tells apart. */
export const samplePlan: PlanSummary = summarisePlan({
  resource_changes: [
    changed('module.network.aws_subnet.a', ['create']),
    changed('aws_instance.web', ['update'], {
      before: { size: 'small', password: 'a', tags: { Name: 'one' } },
      after: { size: 'large', password: 'b', tags: {} },
      after_unknown: { tags: { Name: true } },
      before_sensitive: { password: true },
      after_sensitive: { password: true },
    }),
    changed('module.db.aws_db_instance.main', ['delete', 'create'], {
      before: { engine: 'mysql', id: 'db-1' },
      after: { engine: 'postgres' },
      after_unknown: { id: true },
      replace_paths: [['engine']],
    }),
    changed('aws_instance.old["<b>"]', ['delete']),
  ],
  output_changes: { url: { actions: ['update'], before: 'http://a', after: 'http://b' } },
});

/** [seconds from the start, event]. */
export type Timed = readonly [number, EventBody];

export function atTimes(timed: readonly Timed[]): readonly StackEvent[] {
  return [...timed]
    .sort(([one], [other]) => one - other)
    .map(([seconds, body]) => ({ time: new Date(START + seconds * 1000).toISOString(), ...body }));
}

const runStart: EventBody = {
  type: 'run.start',
  command: 'run',
  application: 'shop',
  environment: 'staging',
  branch: 'develop',
  commit: '8f3c2a91d04be67f5a1c9e2b7d6045f8a3b1c2d4',
  who: 'Jane Doe',
  runUrl: 'https://jenkins.example.com/job/shop/job/develop/128/',
  stages: sampleStages,
};

const progress = (
  stage: string,
  subject: string,
  phase: string,
  message: string,
  status?: 'running' | 'ok' | 'failed' | 'rolled-back',
): EventBody => ({
  type: 'stage.progress',
  stage,
  subject,
  phase,
  message,
  status: status ?? 'running',
});

/** Everything up to the deploy, which takes the first 58 seconds. */
const untilDeploy: readonly Timed[] = [
  [0, runStart],
  [0.2, { type: 'stage.start', stage: 'build:web', title: 'Build web' }],
  [0.2, { type: 'stage.start', stage: 'build:worker', title: 'Build worker' }],
  [0.3, { type: 'stage.start', stage: 'plan:staging', title: 'Plan staging', environment: 'staging' }],
  [1, { type: 'stage.progress', stage: 'build:web', message: 'Step 4/9 RUN pip install', done: 4, total: 9 }],
  [
    2,
    {
      type: 'stage.output',
      stage: 'build:web',
      source: 'docker build web',
      stream: 'stdout',
      line: 'Collecting flask==3.1.0',
    },
  ],
  [4.1, { type: 'stage.plan', stage: 'plan:staging', summary: samplePlan }],
  [4.2, { type: 'stage.end', stage: 'plan:staging', status: 'ok', seconds: 3.9 }],
  [4.3, { type: 'stage.start', stage: 'apply:staging', title: 'Apply staging', environment: 'staging' }],
  [
    6,
    {
      type: 'stage.progress',
      stage: 'apply:staging',
      subject: 'aws_ecs_service.web',
      message: 'creating',
      status: 'running',
    },
  ],
  [11.8, { type: 'stage.fact', stage: 'build:web', name: 'digest', value: digest('1a2b').slice(0, 71) }],
  [12.0, { type: 'stage.end', stage: 'build:web', status: 'ok', seconds: 11.8 }],
  [16.4, { type: 'stage.fact', stage: 'build:worker', name: 'digest', value: digest('c') }],
  [16.5, { type: 'stage.end', stage: 'build:worker', status: 'ok', seconds: 16.3 }],
  [16.6, { type: 'stage.start', stage: 'push', title: 'Push images' }],
  [
    17,
    {
      type: 'stage.progress',
      stage: 'push',
      subject: 'web 5f70bf18a086',
      message: 'pushing',
      done: 1048576,
      total: 50331648,
      unit: 'bytes',
    },
  ],
  [
    21,
    {
      type: 'stage.progress',
      stage: 'push',
      subject: 'web 5f70bf18a086',
      message: 'pushing',
      done: 40331648,
      total: 50331648,
      unit: 'bytes',
    },
  ],
  [
    23.9,
    {
      type: 'stage.progress',
      stage: 'push',
      subject: 'web 5f70bf18a086',
      message: 'pushed',
      status: 'ok',
      done: 50331648,
      total: 50331648,
      unit: 'bytes',
    },
  ],
  [
    24,
    {
      type: 'release',
      release: {
        version: '1.4.0',
        application: 'shop',
        commit: '8f3c2a91d04be67f5a1c9e2b7d6045f8a3b1c2d4',
        branch: 'develop',
        dirty: false,
        images: {
          web: {
            repository: 'shop/web',
            digest: digest('1a2b').slice(0, 71),
            tags: ['1.4.0', '8f3c2a91d04b', 'develop'],
            inputs: digest('e'),
            sizeBytes: 52428800,
          },
          worker: {
            repository: 'shop/worker',
            digest: digest('c'),
            tags: ['1.4.0', '8f3c2a91d04b', 'develop'],
            inputs: digest('f'),
            sizeBytes: 61865984,
          },
        },
        inputs: digest('d'),
        createdAt: '2026-11-08T12:00:24.000Z',
        createdBy: 'Jane Doe',
        runUrl: 'https://jenkins.example.com/job/shop/job/develop/128/',
      },
    },
  ],
  [24.1, { type: 'stage.end', stage: 'push', status: 'ok', seconds: 7.5 }],
  [
    31,
    { type: 'stage.fact', stage: 'apply:staging', name: 'applied', value: '3 added, 1 changed, 0 destroyed' },
  ],
  [31.1, { type: 'stage.end', stage: 'apply:staging', status: 'ok', seconds: 26.8 }],
  [
    31.2,
    { type: 'stage.start', stage: 'provision:staging', title: 'Provision staging', environment: 'staging' },
  ],
  [32, progress('provision:staging', 'staging-1', 'connect', 'reachable')],
  [32, progress('provision:staging', 'staging-2', 'connect', 'reachable')],
  [40, progress('provision:staging', 'staging-1', 'playbook', 'docker-host.yml')],
  [40, progress('provision:staging', 'staging-2', 'playbook', 'docker-host.yml')],
  [56, progress('provision:staging', 'staging-1', 'done', '4 changed, 19 as wanted', 'ok')],
  [57, progress('provision:staging', 'staging-2', 'done', '4 changed, 19 as wanted', 'ok')],
  [57.5, { type: 'stage.end', stage: 'provision:staging', status: 'ok', seconds: 26.3 }],
  [
    57.6,
    { type: 'stage.start', stage: 'deploy:staging', title: 'Deploy to staging', environment: 'staging' },
  ],
  [58, { type: 'stage.fact', stage: 'deploy:staging', name: 'version', value: '1.3.2 → 1.4.0' }],
  [58.2, progress('deploy:staging', 'staging-1', 'drain', 'leaving the target group')],
  [61, progress('deploy:staging', 'staging-1', 'pull', 'pulling sha256:1a2b1a2b1a2b')],
  [66, progress('deploy:staging', 'staging-1', 'start', 'starting shop-web')],
];

/** A deploy of two images to a small fleet that goes well. */
export const successfulRun = atTimes([
  ...untilDeploy,
  [68, progress('deploy:staging', 'staging-1', 'health', 'answers 200 on /health')],
  [78, progress('deploy:staging', 'staging-1', 'healthy', 'healthy', 'ok')],
  [78.1, progress('deploy:staging', 'staging-2', 'drain', 'leaving the target group')],
  [81, progress('deploy:staging', 'staging-2', 'pull', 'pulling sha256:1a2b1a2b1a2b')],
  [85, progress('deploy:staging', 'staging-2', 'start', 'starting shop-web')],
  [87, progress('deploy:staging', 'staging-2', 'health', 'answers 200 on /health')],
  [97, progress('deploy:staging', 'staging-2', 'healthy', 'healthy', 'ok')],
  [
    97.2,
    { type: 'stage.fact', stage: 'deploy:staging', name: 'url', value: 'https://staging.shop.example.com/' },
  ],
  [97.4, { type: 'stage.end', stage: 'deploy:staging', status: 'ok', seconds: 39.8 }],
  [
    97.6,
    { type: 'run.end', status: 'ok', seconds: 97.6, exitCode: 0, summary: '1.4.0 is healthy in staging' },
  ],
]);

export const rolledBackError: ErrorRecord = {
  code: 'DEPLOY_ROLLED_BACK',
  category: 'service',
  message: 'staging-2 never became healthy: /health answered 500 for 2m; both hosts run 1.3.2 again',
  where: 'staging-2 http://10.20.1.12:80/health',
  evidence: [
    'GET /health → 500 Internal Server Error',
    'shop-web | [2026-11-08 12:01:27 +0000] [7] [ERROR] Exception on /health [GET]',
    'shop-web |   File "/app/shop/health.py", line 12, in health',
    'shop-web |     db.execute("select 1 from carts_v2")',
    'shop-web | sqlalchemy.exc.ProgrammingError: relation "carts_v2" does not exist',
  ],
  next: 'Run the migration (node runner provision --env staging --only migrate), then node runner deploy --env staging --release 1.4.0',
  exitCode: 3,
};

/** The second host never gets healthy; both go back. */
export const rolledBackRun = atTimes([
  ...untilDeploy,
  [68, progress('deploy:staging', 'staging-1', 'health', 'answers 200 on /health')],
  [78, progress('deploy:staging', 'staging-1', 'healthy', 'healthy', 'ok')],
  [78.1, progress('deploy:staging', 'staging-2', 'drain', 'leaving the target group')],
  [81, progress('deploy:staging', 'staging-2', 'pull', 'pulling sha256:1a2b1a2b1a2b')],
  [85, progress('deploy:staging', 'staging-2', 'start', 'starting shop-web')],
  [87, progress('deploy:staging', 'staging-2', 'health', '/health answers 500')],
  [
    88,
    {
      type: 'stage.output',
      stage: 'deploy:staging',
      source: 'staging-2',
      stream: 'stderr',
      line: 'relation "carts_v2" does not exist',
    },
  ],
  [127, progress('deploy:staging', 'staging-2', 'unhealthy', '/health answered 500 for 40s', 'failed')],
  [128, { type: 'notice', level: 'warning', message: 'Rolling staging back to 1.3.2' }],
  [136, progress('deploy:staging', 'staging-1', 'rollback', 'runs 1.3.2 again', 'rolled-back')],
  [141, progress('deploy:staging', 'staging-2', 'rollback', 'runs 1.3.2 again', 'rolled-back')],
  [
    141.2,
    {
      type: 'stage.end',
      stage: 'deploy:staging',
      status: 'rolled-back',
      seconds: 83.6,
      reason: 'staging-2 never became healthy',
      error: rolledBackError,
    },
  ],
  [
    141.4,
    {
      type: 'run.end',
      status: 'rolled-back',
      seconds: 141.4,
      exitCode: 3,
      error: rolledBackError,
      summary: 'staging runs 1.3.2, as before',
    },
  ],
]);

const interruptedError: ErrorRecord = {
  code: 'INTERRUPTED',
  category: 'interrupted',
  message: 'interrupted by SIGTERM; staging-1 runs 1.3.2 again',
  interruption: { signal: 'SIGTERM', outcome: 'staging-1 runs 1.3.2 again' },
  next: 'node runner deploy --env staging',
  exitCode: 130,
};

/** Jenkins' stop button in the middle of the deploy. */
export const interruptedRun = atTimes([
  ...untilDeploy,
  [69, progress('deploy:staging', 'staging-1', 'rollback', 'runs 1.3.2 again', 'rolled-back')],
  [
    71,
    {
      type: 'stage.end',
      stage: 'deploy:staging',
      status: 'interrupted',
      seconds: 13.4,
      reason: 'interrupted by SIGTERM',
      error: interruptedError,
    },
  ],
  [71.2, { type: 'run.end', status: 'interrupted', seconds: 71.2, exitCode: 130, error: interruptedError }],
]);

const SWITCH = 'deploy:production';

const traffic = (blue: number, green: number, isBegun = true): EventBody => ({
  type: 'stage.traffic',
  stage: SWITCH,
  subject: 'web',
  weights: { blue, green },
  versions: { blue: '1.3.2', ...(isBegun ? { green: '1.4.0' } : {}) },
});

const check = (
  name: string,
  seconds: number,
  evidence: readonly string[],
  status: 'ok' | 'failed' = 'ok',
): EventBody => ({ type: 'stage.check', stage: SWITCH, subject: 'web', name, status, seconds, evidence });

/** A switch between two colours up to its first step, which takes 72 seconds. */
const untilShift: readonly Timed[] = [
  [
    0,
    {
      type: 'run.start',
      command: 'deploy',
      application: 'shop',
      environment: 'production',
      branch: 'main',
      commit: '8f3c2a91d04be67f5a1c9e2b7d6045f8a3b1c2d4',
      who: 'Jane Doe',
      stages: [{ id: SWITCH, title: 'Deploy to production', needs: [], kind: 'deploy' }],
    },
  ],
  [0.2, { type: 'stage.start', stage: SWITCH, title: 'Deploy to production', environment: 'production' }],
  [0.4, { type: 'stage.fact', stage: SWITCH, name: 'version', value: '1.3.2 → 1.4.0' }],
  [1, traffic(100, 0)],
  [2, progress(SWITCH, 'web', 'update', 'blue is live, so green gets 1.4.0')],
  [3, progress(SWITCH, 'web', 'register', 'registered shop-web:42')],
  [9, progress(SWITCH, 'web', 'tasks', '2/4 tasks running')],
  [26, progress(SWITCH, 'web', 'health', '4/4 healthy')],
  [40, progress(SWITCH, 'web', 'check smoke', './smoke --url http://green.shop.internal')],
  [40, progress(SWITCH, 'web', 'check cart', './manage check cart (task 1a2b3c4d)')],
  [58, check('smoke', 18.2, ['GET / → 200 in 41 ms', 'GET /cart → 200 in 77 ms', '12 of 12 passed'])],
];

/** A deploy by colours in steps of 10, 50 and 100 percent, checked before and after. */
export const switchedRun = atTimes([
  ...untilShift,
  [70, check('cart', 30, ['carts: 1204 rows, all readable'])],
  [72, traffic(90, 10)],
  [72.1, progress(SWITCH, 'web', 'traffic', 'watched for 1m')],
  [132, traffic(50, 50)],
  [132.1, progress(SWITCH, 'web', 'traffic', 'watched for 1m')],
  [192, traffic(0, 100)],
  [192.1, progress(SWITCH, 'web', 'checks', 'watching errors')],
  [252, check('errors', 60, ['5xx per request: 0.02 % (baseline 0.02 %, limit 1 %)'])],
  [253, progress(SWITCH, 'web', 'keep', 'blue keeps running for 30m: a rollback is one change of the rule')],
  [253.4, { type: 'stage.end', stage: SWITCH, status: 'ok', seconds: 253.2 }],
  [
    253.6,
    { type: 'run.end', status: 'ok', seconds: 253.6, exitCode: 0, summary: '1.4.0 is healthy in production' },
  ],
]);

export const checkError: ErrorRecord = {
  code: 'DEPLOY_ROLLED_BACK',
  category: 'service',
  message: 'check errors failed: 4.1 % is above the limit of 1 %; production runs 1.3.2 again',
  where: 'checks.errors of target web, environment production',
  evidence: ['5xx per request: 4.1 % (baseline 0.02 %, limit 1 %)', '12:02:00  4.1 %'],
  next: 'Fix the cause and deploy again: node runner deploy --env production',
  exitCode: 3,
};

/** A check of the numbers fails at half of the requests: they all go back. */
export const checkFailedRun = atTimes([
  ...untilShift,
  [70, check('cart', 30, ['carts: 1204 rows, all readable'])],
  [72, traffic(90, 10)],
  [72.1, progress(SWITCH, 'web', 'traffic', 'watched for 1m')],
  [132, traffic(50, 50)],
  [132.1, progress(SWITCH, 'web', 'checks', 'watching errors')],
  [162, check('errors', 30, checkError.evidence ?? [], 'failed')],
  [162.2, { type: 'notice', level: 'warning', message: 'Rolling production back to 1.3.2' }],
  [163, traffic(100, 0, false)],
  [163.1, progress(SWITCH, 'web', 'rollback', 'blue is live again', 'rolled-back')],
  [
    170,
    {
      type: 'stage.end',
      stage: SWITCH,
      status: 'rolled-back',
      seconds: 169.8,
      reason: 'check errors failed',
      error: checkError,
    },
  ],
  [
    170.2,
    {
      type: 'run.end',
      status: 'rolled-back',
      seconds: 170.2,
      exitCode: 3,
      error: checkError,
      summary: 'production runs 1.3.2, as before',
    },
  ],
]);
