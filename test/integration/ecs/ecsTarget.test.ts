import { expect } from 'chai';
import { systemClock } from '../../../runner/src/adapters/process/clock.js';
import { createAwsClients, type AwsClients } from '../../../runner/src/adapters/aws/clients.js';
import type { EcsServiceConfig } from '../../../runner/src/delivery/targets/ecs/schema.js';
import { StackError } from '../../../runner/src/base/errors.js';
import { SecretRegistry } from '../../../runner/src/secrets/redact.js';
import { EcsTarget } from '../../../runner/src/delivery/targets/ecs/ecsTarget.js';
import type { Rollout } from '../../../runner/src/context/target.js';
import { AwsProxy } from '../../support/awsProxy.js';
import { apps, EcsFixture } from '../../support/ecsFixture.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

const health = { path: '/health', for: 1500, interval: 300, timeout: 4000 };

interface Deploying {
  readonly target: EcsTarget;
  readonly aws: AwsClients;
  readonly rollout: Rollout;
}

function deploying(
  fixture: EcsFixture,
  over: { environment?: object; endpoint?: string; signal?: AbortSignal } = {},
): Deploying {
  const env = { ...fixture.env, AWS_ENDPOINT_URL: over.endpoint ?? fixture.endpoint };
  const aws = createAwsClients({ env, secrets: new SecretRegistry() });
  const target = new EcsTarget({
    name: 'web',
    aws,
    clock: systemClock,
    environmentName: 'staging',
    registry: () => fixture.registry,
    balancersAt: fixture.env['AUTOMATION_STACK_LOAD_BALANCERS'],
    config: {
      kind: 'ecs-service',
      cluster: fixture.cluster,
      service: fixture.service,
      image: 'web',
      strategy: { kind: 'rolling' },
      environment: over.environment ?? {},
      health,
      timeout: 60_000,
    } as EcsServiceConfig,
  });
  const signal = over.signal ?? new AbortController().signal;
  return {
    target,
    aws,
    rollout: { stage: stageOf('deploy:staging'), signal, journal: async () => undefined },
  };
}

