import { expect } from 'chai';
import { findFleet } from '../../../../runner/src/adapters/aws/ec2.js';
import { readManifest } from '../../../../runner/src/adapters/aws/ecr.js';
import { createEcsApi } from '../../../../runner/src/adapters/aws/ecs.js';
import { createEcsTasks } from '../../../../runner/src/adapters/aws/ecsTasks.js';
import { targetGroupUrl } from '../../../../runner/src/adapters/aws/loadBalancer.js';
import { lastLogLines } from '../../../../runner/src/adapters/aws/logs.js';
import { everyPage } from '../../../../runner/src/adapters/aws/pages.js';
import { fakeAws } from '../../../support/fakeAws.js';
import { rejection } from '../../../support/rejection.js';

const scope = { cluster: 'main', service: 'web', environment: 'staging' };
const signal = new AbortController().signal;
const arn = (index: number) => `arn:aws:ecs:eu-west-1:111111111111:task/main/${index}`;

/** A cluster of so many tasks, which answers in pages as ECS does and refuses what ECS refuses. */
function cluster(count: number) {
  return fakeAws({
    'ecs:ListTasks': ({ nextToken, maxResults = 100 }) => {
      const from = Number(nextToken ?? 0);
      const to = Math.min(count, from + Number(maxResults));
      const taskArns = Array.from({ length: to - from }, (_, index) => arn(from + index));
      return { taskArns, ...(to < count ? { nextToken: String(to) } : {}) };
    },
    'ecs:DescribeTasks': ({ tasks }) => {
      const asked = tasks as string[];
      if (asked.length < 1 || asked.length > 100) throw new Error(`DescribeTasks of ${asked.length}`);
      return { tasks: asked.map((taskArn) => ({ taskArn })), failures: [] };
    },
  });
}

