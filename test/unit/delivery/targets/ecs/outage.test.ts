import { expect } from 'chai';
import type { AwsCall } from '../../../../../runner/src/adapters/aws/call.js';
import { awsError } from '../../../../../runner/src/adapters/aws/awsErrors.js';
import { withPatience } from '../../../../../runner/src/adapters/aws/awsPatience.js';
import { StackError } from '../../../../../runner/src/base/errors.js';
import { Patience } from '../../../../../runner/src/base/patience.js';
import type { ReleaseRecord } from '../../../../../runner/src/domain/records.js';
import { ecsWorld } from '../../../../support/ecsWorld.js';
import { sdkError } from '../../../../support/fakeAws.js';
import { rejection } from '../../../../support/rejection.js';

const KINDS: Readonly<Record<string, () => Error>> = {
  'connections torn': () => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }),
  'nobody listening': () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
  'no answer in time': () => Object.assign(new Error('timed out'), { name: 'TimeoutError' }),
  throttling: () => sdkError('ThrottlingException', 'Rate exceeded'),
  'failures of its own': () => sdkError('ServerException', 'Service unavailable', 500),
};

/** A world whose AWS fails for a time, from a call on that is counted from 1. */
function world(
  kind: 'web' | 'worker',
  outage: { from: number; ms: number; failure: () => Error },
  more = {},
) {
  const told: string[] = [];
  let made = 0;
  let untilMs: number | undefined;
  let patience: Patience | undefined;
  const place = ecsWorld(kind, {
    ...more,
    around(aws, clock) {
      patience = new Patience({ clock, tell: (message) => void told.push(message) });
      const failing: AwsCall = async (client, command, what) => {
        made += 1;
        if (made === outage.from) untilMs ??= clock.now().getTime() + outage.ms;
        if (untilMs !== undefined && clock.now().getTime() < untilMs) throw awsError(outage.failure(), what);
        return aws.call(client, command, what);
      };
      return { ...aws, call: withPatience(failing, patience.partner('AWS')) };
    },
  });
  return { ...place, told, made: () => made, patience: patience as Patience };
}

const never = { from: 0, ms: 0, failure: () => new Error() };
const courses = [{ runningMs: 1000, completedMs: 2000 }];

describe('an outage of AWS for 20 s', function () {
  // Many deploys on a clock of our own: it is computing time alone.
  this.timeout(120_000);
  const run = async (
    kind: 'web' | 'worker',
    from: number,
    failure = KINDS['connections torn'] as () => Error,
  ) => {
    const place = world(kind, { from, ms: 20_000, failure });
    place.ecs.courses = [...courses];
    const before = await place.target.snapshot();
    const deployed = await place.target.deploy(place.release, place.rollout);
    place.patience.insist();
    const restored = await place.target.restore(before, place.rollout);
    return { place, results: [deployed.status, restored.status] };
  };

  for (const kind of ['web', 'worker'] as const) {
    it(`is waited out at each call of a deploy and of its undoing (${kind})`, async () => {
      const calls = (await run(kind, 0)).place.made();
      expect(calls).to.be.above(12);
      for (let from = 2; from <= calls; from += 1) {
        const { place, results } = await run(kind, from);
        // What runs side by side may need a call less.
        if (place.made() < from) continue;
        expect(results, `from call ${from} on`).to.deep.equal(['healthy', 'rolled-back']);
        expect(place.ecs.runs).to.equal('web:1');
        expect(place.told[0]).to.match(/^AWS does not answer; waiting up to 120 s \(.+\)$/);
        expect(place.told.at(-1)).to.match(/^AWS answers again, after [12]\d s$/);
      }
    });
  }

  for (const [name, failure] of Object.entries(KINDS)) {
    it(`is waited out whatever it looks like: ${name}`, async () => {
      for (const from of [6, 8]) {
        const { place, results } = await run('web', from, failure);
        expect(results).to.deep.equal(['healthy', 'rolled-back']);
        expect(place.told).to.have.length(2);
      }
    });
  }

  it('does not hide why a release fails, nor become the reason itself', async () => {
    const fail = async (from: number) => {
      const place = world('web', { from, ms: 20_000, failure: KINDS['connections torn'] as () => Error });
      place.ecs.courses = [{ crashedMs: 500 }];
      const failure = await rejection(place.target.deploy(place.release, place.rollout), 'DEPLOY_FAILED');
      return { failure, calls: place.made() };
    };
    const { calls } = await fail(0);
    for (let from = 2; from <= calls; from += 1) {
      const { failure } = await fail(from);
      expect(failure.message, `from call ${from} on`).to.contain('container web exited with code 3');
    }
  });

  it('costs a migration nothing', async () => {
    const tasks: { taskArn: string; startedBy: unknown; atMs: number }[] = [];
    const started: unknown[] = [];
    const migrate = async (from: number) => {
      tasks.length = 0;
      started.length = 0;
      const place: ReturnType<typeof world> = world(
        'worker',
        { from, ms: 20_000, failure: KINDS['connections torn'] as () => Error },
        {
          config: { migrate: { command: './migrate' } },
          answers: {
            'logs:GetLogEvents': () => ({ events: [] }),
            'ecs:RunTask': ({ startedBy, clientToken }: Record<string, unknown>) => {
              started.push(clientToken);
              const task = { taskArn: 'arn:task/migration', startedBy, atMs: place.clock.now().getTime() };
              tasks.push(task);
              return { tasks: [task] };
            },
            'ecs:StopTask': () => ({}),
            'ecs:ListTasks': async ({ family, desiredStatus }: Record<string, unknown>) =>
              family === undefined
                ? { taskArns: await place.ecs.listTasks(desiredStatus as 'RUNNING') }
                : { taskArns: [] },
            'ecs:DescribeTasks': async ({ tasks: arns }: Record<string, unknown>) => {
              const [asked] = arns as string[];
              if (asked !== 'arn:task/migration')
                return { tasks: await place.ecs.describeTasks(arns as string[]) };
              const ended = place.clock.now().getTime() - (tasks[0]?.atMs ?? 0) >= 3000;
              const lastStatus = ended ? 'STOPPED' : 'RUNNING';
              const containers = [{ name: 'web', lastStatus, ...(ended ? { exitCode: 0 } : {}) }];
              return { tasks: [{ taskArn: asked, lastStatus, desiredStatus: lastStatus, containers }] };
            },
          },
        },
      );
      place.ecs.courses = [...courses];
      const { status } = await place.target.deploy(place.release, place.rollout);
      return { status, calls: place.made() };
    };
    const { calls } = await migrate(0);
    for (let from = 2; from <= calls; from += 1) {
      expect((await migrate(from)).status, `from call ${from} on`).to.equal('healthy');
      expect(new Set(started)).to.have.length(1);
    }
  });
});

