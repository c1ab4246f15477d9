import { expect } from 'chai';
import {
  deregisterTarget,
  findTargetGroup,
  registerTarget,
  targetHealth,
  waitDrained,
  waitTargetHealthy,
  type TargetGroup,
} from '../../../../runner/src/adapters/aws/elb.js';
import { listenerPort, targetGroupUrl } from '../../../../runner/src/adapters/aws/loadBalancer.js';
import { fakeAws, sdkError } from '../../../support/fakeAws.js';
import { rejection } from '../../../support/rejection.js';
import { VirtualClock } from '../../../support/virtualClock.js';

const ARN = 'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/shop/1';
const BALANCER = 'arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/shop-alb/abc';
const group: TargetGroup = {
  arn: ARN,
  name: 'shop',
  port: 80,
  targetType: 'ip',
  healthPath: '/health',
  loadBalancers: [BALANCER],
};
const target = { id: '10.0.0.1', port: 80 };
const health = (states: readonly string[]) => {
  const left = [...states];
  return {
    'elasticloadbalancing:DescribeTargetHealth': () => ({
      TargetHealthDescriptions: [
        { Target: { Id: '10.0.0.2', Port: 80 }, TargetHealth: { State: 'healthy' } },
        {
          Target: { Id: '10.0.0.1', Port: 80 },
          TargetHealth: { State: left.length > 1 ? left.shift() : left[0], Description: 'words' },
        },
      ],
    }),
  };
};

describe('target groups', () => {
  it('are found by name or by ARN, and nothing else that an emulator may send is taken', async () => {
    const aws = fakeAws({
      'elasticloadbalancing:DescribeTargetGroups': () => ({
        TargetGroups: [
          { TargetGroupName: 'other', TargetGroupArn: 'arn:other' },
          {
            TargetGroupName: 'shop',
            TargetGroupArn: ARN,
            Port: 80,
            TargetType: 'ip',
            HealthCheckPath: '/health',
            LoadBalancerArns: [BALANCER],
          },
        ],
      }),
    });
    expect(await findTargetGroup(aws, 'shop')).to.deep.equal(group);
    expect(await findTargetGroup(aws, ARN)).to.deep.equal(group);
    expect(aws.asked.map((one) => one.input)).to.deep.equal([
      { Names: ['shop'] },
      { TargetGroupArns: [ARN] },
    ]);
  });

  it('say what to do where there is none of the name', async () => {
    const aws = fakeAws({
      'elasticloadbalancing:DescribeTargetGroups': () => {
        throw sdkError('TargetGroupNotFoundException');
      },
    });
    const failure = await rejection(findTargetGroup(aws, 'shop'), 'CONFIG_INVALID');
    expect(failure.message).to.equal('there is no target group shop in eu-west-1');
  });

  it('are joined and left by address and port', async () => {
    const aws = fakeAws({
      'elasticloadbalancing:RegisterTargets': () => ({}),
      'elasticloadbalancing:DeregisterTargets': () => ({}),
    });
    await registerTarget(aws, group, target);
    await deregisterTarget(aws, group, { id: 'i-1' });
    expect(aws.asked.map((one) => one.input)).to.deep.equal([
      { TargetGroupArn: ARN, Targets: [{ Id: '10.0.0.1', Port: 80 }] },
      { TargetGroupArn: ARN, Targets: [{ Id: 'i-1' }] },
    ]);
  });

  it('tell the health of the target that was asked for', async () => {
    expect(await targetHealth(fakeAws(health(['draining'])), group, target)).to.deep.equal({
      state: 'draining',
      reason: 'words',
    });
    expect(await targetHealth(fakeAws(health(['healthy'])), group, { id: 'i-9' })).to.deep.equal({
      state: 'unused',
    });
  });
});

describe('waiting for a target', () => {
  const wait = () => ({ clock: new VirtualClock(), timeoutMs: 10_000 });

  it('ends as soon as it is drained', async () => {
    expect(
      await waitDrained(fakeAws(health(['draining', 'draining', 'unused'])), group, target, wait()),
    ).to.equal(true);
  });

  it('are not taken for drained by an answer from before', async () => {
    const aws = fakeAws(health(['healthy', 'draining', 'unused']));
    expect(await waitDrained(aws, group, target, wait())).to.equal(true);
    expect(aws.asked).to.have.length(3);
  });

  it('ends at the time limit where it still drains', async () => {
    const limits = wait();
    const start = limits.clock.now().getTime();
    expect(await waitDrained(fakeAws(health(['draining'])), group, target, limits)).to.equal(false);
    expect(limits.clock.now().getTime() - start).to.equal(10_000);
  });

  it('ends when the load balancer sends it requests', async () => {
    expect(await waitTargetHealthy(fakeAws(health(['initial', 'healthy'])), group, target, wait())).to.equal(
      true,
    );
    expect(await waitTargetHealthy(fakeAws(health(['unhealthy'])), group, target, wait())).to.equal(false);
  });

  it('does not wait in a group that no load balancer uses', async () => {
    const unlinked = { ...group, loadBalancers: [] };
    expect(await waitTargetHealthy(fakeAws(health(['unused'])), unlinked, target, wait())).to.equal(true);
  });
});

describe('the URL of a target group', () => {
  const answers = (listeners: unknown[]) => ({
    'elasticloadbalancing:DescribeLoadBalancers': () => ({
      LoadBalancers: [
        { LoadBalancerArn: BALANCER, LoadBalancerName: 'shop-alb', DNSName: 'shop-alb-1.elb.amazonaws.com' },
      ],
    }),
    'elasticloadbalancing:DescribeListeners': () => ({ Listeners: listeners }),
  });
  const forward = { Type: 'forward', TargetGroupArn: ARN };

  it('is the load balancer’s name with the port of the listener that forwards to it', async () => {
    const plain = fakeAws(answers([{ Protocol: 'HTTP', Port: 80, DefaultActions: [forward] }]));
    expect(await targetGroupUrl(plain, group)).to.equal('http://shop-alb-1.elb.amazonaws.com/');
    const other = fakeAws(answers([{ Protocol: 'HTTP', Port: 8080, DefaultActions: [forward] }]));
    expect(await targetGroupUrl(other, group)).to.equal('http://shop-alb-1.elb.amazonaws.com:8080/');
  });

  it('is found behind weighted forwards', () => {
    const action = {
      ForwardConfig: { TargetGroups: [{ TargetGroupArn: 'x' }, { TargetGroupArn: ARN, Weight: 1 }] },
    };
    expect(listenerPort([{ Protocol: 'HTTP', Port: 80, DefaultActions: [action as never] }], ARN)).to.equal(
      80,
    );
  });

  it('is none where plain HTTP only redirects to TLS', async () => {
    const aws = fakeAws(
      answers([
        { Protocol: 'HTTP', Port: 80, DefaultActions: [{ Type: 'redirect' }] },
        { Protocol: 'HTTPS', Port: 443, DefaultActions: [forward] },
      ]),
    );
    expect(await targetGroupUrl(aws, group)).to.equal(undefined);
  });

  it('is a path of the emulator, which needs no name and no call', async () => {
    const aws = fakeAws({}, { endpoint: 'http://127.0.0.1:4566' });
    expect(await targetGroupUrl(aws, group)).to.equal('http://127.0.0.1:4566/_alb/shop-alb/');
  });

  it('is none where no load balancer uses it', async () => {
    expect(await targetGroupUrl(fakeAws({}), { ...group, loadBalancers: [] })).to.equal(undefined);
  });
});