describe('lists of AWS', () => {
  for (const count of [0, 1, 99, 100, 101, 200, 250, 1001]) {
    it(`of ${count} tasks are read to their end, a hundred a call`, async () => {
      const aws = cluster(count);
      const api = createEcsApi(aws, scope);
      const arns = await api.listTasks('STOPPED', signal);
      expect(new Set(arns).size).to.equal(count);
      expect(await api.describeTasks(arns, signal)).to.have.length(count);
      const pages = Math.ceil(count / 100);
      expect(aws.asked.filter(({ action }) => action === 'ecs:ListTasks')).to.have.length(Math.max(1, pages));
      expect(aws.asked.filter(({ action }) => action === 'ecs:DescribeTasks')).to.have.length(pages);
    });

    it(`of ${count} tasks of a family are read to their end too`, async () => {
      expect(await createEcsTasks(cluster(count), scope).ofFamily('web', 'RUNNING')).to.have.length(count);
    });
  }

  it('of listeners are read to their end', async () => {
    const group = 'arn:group';
    const aws = fakeAws({
      'elasticloadbalancing:DescribeRules': () => ({ Rules: [] }),
      'elasticloadbalancing:DescribeLoadBalancers': ({ LoadBalancerArns }) => ({
        LoadBalancers: [{ LoadBalancerArn: (LoadBalancerArns as string[])[0], DNSName: 'alb.example' }],
      }),
      'elasticloadbalancing:DescribeListeners': ({ Marker }) =>
        Marker === undefined
          ? { Listeners: [{ Protocol: 'HTTPS', Port: 443 }], NextMarker: '2' }
          : {
              Listeners: [
                { Protocol: 'HTTP', Port: 81, DefaultActions: [{ Type: 'forward', TargetGroupArn: group }] },
              ],
            },
    });
    const found = {
      arn: group,
      name: 'web',
      port: 80,
      targetType: 'ip',
      healthPath: '/',
      loadBalancers: ['arn:balancer'],
    };
    expect(await targetGroupUrl(aws, found, '/')).to.deep.equal({ url: 'http://alb.example:81/' });
  });

  it('of load balancers before one group are gone through to the one that serves it', async () => {
    const group = 'arn:group';
    const aws = fakeAws({
      'elasticloadbalancing:DescribeLoadBalancers': ({ LoadBalancerArns }) => {
        const [one] = LoadBalancerArns as string[];
        return { LoadBalancers: [{ LoadBalancerArn: one, DNSName: `${one}.example` }] };
      },
      'elasticloadbalancing:DescribeRules': () => ({ Rules: [] }),
      'elasticloadbalancing:DescribeListeners': ({ LoadBalancerArn }) => ({
        Listeners:
          LoadBalancerArn === 'second'
            ? [{ Protocol: 'HTTP', Port: 80, DefaultActions: [{ Type: 'forward', TargetGroupArn: group }] }]
            : [],
      }),
    });
    const found = {
      arn: group,
      name: 'web',
      port: 80,
      targetType: 'ip',
      healthPath: '/',
      loadBalancers: ['first', 'second'],
    };
    expect(await targetGroupUrl(aws, found, '/')).to.deep.equal({ url: 'http://second.example/' });
  });

  it('of log lines are followed past pages that are empty', async () => {
    const pages: Record<string, unknown>[] = [
      { events: [], nextBackwardToken: 'b1' },
      { events: [], nextBackwardToken: 'b2' },
      { events: [{ message: 'last words\n' }], nextBackwardToken: 'b3' },
      { events: [], nextBackwardToken: 'b3' },
    ];
    const aws = fakeAws({ 'logs:GetLogEvents': () => pages.shift() });
    expect(await lastLogLines(aws, { group: 'g', stream: 's' }, 15)).to.deep.equal(['last words']);
    expect(aws.asked.map(({ input }) => input['nextToken'])).to.deep.equal([undefined, 'b1', 'b2', 'b3']);
  });

  it('of log lines are gathered from pages that are not full, as many as are wanted', async () => {
    const lines = Array.from({ length: 9 }, (_, index) => `line ${index}`);
    const aws = fakeAws({
      'logs:GetLogEvents': ({ nextToken }) => {
        const to = nextToken === undefined ? lines.length : Number(nextToken);
        const from = Math.max(0, to - 2);
        const events = lines.slice(from, to).map((message) => ({ message }));
        return { events, nextBackwardToken: String(from) };
      },
    });
    const stream = { group: 'g', stream: 's' };
    expect(await lastLogLines(aws, stream, 5)).to.deep.equal(lines.slice(-5));
    expect(await lastLogLines(aws, stream, 50)).to.deep.equal(lines);
  });

  it('of log lines keep what was read where the rest is not to be had', async () => {
    const pages = [{ events: [{ message: 'last words' }], nextBackwardToken: 'b1' }];
    const aws = fakeAws({
      'logs:GetLogEvents': () => pages.shift() ?? Promise.reject(new Error('no more')),
    });
    expect(await lastLogLines(aws, { group: 'g', stream: 's' }, 15)).to.deep.equal(['last words']);
  });

  it('of machines are read past a first page that is empty', async () => {
    const machine = (index: number) => ({
      InstanceId: `i-${index}`,
      State: { Name: 'running' },
      Tags: [{ Key: 'Name', Value: `web-${index}` }],
    });
    const aws = fakeAws({
      'ec2:DescribeInstances': ({ NextToken }) => {
        if (NextToken === undefined) return { Reservations: [], NextToken: '0' };
        const from = Number(NextToken);
        const reservation = { Instances: [machine(from), machine(from + 1)] };
        return { Reservations: [reservation], ...(from < 20 ? { NextToken: String(from + 2) } : {}) };
      },
    });
    expect(await findFleet(aws, { Name: 'web-*' })).to.have.length(22);
  });

  it('end where AWS answers the token that it was sent', async () => {
    let asked = 0;
    const ask = async () => ({ items: [(asked += 1)], next: 'same' });
    expect(await everyPage(ask)).to.deep.equal([1, 2]);
  });

  it('are read no further than is enough', async () => {
    const ask = async (token: string | undefined) => ({ items: [1, 2], next: `${token ?? ''}x` });
    expect(await everyPage(ask, 5)).to.have.length(6);
  });
});

describe('what AWS could not do of what it was asked', () => {
  it('is no failure where it is only not there', async () => {
    const aws = fakeAws({
      'ecs:DescribeTasks': () => ({ tasks: [], failures: [{ arn: arn(1), reason: 'MISSING' }] }),
      'ecr:BatchGetImage': () => ({ images: [], failures: [{ failureCode: 'ImageNotFound' }] }),
    });
    expect(await createEcsApi(aws, scope).describeTasks([arn(1)], signal)).to.deep.equal([]);
    expect(await readManifest(aws, 'shop/web', { imageTag: '1.0.0' }, signal)).to.equal(undefined);
  });

  it('is told otherwise, never taken for an empty answer', async () => {
    const aws = fakeAws({
      'ecs:DescribeServices': () => ({ services: [], failures: [{ reason: 'THROTTLED', detail: 'later' }] }),
      'ecs:DescribeTasks': () => ({ tasks: [], failures: [{ reason: 'ACCESS' }] }),
      'ecr:BatchGetImage': () => ({
        images: [],
        failures: [{ failureCode: 'KmsError', failureReason: 'the key is disabled' }],
      }),
    });
    const api = createEcsApi(aws, scope);
    expect((await rejection(api.describeService(signal), 'AWS_REFUSED')).message).to.equal(
      'ecs:DescribeServices: THROTTLED: later',
    );
    await rejection(api.describeTasks([arn(1)], signal), 'AWS_REFUSED');
    const withheld = readManifest(aws, 'shop/web', { imageTag: '1.0.0' }, signal);
    expect((await rejection(withheld, 'AWS_REFUSED')).message).to.contain('the key is disabled');
  });
});
