import { expect } from 'chai';
import { createAwsClients } from '../../../../../../runner/src/adapters/aws/clients.js';
import type { Service, TaskDefinition } from '../../../../../../runner/src/adapters/aws/ecs.js';
import { ecsServiceSchema } from '../../../../../../runner/src/delivery/targets/ecs/schema.js';
import { fargateShares } from '../../../../../../runner/src/delivery/targets/ecs/verify/fargate.js';
import { addedVcpus } from '../../../../../../runner/src/delivery/targets/ecs/verify/quotaCheck.js';
import { verifyQuota } from '../../../../../../runner/src/delivery/targets/ecs/verify/verifyQuota.js';
import { SecretRegistry } from '../../../../../../runner/src/secrets/redact.js';
import { AwsProxy } from '../../../../../support/awsProxy.js';
import { denying, quotas } from '../../../../../support/aws/simulator.js';
import { rejection } from '../../../../../support/rejection.js';

const task = (cpu: string): TaskDefinition => ({ cpu, requiresCompatibilities: ['FARGATE'] });
const rolling = (desiredCount: number, maximumPercent = 200, minimumHealthyPercent = 100): Service => ({
  desiredCount,
  runningCount: desiredCount,
  launchType: 'FARGATE',
  deploymentConfiguration: { maximumPercent, minimumHealthyPercent },
});
const strategyOf = (strategy: unknown) =>
  ecsServiceSchema.parse({ kind: 'ecs-service', cluster: 'main', service: 'web', image: 'web', strategy })
    .strategy;
const balancing = { 'alternate-target-group': 'arn:green', 'production-rule': 'arn:rule', role: 'arn:role' };
const added = (service: Service, now: string, next: string, strategy: unknown = 'rolling') =>
  addedVcpus(service, strategyOf(strategy), task(now), task(next));

describe('verify: vCPUs that a deploy adds', () => {
  for (const [name, found, expected] of [
    ['rolling: as many tasks again', added(rolling(4), '512', '512'), { most: 2, least: 0.5 }],
    [
      'rolling: up to the maximum percent, rounded down',
      added(rolling(3, 150), '1024', '1024'),
      { most: 1, least: 1 },
    ],
    ['rolling: old tasks stop first', added(rolling(4, 100, 50), '1024', '1024'), { most: 0, least: 0 }],
    ['rolling: larger tasks', added(rolling(2), '256', '1 vCPU'), { most: 2, least: 1.5 }],
    ['rolling: smaller tasks', added(rolling(2), '1024', '256'), { most: 0.5, least: 0.25 }],
    ['rolling: none is wanted', added(rolling(0), '1024', '1024'), { most: 0, least: 0 }],
    [
      'blue-green: all of them, whatever the percents are',
      added(rolling(4, 100, 50), '1024', '2048', { kind: 'blue-green', ...balancing }),
      { most: 8, least: 8 },
    ],
    [
      'switch: all of them',
      added(rolling(4), '256', '256', { kind: 'switch', rule: 'arn:rule' }),
      { most: 1, least: 1 },
    ],
  ] as const) {
    it(name, () => expect(found).to.deep.equal(expected));
  }
});

describe('verify: where tasks run', () => {
  const providers = (...of: [string, number, number?][]): Service => ({
    capacityProviderStrategy: of.map(([capacityProvider, weight, base = 0]) => ({
      capacityProvider,
      weight,
      base,
    })),
  });
  for (const [name, service, expected] of [
    ['Fargate', { launchType: 'FARGATE' as const }, [{ kind: 'on-demand', share: 1 }]],
    ['machines, though the definition fits Fargate', { launchType: 'EC2' as const }, []],
    ['machines of a provider', providers(['machines', 1]), []],
    ['Spot', providers(['FARGATE_SPOT', 1]), [{ kind: 'spot', share: 1 }]],
    [
      'both, by weight',
      providers(['FARGATE', 1, 2], ['FARGATE_SPOT', 3]),
      [
        { kind: 'on-demand', share: 0.25 },
        { kind: 'spot', share: 0.75 },
      ],
    ],
    [
      'where the base is, without weights',
      providers(['FARGATE', 0, 2], ['FARGATE_SPOT', 0]),
      [{ kind: 'on-demand', share: 1 }],
    ],
  ] as const) {
    it(name, () => expect(fargateShares(service, task('256'))).to.deep.equal(expected));
  }
});

