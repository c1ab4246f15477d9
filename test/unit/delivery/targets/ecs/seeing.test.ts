import { expect } from 'chai';
import type { ProbeAnswer } from '../../../../../runner/src/adapters/http/httpProbe.js';
import { balancerAnswers, GROUP } from '../../../../support/balancerAnswers.js';
import { ecsWorld } from '../../../../support/ecsWorld.js';
import { sdkError } from '../../../../support/fakeAws.js';
import { rejection } from '../../../../support/rejection.js';

const course = { runningMs: 500, completedMs: 1000 };
const nobody: ProbeAnswer = { words: 'no answer within 1 s' };
const well: ProbeAnswer = { status: 200, words: '200' };
const ill: ProbeAnswer = { status: 503, words: '503' };
const health = { for: '10s', interval: '1s', timeout: '20s' };

/** A service of two tasks behind a load balancer whose rules send it everything by TLS. */
function balanced(states: (id: string, elapsedMs: number) => string, probe: () => ProbeAnswer) {
  const world = ecsWorld('web', {
    config: { health },
    probe: async () => probe(),
    answers: {
      ...balancerAnswers(
        { Protocol: 'HTTPS', Port: 443 },
        { HealthCheckIntervalSeconds: 30, HealthyThresholdCount: 5, HealthCheckTimeoutSeconds: 5 },
      ),
      'elasticloadbalancing:DescribeTargetHealth': () => ({
        TargetHealthDescriptions: ['10.0.0.1', '10.0.0.2', '10.0.0.9'].map((Id) => ({
          Target: { Id, Port: 8000 },
          TargetHealth: { State: states(Id, world.ecs.passedMs), Description: 'Health checks failed' },
        })),
      }),
    },
  });
  world.ecs.service = {
    loadBalancers: [{ targetGroupArn: GROUP, containerName: 'web', containerPort: 8000 }],
  };
  world.ecs.courses = [course];
  return world;
}

describe('what the verdict on a release rests on: each task', () => {
  const world = (probe: (elapsedMs: number, url: string) => ProbeAnswer) => {
    const made = ecsWorld('web', {
      config: { health },
      probe: async (url) => probe(made.ecs.passedMs, url),
    });
    made.ecs.courses = [course];
    return made;
  };

  it('is answers where there are some, and the record says so', async () => {
    const { target, release, rollout } = world(() => well);
    const record = await target.deploy(release, rollout);
    expect(record.facts?.['proof']).to.equal('2 tasks answer');
  });

  it('is not the silence of tasks that were as silent before: those keep running, which is told', async () => {
    const { target, release, rollout, messages } = world(() => nobody);
    const record = await target.deploy(release, rollout);
    expect(record).to.include({ status: 'healthy' });
    expect(record.facts?.['proof']).to.equal(
      'its tasks kept running for 10.0s; not probed, as nothing answers from here',
    );
    expect(messages.join('\n')).to.contain(
      'the tasks’ own addresses cannot be reached from here: nothing answers, nor did what ran before',
    );
  });

  it('is their end all the same where they crash unseen', async () => {
    const { target, release, rollout, ecs } = world(() => nobody);
    ecs.courses = [{ ...course, crashedMs: 4000 }];
    const failure = await rejection(target.deploy(release, rollout), 'DEPLOY_FAILED');
    expect(failure.message).to.contain('exited with code 3');
  });

  it('is silence where what ran before did answer', async () => {
    const { target, release, rollout } = world((elapsedMs) => (elapsedMs === Infinity ? ill : nobody));
    const failure = await rejection(target.deploy(release, rollout), 'DEPLOY_FAILED');
    expect(failure.message).to.contain('not healthy within 20 s').and.to.contain('no answer within 1 s');
  });

  it('is what they answer as soon as they do, though nothing answered before', async () => {
    const { target, release, rollout } = world((elapsedMs) =>
      elapsedMs > 3000 && elapsedMs < 1e9 ? ill : nobody,
    );
    const failure = await rejection(target.deploy(release, rollout), 'DEPLOY_FAILED');
    expect(failure.message).to.contain('503');
  });

  it('is waited for where nothing ran before that could have answered', async () => {
    const slow = world((elapsedMs) => (elapsedMs > 15_000 ? well : nobody));
    const list = slow.ecs.listTasks.bind(slow.ecs);
    slow.ecs.listTasks = async (desired, signal) =>
      slow.ecs.passedMs === Infinity ? [] : list(desired, signal);
    const record = await slow.target.deploy(slow.release, slow.rollout);
    expect(record.facts?.['proof']).to.equal('2 tasks answer');
  });

  it('is no answer of a proxy that does not get through', async () => {
    const { target, release, rollout } = world(() => ({ ...ill, isProxys: true }));
    expect(await target.deploy(release, rollout)).to.include({ status: 'healthy' });
  });
});