describe('an ECS service on the emulator', function () {
  this.timeout(60_000);
  let fixture: EcsFixture;
  let good: string;

  before(async () => {
    fixture = await EcsFixture.create({ desired: 2 });
    good = await fixture.image(apps.good);
  });
  after(() => fixture.remove());

  it('deploys a changed image until it is stable and healthy, and carries the rest of the revision over', async () => {
    const { target, rollout } = deploying(fixture);
    const record = await target.deploy(fixture.release(good), rollout);
    expect(record).to.include({ kind: 'ecs-service', status: 'healthy', digest: good });
    const { image, environment, logConfiguration } = await fixture.container();
    expect(image).to.equal(`${fixture.registry}/${fixture.repository}@${good}`);
    expect(environment).to.deep.equal([{ name: 'COLOR', value: 'blue' }]);
    expect(logConfiguration?.options?.['awslogs-group']).to.equal(fixture.logGroup);
    const service = await fixture.describe();
    expect(service).to.include({ runningCount: 2, desiredCount: 2 });
    expect(service.deployments).to.have.length(1);
  });

  it('sees in two calls that nothing changed', async () => {
    const { target, aws, rollout } = deploying(fixture);
    const { digest } = await target.snapshot();
    expect(await target.deploy(fixture.release(String(digest)), rollout)).to.include({ status: 'unchanged' });
    expect(aws.calls.total).to.equal(2);
  });

  it('deploys where only a variable changed, and keeps the image', async () => {
    const { target, rollout } = deploying(fixture, { environment: { COLOR: 'green', LEVEL: 'debug' } });
    expect(await target.deploy(fixture.release(good), rollout)).to.include({ status: 'healthy' });
    const { image, environment } = await fixture.container();
    expect(image).to.contain(good);
    expect(environment).to.deep.equal([
      { name: 'COLOR', value: 'green' },
      { name: 'LEVEL', value: 'debug' },
    ]);
  });

  it('tells the exit code and last words of an image that crashes at once, and goes back', async () => {
    const { target, rollout } = deploying(fixture);
    const before = await target.snapshot();
    const release = fixture.release(await fixture.image(apps.crashing));
    const failure = await rejection(target.deploy(release, rollout), 'DEPLOY_FAILED');
    expect(failure.message).to.match(/^container web exited with code 3/);
    expect(failure.evidence).to.include('DATABASE_URL is not set');
    expect(await target.restore(before, rollout)).to.include({
      status: 'rolled-back',
      digest: before['digest'],
    });
    expect(await target.status()).to.include({
      healthy: true,
      digest: before['digest'],
      summary: '2/2 tasks',
    });
  });

  it('finds an image that crashes after the platform has called it completed', async () => {
    const { target, rollout } = deploying(fixture);
    const before = await target.snapshot();
    const release = fixture.release(await fixture.image(apps.crashingLater));
    const failure = await rejection(target.deploy(release, rollout), 'DEPLOY_FAILED');
    expect(failure.message).to.match(/^container web exited with code 7/);
    expect(failure.evidence).to.include('lost the database');
    await target.restore(before, rollout);
  });

  it('finds an image that runs but never gets healthy, and shows what it said', async () => {
    const { target, rollout } = deploying(fixture);
    const before = await target.snapshot();
    const release = fixture.release(await fixture.image(apps.unhealthy));
    const failure = await rejection(target.deploy(release, rollout), 'DEPLOY_FAILED');
    expect(failure.message).to.match(/^not healthy within 4 s \(health\.timeout\): .*: 404/);
    expect(failure.evidence).to.include('cannot open the store');
    await target.restore(before, rollout);
    expect(await target.status()).to.include({ healthy: true, digest: before['digest'] });
  });

  it('says so when someone else deploys meanwhile, and leaves theirs alone', async () => {
    const { target, rollout } = deploying(fixture);
    const before = await target.snapshot();
    const theirs = await fixture.register(good);
    const deployed = rejection(
      target.deploy(fixture.release(await fixture.image(apps.good)), rollout),
      'DEPLOY_OVERTAKEN',
    );
    while ((await fixture.describe()).taskDefinition === before['taskDefinition'])
      await systemClock.sleep(50);
    await fixture.update(theirs);
    expect((await deployed).message).to.match(/^someone else deployed /);
    await rejection(target.restore(before, rollout), 'DEPLOY_OVERTAKEN');
    expect((await fixture.describe()).taskDefinition).to.equal(theirs);
  });

  it('ends its waits at once when it is interrupted, and can be undone then', async () => {
    const controller = new AbortController();
    const { target, rollout } = deploying(fixture, { signal: controller.signal });
    const before = await target.snapshot();
    const release = fixture.release(await fixture.image(apps.good));
    const reason = new StackError('INTERRUPTED', 'stopped by SIGINT');
    const deployed = rejection(target.deploy(release, rollout), 'INTERRUPTED');
    while ((await fixture.describe()).taskDefinition === before['taskDefinition'])
      await systemClock.sleep(50);
    controller.abort(reason);
    expect(await deployed).to.equal(reason);
    const fresh = { ...rollout, signal: new AbortController().signal };
    await target.restore(before, fresh);
    expect((await fixture.describe()).taskDefinition).to.equal(before['taskDefinition']);
  });

  it('survives throttling of every kind of call', async () => {
    const proxy = await AwsProxy.start(fixture.endpoint);
    try {
      for (const action of ['DescribeServices', 'RegisterTaskDefinition', 'UpdateService', 'ListTasks']) {
        proxy.throttle(new RegExp(`ECS.${action}`), 4);
      }
      proxy.fail(/ECS.DescribeTaskDefinition/, 1, 'reset');
      const { target, rollout } = deploying(fixture, { endpoint: proxy.url });
      const release = fixture.release(await fixture.image(apps.good));
      expect(await target.deploy(release, rollout)).to.include({ status: 'healthy' });
      expect(proxy.calls.filter((call) => call.injected)).to.have.length(17);
    } finally {
      await proxy.stop();
    }
  });

  it('waits out a silence of AWS in the bake window and while it goes back', async () => {
    const proxy = await AwsProxy.start(fixture.endpoint);
    const silence = async (after: RegExp, kind: 'reset' | 'error') => {
      while (!proxy.calls.some(({ action }) => after.test(action))) await systemClock.sleep(50);
      proxy.outage(/./, kind);
      await systemClock.sleep(8000);
      proxy.recover();
    };
    try {
      const { target, rollout } = deploying(fixture, { endpoint: proxy.url });
      const before = await target.snapshot();
      const release = fixture.release(await fixture.image(apps.good));
      proxy.clear();
      const [record] = await Promise.all([
        target.deploy(release, rollout),
        silence(/ECS.UpdateService/, 'reset'),
      ]);
      expect(record).to.include({ status: 'healthy' });
      proxy.clear();
      const [back] = await Promise.all([
        target.restore(before, rollout),
        silence(/ECS.DescribeServices/, 'error'),
      ]);
      expect(back).to.include({ status: 'rolled-back' });
      expect((await fixture.describe()).taskDefinition).to.equal(before['taskDefinition']);
    } finally {
      await proxy.stop();
    }
  });

  it('is moved but unproven at 0 tasks, which status does not call healthy', async () => {
    const { target, rollout } = deploying(fixture);
    const before = await target.snapshot();
    await fixture.scale(0);
    const release = fixture.release(await fixture.image(apps.good));
    const record = await deploying(fixture).target.deploy(release, rollout);
    expect(record).to.include({ status: 'unproven' });
    expect((await target.status()).healthy).to.equal(false);
    expect((await fixture.describe()).taskDefinition).not.to.equal(before['taskDefinition']);
    await fixture.scale(2);
    expect(await deploying(fixture).target.deploy(release, rollout)).to.include({ status: 'unchanged' });
  });

  it('says what to do where there is no such service or cluster', async () => {
    const { aws } = deploying(fixture);
    const { createEcsApi } = await import('../../../runner/src/adapters/aws/ecs.js');
    const scope = { cluster: fixture.cluster, service: 'nobody', environment: 'staging' };
    const failure = await rejection(createEcsApi(aws, scope).describeService(), 'CONFIG_INVALID');
    expect(failure.message).to.equal(`there is no service nobody in cluster ${fixture.cluster}`);
    const elsewhere = createEcsApi(aws, { ...scope, cluster: 'no-such-cluster' });
    const noCluster = await rejection(elsewhere.describeService(), 'CONFIG_INVALID');
    expect(noCluster.message).to.equal('there is no ECS cluster no-such-cluster in eu-west-1');
  });
});