describe('verify: the quota of vCPUs', () => {
  let proxy: AwsProxy;
  before(async () => (proxy = await AwsProxy.start('http://127.0.0.1:1')));
  after(() => proxy.stop());

  const verify = (service: Service, shares = fargateShares(service, task('1024')), cpu = '1024') =>
    verifyQuota(
      {
        aws: createAwsClients({
          region: 'eu-west-1',
          env: { AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 'very-secret', AWS_ENDPOINT_URL: proxy.url },
          secrets: new SecretRegistry(),
        }),
        ...{ service, nowMs: Date.now(), signal: new AbortController().signal },
      },
      shares,
      added(service, '1024', cpu),
    );
  const [ON_DEMAND, SPOT] = ['L-3032A538', 'L-36FBB829'];
  const there = (limit: number, used?: number) =>
    proxy.use(quotas({ applied: { [ON_DEMAND]: limit }, used: { 'Standard/OnDemand': used } }));

  it('leaves room for the deploy', async () => {
    there(30, 12.25);
    expect(await verify(rolling(4))).to.deep.equal({
      status: 'ok',
      found: '12.25 of 30 Fargate on-demand vCPUs run, a deploy adds 4',
    });
  });

  it('leaves room for some of it: ECS goes on by fewer tasks', async () => {
    there(14, 12);
    const { status, found } = await verify(rolling(4));
    expect([status, found]).to.deep.equal([
      'warning',
      '12 of 14 Fargate on-demand vCPUs run, a deploy adds 4: it goes on by fewer tasks at a time',
    ]);
  });

  it('leaves none: how to ask for more', async () => {
    there(12, 12);
    expect(await verify(rolling(4))).to.deep.equal({
      status: 'failed',
      found: '12 of 12 Fargate on-demand vCPUs run, a deploy adds 4',
      next: 'aws service-quotas request-service-quota-increase --region eu-west-1 --service-code fargate --quota-code L-3032A538 --desired-value 16',
    });
  });

  it('is that of AWS where the account has none, and counted as documented where AWS names no metric', async () => {
    proxy.use(quotas({ defaults: { [ON_DEMAND]: 6 }, used: { 'Standard/OnDemand': 5 }, named: false }));
    expect((await verify(rolling(1))).found).to.equal('5 of 6 Fargate on-demand vCPUs run, a deploy adds 1');
  });

  it('has a kind for Spot; the worst of both counts', async () => {
    const mixed: Service = {
      ...rolling(4),
      launchType: undefined,
      capacityProviderStrategy: [
        { capacityProvider: 'FARGATE', weight: 1 },
        { capacityProvider: 'FARGATE_SPOT', weight: 1 },
      ],
    };
    const used = { 'Standard/OnDemand': 2, 'Standard/Spot': 6 };
    proxy.use(quotas({ applied: { [ON_DEMAND]: 6, [SPOT]: 6 }, used }));
    const found = await verify(mixed);
    expect(found.status).to.equal('failed');
    expect(found.found).to.equal(
      '2 of 6 Fargate on-demand vCPUs run, a deploy adds 2; 6 of 6 Fargate spot vCPUs run, a deploy adds 2',
    );
    expect(found.next).to.contain(SPOT).and.to.contain('--desired-value 8');
  });

  it('is not known where CloudWatch counts nothing though tasks run, or the region has no quota', async () => {
    there(12);
    expect((await verify(rolling(4))).status).to.equal('unverified');
    expect((await verify({ ...rolling(4), runningCount: 0 })).status).to.equal('ok');
    proxy.use(quotas({ used: {} }));
    expect(await verify(rolling(4))).to.deep.include({
      status: 'unverified',
      next: 'aws service-quotas get-service-quota --region eu-west-1 --service-code fargate --quota-code L-3032A538',
    });
  });

  it('says what to allow where it may not be asked', async () => {
    proxy.use(denying(/ServiceQuotas/));
    const failure = await rejection(verify(rolling(4)), 'AWS_ACCESS_DENIED');
    expect(failure.next).to.contain('"Action":"servicequotas:GetServiceQuota"');
    proxy.use(denying(/GetMetricData/), quotas({ applied: { [ON_DEMAND]: 6 }, used: {} }));
    await rejection(verify(rolling(4)), 'AWS_ACCESS_DENIED');
  });
});
