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
import { targetGroupUrl } from '../../../../runner/src/adapters/aws/loadBalancer.js';
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
  protocol: 'HTTP',
  healthPath: '/health',
  healthPort: 'traffic-port',
  healthProtocol: 'HTTP',
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
            Protocol: 'HTTP',
            HealthCheckPath: '/health',
            HealthCheckPort: 'traffic-port',
            HealthCheckProtocol: 'HTTP',
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
  const answers = (listeners: unknown[], rules: unknown[] = []) => ({
    'elasticloadbalancing:DescribeLoadBalancers': () => ({
      LoadBalancers: [
        { LoadBalancerArn: BALANCER, LoadBalancerName: 'shop-alb', DNSName: 'shop-alb-1.elb.amazonaws.com' },
      ],
    }),
    'elasticloadbalancing:DescribeListeners': () => ({ Listeners: listeners }),
    // Two to a page.
    'elasticloadbalancing:DescribeRules': ({ Marker }: Record<string, unknown>) => {
      const from = Number(Marker ?? 0);
      const next = from + 2 < rules.length ? { NextMarker: String(from + 2) } : {};
      return { Rules: rules.slice(from, from + 2), ...next };
    },
  });
  const forward = { Type: 'forward', TargetGroupArn: ARN };
  const urlOf = (listeners: unknown[], rules: unknown[] = [], at?: string) =>
    targetGroupUrl(fakeAws(answers(listeners, rules)), group, '/health', at);
  const secure = { Protocol: 'HTTPS', Port: 443, ListenerArn: 'l' };

  it('is the load balancer’s name with the port of the listener that forwards to it', async () => {
    expect(await urlOf([{ Protocol: 'HTTP', Port: 80, DefaultActions: [forward] }])).to.deep.equal({
      url: 'http://shop-alb-1.elb.amazonaws.com/health',
    });
    expect(await urlOf([{ Protocol: 'HTTP', Port: 8080, DefaultActions: [forward] }])).to.deep.equal({
      url: 'http://shop-alb-1.elb.amazonaws.com:8080/health',
    });
  });

  it('has the host name that a rule wants, and is asked for at the load balancer', async () => {
    const rules = [
      { Priority: '1', Conditions: [{ Field: 'path-pattern', Values: ['/admin*'] }], Actions: [] },
      { Priority: '2', Conditions: [{ Field: 'host-header', Values: ['other.example'] }], Actions: [] },
      {
        Priority: '10',
        Conditions: [
          { Field: 'host-header', HostHeaderConfig: { Values: ['*.shop.example', 'shop.example'] } },
        ],
        Actions: [forward],
      },
      { Priority: 'default', IsDefault: true, Actions: [{ Type: 'fixed-response' }] },
    ];
    const redirecting = {
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: [{ Type: 'redirect' }],
      ListenerArn: 'r',
    };
    const found = await targetGroupUrl(
      fakeAws({
        ...answers([redirecting, secure]),
        'elasticloadbalancing:DescribeRules': (input) =>
          input['ListenerArn'] === 'l' ? answers([], rules)['elasticloadbalancing:DescribeRules'](input) : {},
      }),
      group,
      '/health',
    );
    expect(found).to.deep.equal({
      url: 'https://shop.example/health',
      via: 'shop-alb-1.elb.amazonaws.com',
    });
  });

  it('takes a certificate of any name where no rule tells one', async () => {
    const rules = [
      { Priority: '10', Conditions: [{ Field: 'path-pattern', Values: ['/*'] }], Actions: [forward] },
    ];
    expect(await urlOf([secure], rules)).to.deep.equal({
      url: 'https://shop-alb-1.elb.amazonaws.com/health',
      anyName: true,
    });
  });

  it('carries the header that a rule wants of what stands before it', async () => {
    const header = { HttpHeaderName: 'X-Origin', Values: ['from the edge'] };
    const rules = [
      { Priority: '1', Conditions: [{ Field: 'http-header', HttpHeaderConfig: header }], Actions: [forward] },
    ];
    expect((await urlOf([secure], rules))?.headers).to.deep.equal({ 'x-origin': 'from the edge' });
  });

  it('is where the environment says that load balancers are reached, by the same rules', async () => {
    const rules = [
      { Priority: '1', Conditions: [{ Field: 'host-header', Values: ['shop.example'] }], Actions: [forward] },
    ];
    expect(await urlOf([secure], rules, 'http://127.0.0.1:4566/_alb/{name}/')).to.deep.equal({
      url: 'http://127.0.0.1:4566/_alb/shop-alb/health',
      headers: { host: 'shop.example' },
    });
  });

  for (const [why, rules] of Object.entries({
    'another rule takes the path first': [
      {
        Priority: '1',
        Conditions: [{ Field: 'path-pattern', Values: ['/heal*'] }],
        Actions: [{ Type: 'fixed-response' }],
      },
      { Priority: '2', Conditions: [{ Field: 'path-pattern', Values: ['/*'] }], Actions: [forward] },
    ],
    'the rule is for other paths': [
      { Priority: '1', Conditions: [{ Field: 'path-pattern', Values: ['/api/*'] }], Actions: [forward] },
    ],
    'one has to log in first': [
      {
        Priority: '1',
        Conditions: [{ Field: 'path-pattern', Values: ['/*'] }],
        Actions: [{ Type: 'authenticate-oidc' }, forward],
      },
    ],
    'another group has a share of the requests': [
      {
        Priority: '1',
        Conditions: [{ Field: 'path-pattern', Values: ['/*'] }],
        Actions: [
          {
            Type: 'forward',
            ForwardConfig: {
              TargetGroups: [
                { TargetGroupArn: ARN, Weight: 90 },
                { TargetGroupArn: 'x', Weight: 10 },
              ],
            },
          },
        ],
      },
    ],
    'the rule takes no GET': [
      { Priority: '1', Conditions: [{ Field: 'http-request-method', Values: ['POST'] }], Actions: [forward] },
    ],
  })) {
    it(`is none where ${why}`, async () => {
      expect(await urlOf([secure], rules)).to.equal(undefined);
    });
  }

  it('is found behind a weight that takes all', async () => {
    const ForwardConfig = {
      TargetGroups: [
        { TargetGroupArn: ARN, Weight: 100 },
        { TargetGroupArn: 'green', Weight: 0 },
      ],
    };
    const found = await urlOf([{ ...secure, DefaultActions: [{ Type: 'forward', ForwardConfig }] }]);
    expect(found?.url).to.equal('https://shop-alb-1.elb.amazonaws.com/health');
  });

  it('is none where no load balancer uses it', async () => {
    expect(await targetGroupUrl(fakeAws({}), { ...group, loadBalancers: [] }, '/')).to.equal(undefined);
  });
});