describe('an ECS service without a circuit breaker', function () {
  this.timeout(60_000);
  let fixture: EcsFixture;
  before(async () => (fixture = await EcsFixture.create({ breaker: 'off' })));
  after(() => fixture.remove());

  it('is found crashing and brought back, though the platform would go on for ever', async () => {
    const { target, rollout } = deploying(fixture);
    const before = await target.snapshot();
    const release = fixture.release(await fixture.image(apps.crashing));
    expect((await rejection(target.deploy(release, rollout), 'DEPLOY_FAILED')).message).to.match(/code 3/);
    expect(await target.restore(before, rollout)).to.include({ status: 'rolled-back' });
    expect(await target.status()).to.include({ healthy: true, summary: '1/1 tasks' });
  });
});

describe('an ECS service behind a load balancer, whose circuit breaker stops without going back', function () {
  this.timeout(60_000);
  let fixture: EcsFixture;
  before(async () => (fixture = await EcsFixture.create({ breaker: 'stop', balanced: true })));
  after(() => fixture.remove());

  it('is brought back, and can be deployed to again though the failed deployment stays listed', async () => {
    const { target, rollout } = deploying(fixture);
    const before = await target.snapshot();
    const release = fixture.release(await fixture.image(apps.crashing));
    await rejection(target.deploy(release, rollout), 'DEPLOY_FAILED');
    await target.restore(before, rollout);
    const good = await fixture.image(apps.good);
    const record = await target.deploy(fixture.release(good), rollout);
    expect(record).to.include({ status: 'healthy', digest: good });
    expect(record.facts).to.include({
      url: `${fixture.endpoint}/_alb/${fixture.service}/health`,
      proof: 'its URL answers, 1/1 targets healthy',
    });
  });
});
