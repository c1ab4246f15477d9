import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { SecretRegistry } from '../../../../runner/src/secrets/redact.js';
import { createS3Store } from '../../../../runner/src/state/stores/s3Store.js';
import { rejection } from '../../../support/rejection.js';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}
const failure = (status: number, code: string): Answer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
});
const object = (body: string, etag: string, writeId?: string): Answer => ({
  headers: { etag, ...(writeId === undefined ? {} : { 'x-amz-meta-write-id': writeId }) },
  body,
});

/** What S3 answers, one after the other; what is asked is kept. */
describe('a state store in S3', () => {
  let server: Server;
  let asked: Asked[];
  let answers: ((request: Asked) => Answer)[];
  before(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const url = new URL(request.url ?? '/', 'http://s3');
        const one = {
          method: request.method ?? '',
          path: decodeURIComponent(url.pathname),
          query: url.searchParams,
          headers: request.headers,
          body: Buffer.concat(chunks).toString(),
        };
        asked.push(one);
        const {
          status = 200,
          headers = {},
          body = '',
        } = answers.shift()?.(one) ?? failure(418, 'NotExpected');
        response.writeHead(status, headers).end(body);
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  after(() => server.close());
  beforeEach(() => {
    asked = [];
    answers = [];
  });

  const store = (env: Readonly<Record<string, string>> = { AWS_REGION: 'eu-west-1' }) =>
    createS3Store({
      ...{ bucket: 'b', prefix: 'ci/shop', secrets: new SecretRegistry() },
      env: {
        AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        ...env,
      },
    });
  const will = (...next: readonly (Answer | ((request: Asked) => Answer))[]) =>
    (answers = next.map((one) => (typeof one === 'function' ? one : () => one)));

  it('is told by its address', () => expect(store().location).to.equal('s3://b/ci/shop'));

  const regions: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
    [{ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' }, 'eu-west-1'],
    [{ AWS_DEFAULT_REGION: 'eu-west-2' }, 'eu-west-2'],
    [{}, 'us-east-1'],
  ];
  for (const [env, region] of regions)
    it(`is in ${region} with ${Object.keys(env).join(' and ') || 'nothing set'}`, async () => {
      will(object('x', '"1"'));
      await store(env).get('a.json');
      expect(asked[0]?.headers.authorization).to.contain(`/${region}/s3/`);
    });

  it('reads a document with its tag, and none where there is none', async () => {
    will(object('{"a":1}', '"1"'), failure(404, 'NoSuchKey'));
    expect(await store().get('x/a.json')).to.deep.equal({ body: '{"a":1}', etag: '"1"' });
    expect(asked[0]).to.deep.include({ method: 'GET', path: '/b/ci/shop/x/a.json' });
    expect(await store().get('x/a.json')).to.equal(undefined);
  });

  it('writes a document under its condition', async () => {
    const written = { headers: { etag: '"2"' } };
    will(written, written, written);
    expect(await store().put('a.json', '{}')).to.equal('"2"');
    expect(await store().put('a.json', '{}', { ifAbsent: true })).to.equal('"2"');
    expect(await store().put('a.json', '{}', { ifMatch: '"1"' })).to.equal('"2"');
    const conditions = asked.map(({ headers }) => [headers['if-none-match'], headers['if-match']]);
    expect(conditions).to.deep.equal([
      [undefined, undefined],
      ['*', undefined],
      [undefined, '"1"'],
    ]);
    expect(asked[0]).to.deep.include({ method: 'PUT', path: '/b/ci/shop/a.json' });
    expect(asked[0]?.headers['content-type']).to.equal('application/json');
    expect(asked[0]?.body).to.contain('{}');
    expect(asked[0]?.headers['x-amz-meta-write-id']).not.to.equal(asked[1]?.headers['x-amz-meta-write-id']);
  });

  const lost: readonly (readonly [number, string])[] = [
    [412, 'PreconditionFailed'],
    [404, 'NoSuchKey'],
  ];
  for (const [status, code] of lost)
    it(`does not write where S3 says ${code} of the condition`, async () => {
      will(failure(status, code));
      expect(await store().put('a.json', '{}', { ifMatch: '"1"' })).to.equal(undefined);
      expect(asked).to.have.length(1);
    });

  it('tries again where another write is under way, and gives up after five times', async () => {
    const busy = failure(409, 'ConditionalRequestConflict');
    will(busy, busy, { headers: { etag: '"3"' } });
    expect(await store().put('a.json', '{}', { ifAbsent: true })).to.equal('"3"');
    will(busy, busy, busy, busy, busy);
    expect(await store().put('a.json', '{}', { ifAbsent: true })).to.equal(undefined);
    expect(asked).to.have.length(8);
  });

  it('knows its own write again where only the answer was lost', async () => {
    const mine = () => object('{}', '"4"', String(asked[0]?.headers['x-amz-meta-write-id']));
    will(failure(500, 'InternalError'), failure(412, 'PreconditionFailed'), mine);
    expect(await store().put('a.json', '{}', { ifAbsent: true })).to.equal('"4"');
    asked = [];
    will(
      failure(500, 'InternalError'),
      failure(412, 'PreconditionFailed'),
      object('{}', '"5"', 'of another'),
    );
    expect(await store().put('a.json', '{}', { ifAbsent: true })).to.equal(undefined);
    asked = [];
    will(failure(500, 'InternalError'), failure(412, 'PreconditionFailed'), failure(404, 'NoSuchKey'));
    expect(await store().put('a.json', '{}', { ifAbsent: true })).to.equal(undefined);
  });

  it('takes no other failure of a write for a lost condition', async () => {
    will(failure(400, 'InvalidRequest'));
    await rejection(store().put('a.json', '{}', { ifAbsent: true }), 'AWS_REFUSED');
    will(failure(412, 'PreconditionFailed'));
    await rejection(store().put('a.json', '{}'), 'AWS_REFUSED');
  });

  it('deletes a document', async () => {
    will({ status: 204 });
    await store().delete('a.json');
    expect(asked[0]).to.deep.include({ method: 'DELETE', path: '/b/ci/shop/a.json' });
  });

  const page = (keys: readonly string[], next?: string): Answer => ({
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0"?><ListBucketResult><IsTruncated>${next !== undefined}</IsTruncated>${next === undefined ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`}${keys.map((key) => `<Contents><Key>ci/shop/${key}</Key></Contents>`).join('')}</ListBucketResult>`,
  });

  it('lists the keys of all pages, without its prefix', async () => {
    will(page(['x/a', 'x/b'], 'more'), page(['x/c']));
    expect(await store().list('x/')).to.deep.equal(['x/a', 'x/b', 'x/c']);
    const told = asked.map(({ query }) => [
      query.get('prefix'),
      query.get('max-keys'),
      query.get('continuation-token'),
    ]);
    expect(told).to.deep.equal([
      ['ci/shop/x/', '1000', null],
      ['ci/shop/x/', '1000', 'more'],
    ]);
  });

  it('lists no more keys than are asked for', async () => {
    will(page(['x/a', 'x/b'], 'more'), page(['x/c'], 'still'));
    expect(await store().list('x/', 3)).to.deep.equal(['x/a', 'x/b', 'x/c']);
    expect(asked.map(({ query }) => query.get('max-keys'))).to.deep.equal(['3', '1']);
  });

  const calls: readonly (readonly [
    string,
    (one: ReturnType<typeof store>) => Promise<unknown>,
    'STATE_UNREADABLE' | 'STATE_WRITE_FAILED',
  ])[] = [
    ['reads', (one) => one.get('a.json'), 'STATE_UNREADABLE'],
    ['lists', (one) => one.list('x/'), 'STATE_UNREADABLE'],
    ['writes', (one) => one.put('a.json', '{}'), 'STATE_WRITE_FAILED'],
    ['writes under a condition', (one) => one.put('a.json', '{}', { ifAbsent: true }), 'STATE_WRITE_FAILED'],
    ['deletes', (one) => one.delete('a.json'), 'STATE_WRITE_FAILED'],
  ];
  for (const [does, call, code] of calls) {
    it(`says how to make a bucket that is not there, where it ${does}`, async () => {
      will(failure(404, 'NoSuchBucket'));
      const error = await rejection(call(store()), code);
      expect(error).to.include({
        message: 'the bucket b of state.location does not exist',
        where: 's3://b/ci/shop',
      });
      expect(error.next).to.contain('aws s3 mb s3://b');
    });

    it(`says what to allow, where it ${does} and may not`, async () => {
      will(failure(403, 'AccessDenied'));
      const error = await rejection(call(store()), 'AWS_ACCESS_DENIED');
      expect(error).to.include({
        message: 'no access to the state in s3://b/ci/shop',
        where: 's3://b/ci/shop',
      });
      expect(error.next)
        .to.contain('arn:aws:s3:::b/ci/shop/*')
        .and.to.contain('s3:ListBucket on arn:aws:s3:::b ');
    });
  }

  it('names the key of the configuration that it was opened for', async () => {
    will(failure(404, 'NoSuchBucket'));
    const other = createS3Store({
      ...{ bucket: 'b', prefix: 'x', setting: 'needs.auth.state', secrets: new SecretRegistry() },
      env: {
        AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
      },
    });
    expect((await rejection(other.get('a.json'), 'STATE_UNREADABLE')).next).to.contain('needs.auth.state');
  });

  it('refuses a key that leaves its place', async () => {
    for (const call of [store().get('../a'), store().put('../a', ''), store().delete('../a')])
      await call.then(
        () => expect.fail('no failure'),
        (error: unknown) => expect(String(error)).to.contain('../a'),
      );
    expect(asked).to.deep.equal([]);
  });
});
