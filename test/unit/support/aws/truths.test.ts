import { expect } from 'chai';
import { neededBy } from '../../../support/aws/authorize.js';
import {
  answered,
  jsonOf,
  type AwsAnswer,
  type AwsRequest,
  type Json,
  type Send,
} from '../../../support/aws/exchange.js';
import { busyAccount } from '../../../support/aws/faults.js';
import { limits } from '../../../support/aws/limits.js';
import { inPages } from '../../../support/aws/pages.js';
import { slowDeletes } from '../../../support/aws/slowDeletes.js';
import { staleReads } from '../../../support/aws/staleReads.js';
import { childrenOf } from '../../../support/aws/xmlLists.js';

const empty: AwsAnswer = { status: 200, headers: {}, body: Buffer.from('{}') };
const json = (action: string, body: Json): AwsRequest => ({
  action,
  method: 'POST',
  path: '/',
  headers: { 'x-amz-target': `Service.${action.split('.')[1] ?? ''}` },
  body: Buffer.from(JSON.stringify(body)),
});
const form = (action: string, fields: Readonly<Record<string, string>>): AwsRequest => ({
  ...{ action, method: 'POST', path: '/', headers: {} },
  body: Buffer.from(new URLSearchParams({ Action: action.split('.')[1] ?? '', ...fields }).toString()),
});
const saying =
  (text: Json | string): Send =>
  async () =>
    answered(empty, text);

describe('what the proxy adds of AWS', () => {
  it('gives lists of JSON in pages, each once, with tokens that are good for this list alone', async () => {
    const truth = inPages(2);
    const taskArns = ['a', 'b', 'c', 'd', 'e'];
    const send = saying({ taskArns });
    const read: unknown[] = [];
    let nextToken: unknown;
    do {
      const page = jsonOf(await truth(json('ECS.ListTasks', { nextToken }), send));
      read.push(...(page['taskArns'] as unknown[]));
      nextToken = page['nextToken'];
    } while (nextToken !== undefined);
    expect(read).to.deep.equal(taskArns);
    expect((await truth(json('ECS.ListTasks', { nextToken: 'other/2' }), send)).status).to.equal(400);
  });

  it('gives lists of XML in pages, the first of EC2 empty', async () => {
    const truth = inPages(2);
    const item = (id: string) => `<item><instancesSet><item><id>${id}</id></item></instancesSet></item>`;
    const body = `<R><reservationSet>${['1', '2', '3'].map(item).join('')}</reservationSet></R>`;
    const pages: number[] = [];
    for (let token: string | undefined = ''; token !== undefined;) {
      const asked: Readonly<Record<string, string>> = token === '' ? {} : { NextToken: token };
      const text = (await truth(form('EC2.DescribeInstances', asked), saying(body))).body.toString();
      pages.push([...text.matchAll(/<id>/g)].length);
      token = /<nextToken>(.*)<\/nextToken>/.exec(text)?.[1];
    }
    expect(pages).to.deep.equal([0, 2, 1]);
    expect(childrenOf('<a><a/></a><b x="1">t</b>')).to.deep.equal(['<a><a/></a>', '<b x="1">t</b>']);
  });

  it('gives the lines of a log forwards until the token comes back as it was sent', async () => {
    const truth = inPages(2);
    const events = [1, 2, 3];
    const read: unknown[] = [];
    let token: unknown;
    for (;;) {
      const asked = { startFromHead: true, ...(token === undefined ? {} : { nextToken: token }) };
      const page = jsonOf(await truth(json('Logs.GetLogEvents', asked), saying({ events })));
      read.push(...(page['events'] as unknown[]));
      if (page['nextForwardToken'] === token) break;
      token = page['nextForwardToken'];
    }
    expect(read).to.deep.equal(events);
  });

  it('shows a service once as it was before it was changed', async () => {
    const truth = staleReads();
    let state = 'old';
    const send: Send = async ({ action, headers }) => {
      const asked = String(headers['x-amz-target'] ?? action);
      if (asked.endsWith('UpdateService')) state = 'new';
      return answered(empty, { services: [{ state }] });
    };
    const look = async () =>
      (
        jsonOf(await truth(json('ECS.DescribeServices', { cluster: 'c', services: ['s'] }), send))[
          'services'
        ] as Json[]
      )[0];
    expect(await look()).to.deep.equal({ state: 'old' });
    await truth(json('ECS.UpdateService', { cluster: 'c', service: 's' }), send);
    expect(await look()).to.deep.equal({ state: 'old' });
    expect(await look()).to.deep.equal({ state: 'new' });
  });

  it('does not know a task at once that was started, and lists one that was stopped once more', async () => {
    const started = staleReads();
    await started(json('ECS.RunTask', {}), saying({ tasks: [{ taskArn: 't' }] }));
    const described = saying({ tasks: [{ taskArn: 't' }], failures: [] });
    const ask = json('ECS.DescribeTasks', { tasks: ['t'] });
    expect(jsonOf(await started(ask, described))['failures']).to.deep.equal([
      { arn: 't', reason: 'MISSING' },
    ]);
    expect(jsonOf(await started(ask, described))['tasks']).to.have.length(1);

    const stopped = slowDeletes();
    await stopped(json('ECS.StopTask', { task: 't' }), saying({}));
    const list = async () =>
      jsonOf(await stopped(json('ECS.ListTasks', {}), saying({ taskArns: [] })))['taskArns'];
    expect(await list()).to.deep.equal(['t']);
    expect(await list()).to.deep.equal([]);
  });

  it('refuses lists that are empty or too long, and throttles the first of each kind', async () => {
    const many = Array.from({ length: 101 }, (_, index) => index);
    for (const tasks of [[], many])
      expect((await limits()(json('ECS.DescribeTasks', { tasks }), saying({}))).status).to.equal(400);
    const busy = busyAccount(3);
    const answers = [0, 1, 2, 3].map(async () => (await busy(json('ECS.ListTasks', {}), saying({}))).status);
    expect(await Promise.all(answers)).to.deep.equal([400, 200, 200, 400]);
  });
});