describe('an outage of AWS', function () {
  this.timeout(120_000);
  const torn = KINDS['connections torn'] as () => Error;
  const deploy = (place: ReturnType<typeof world>, release: ReleaseRecord = place.release) =>
    place.target.deploy(release, place.rollout);

  it('of more than two minutes ends a deploy, and says what AWS was asked', async () => {
    const place = world('web', { from: 7, ms: 600_000, failure: torn });
    const startMs = place.clock.now().getTime();
    const failure = await rejection(deploy(place), 'AWS_UNREACHABLE');
    expect(failure.message).to.match(/^ecs:/);
    expect(place.clock.now().getTime() - startMs).to.be.within(120_000, 130_000);
  });

  it('of three minutes ends a deploy, but not its undoing, which waits anew', async () => {
    const place = world('web', { from: 7, ms: 180_000, failure: torn });
    place.ecs.courses = [...courses];
    const before = await place.target.snapshot();
    await rejection(deploy(place), 'AWS_UNREACHABLE');
    place.patience.insist();
    const { status } = await place.target.restore(before, place.rollout);
    expect(status).to.equal('rolled-back');
    expect(place.ecs.runs).to.equal('web:1');
  });

  it('ends at once when the deploy is interrupted', async () => {
    const place = world('web', { from: 7, ms: 600_000, failure: torn });
    const interrupted = new StackError('INTERRUPTED', 'stopped by SIGINT');
    const startMs = place.clock.now().getTime();
    const deploying = rejection(deploy(place), 'INTERRUPTED');
    while (place.told.length === 0) await place.clock.sleep(100);
    place.controller.abort(interrupted);
    expect(await deploying).to.equal(interrupted);
    expect(place.clock.now().getTime() - startMs).to.be.below(10_000);
  });

  it('is no outage where nobody ever listened there: that is told at once', async () => {
    const place = world('web', { from: 1, ms: 600_000, failure: KINDS['nobody listening'] as () => Error });
    await rejection(place.target.snapshot(), 'AWS_UNREACHABLE');
    expect(place.made()).to.equal(1);
    expect(place.told).to.deep.equal([]);
  });

  it('is waited for by an undoing in another process, though nobody ever answered there', async () => {
    const place = world('worker', { from: 1, ms: 20_000, failure: KINDS['nobody listening'] as () => Error });
    place.patience.insist();
    const { status } = await place.target.restore(
      { kind: 'ecs-service', taskDefinition: 'arn:aws:ecs:eu-west-1:111111111111:task-definition/web:1' },
      place.rollout,
    );
    expect(status).to.equal('rolled-back');
  });

  it('is told from a refusal, which is not repeated', async () => {
    const place = world('web', {
      from: 2,
      ms: 20_000,
      failure: () => sdkError('AccessDeniedException', 'no', 400),
    });
    await rejection(place.target.snapshot(), 'AWS_ACCESS_DENIED');
    expect(place.made()).to.equal(2);
  });

  it('needs eight calls where there is none, bake window included', async () => {
    const place = world('web', never);
    place.ecs.courses = [...courses];
    await place.target.snapshot();
    await place.target.deploy(place.release, place.rollout);
    expect(place.made()).to.equal(8);
  });
});