describe('what the verdict on a release rests on: its target groups', () => {
  it('is the health of its own targets beside the answers of its URL', async () => {
    const { target, release, rollout } = balanced(
      (id) => (id === '10.0.0.9' ? 'draining' : 'healthy'),
      () => well,
    );
    const record = await target.deploy(release, rollout);
    expect(record.facts).to.include({
      proof: 'its URL answers, 2/2 targets healthy',
      url: 'https://shop.elb.amazonaws.com/',
    });
  });

  it('is that alone where no way leads there from here', async () => {
    const { target, release, rollout } = balanced(
      () => 'healthy',
      () => nobody,
    );
    const record = await target.deploy(release, rollout);
    expect(record.facts?.['proof']).to.equal('2/2 targets healthy; not probed, as nothing answers from here');
  });

  it('is waited for as long as its health check takes, though health.timeout is shorter', async () => {
    const { target, release, rollout, ecs } = balanced(
      (_, elapsedMs) => (elapsedMs < 150_000 ? 'initial' : 'healthy'),
      () => nobody,
    );
    expect(await target.deploy(release, rollout)).to.include({ status: 'healthy' });
    expect(ecs.passedMs).to.be.within(150_000, 180_000);
  });

  it('fails where they stay ill, with what the load balancer says', async () => {
    const { target, release, rollout } = balanced(
      () => 'unhealthy',
      () => nobody,
    );
    const failure = await rejection(target.deploy(release, rollout), 'DEPLOY_FAILED');
    expect(failure.message)
      .to.contain('0/2 targets healthy (10.0.0.1:8000 unhealthy: Health checks failed)')
      .and.to.contain('within 155 s');
  });

  it('fails where one gets ill within the bake window, though the URL answers', async () => {
    const { target, release, rollout } = balanced(
      (id, elapsedMs) => (id === '10.0.0.2' && elapsedMs > 4000 ? 'unhealthy' : 'healthy'),
      () => well,
    );
    const failure = await rejection(target.deploy(release, rollout), 'DEPLOY_FAILED');
    expect(failure.message).to.contain('1/2 targets healthy');
  });

  it('is found by machine and port where instances are targets', async () => {
    const { target, release, rollout, ecs, aws } = ecsWorld('worker', {
      config: { health },
      answers: {
        'elasticloadbalancing:DescribeTargetGroups': () => ({
          TargetGroups: [
            {
              TargetGroupArn: GROUP,
              TargetGroupName: 'shop',
              TargetType: 'instance',
              LoadBalancerArns: ['b'],
            },
          ],
        }),
        'elasticloadbalancing:DescribeLoadBalancers': () => ({ LoadBalancers: [] }),
        'elasticloadbalancing:DescribeListeners': () => ({ Listeners: [] }),
        'ecs:DescribeContainerInstances': ({ containerInstances }) => ({
          containerInstances: (containerInstances as string[]).map((containerInstanceArn) => ({
            containerInstanceArn,
            ec2InstanceId: `i-${containerInstanceArn.split('/').at(-1)}`,
          })),
        }),
        'elasticloadbalancing:DescribeTargetHealth': () => ({
          TargetHealthDescriptions: ['i-new-1', 'i-new-2'].map((Id) => ({
            Target: { Id, Port: 32768 },
            TargetHealth: { State: 'healthy' },
          })),
        }),
      },
    });
    ecs.courses = [course];
    ecs.service = { loadBalancers: [{ targetGroupArn: GROUP, containerName: 'web', containerPort: 8000 }] };
    const describe = ecs.describeTasks.bind(ecs);
    ecs.describeTasks = async (arns, signal) =>
      (await describe(arns, signal)).map((task) => ({
        ...task,
        attachments: [],
        containerInstanceArn: `arn:machine/${task.taskArn?.split('/').at(-1)}`,
        containers: [{ name: 'web', networkBindings: [{ containerPort: 8000, hostPort: 32_768 }] }],
      }));
    const record = await target.deploy(release, rollout);
    expect(record.facts?.['proof']).to.equal('2/2 targets healthy');
    expect(aws.asked.map(({ action }) => action)).to.include('ecs:DescribeContainerInstances');
  });

  it('is left out, and said to be, where AWS does not tell of it: a right that is missing fails no release', async () => {
    const { target, release, rollout, aws, messages } = balanced(
      () => 'healthy',
      () => well,
    );
    const call = aws.call;
    Object.assign(aws, {
      call: async (client: never, command: never, what: { action: string }) => {
        if (what.action.endsWith('DescribeTargetHealth')) {
          const { awsError } = await import('../../../../../runner/src/adapters/aws/awsErrors.js');
          throw awsError(sdkError('AccessDenied', 'not authorized', 403), what);
        }
        return call(client, command, what);
      },
    });
    const record = await target.deploy(release, rollout);
    expect(record.facts?.['proof']).to.equal('its URL answers');
    expect(messages.join('\n')).to.contain('the health of the targets is unknown');
  });
});