describe('what a request has to be allowed', () => {
  const needs = (request: AwsRequest) =>
    neededBy(request)?.map(({ action, resource }) => `${action} ${resource}`);
  const plain = (method: string, path: string): AwsRequest => ({
    ...{ action: `${method} ${path.split('?')[0]}`, method, path, headers: {}, body: Buffer.alloc(0) },
  });

  it('is read off it, ARN by ARN', () => {
    const register = { family: 'f', tags: [{ key: 'a' }], taskRoleArn: 'arn:aws:iam::1:role/t' };
    expect(needs(json('ECS.RegisterTaskDefinition', register))).to.deep.equal([
      'ecs:RegisterTaskDefinition arn:aws:ecs:eu-west-1:000000000000:task-definition/f:2',
      'ecs:TagResource arn:aws:ecs:eu-west-1:000000000000:task-definition/f:2',
      'iam:PassRole arn:aws:iam::1:role/t',
    ]);
    expect(needs(plain('GET', '/bucket?list-type=2&prefix=ci/'))).to.deep.equal([
      's3:ListBucket arn:aws:s3:::bucket',
    ]);
    expect(needs(plain('PUT', '/bucket/ci/a%20b'))).to.deep.equal([
      's3:PutObject arn:aws:s3:::bucket/ci/a b',
    ]);
    expect(needs(plain('PUT', '/v2/shop/web/blobs/uploads/1?digest=sha256:1'))).to.deep.equal([
      'ecr:CompleteLayerUpload arn:aws:ecr:eu-west-1:000000000000:repository/shop/web',
    ]);
    expect(needs(plain('HEAD', '/v2/shop/web/blobs/sha256:1'))).to.deep.equal([
      'ecr:BatchCheckLayerAvailability arn:aws:ecr:eu-west-1:000000000000:repository/shop/web',
    ]);
  });

  it('is not made up where nobody has said it', () => {
    expect(needs(json('ECS.DeleteCluster', {}))).to.equal(undefined);
    expect(needs(plain('POST', '/bucket/key?uploads'))).to.equal(undefined);
    expect(needs(plain('GET', '/bucket?versioning'))).to.equal(undefined);
  });
});
