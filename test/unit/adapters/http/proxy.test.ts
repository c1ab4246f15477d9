import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createAwsClients } from '../../../../runner/src/adapters/aws/clients.js';
import { fetchOf } from '../../../../runner/src/adapters/http/fetch.js';
import { probe } from '../../../../runner/src/adapters/http/httpProbe.js';
import { proxyFor, proxyName } from '../../../../runner/src/adapters/http/proxy.js';
import { createSlackClient } from '../../../../runner/src/adapters/slack/slackClient.js';
import { testSlackToken } from '../../../../runner/src/adapters/slack/slackToken.js';
import { createS3Store } from '../../../../runner/src/state/stores/s3Store.js';
import { SecretRegistry } from '../../../../runner/src/secrets/redact.js';
import { RecordingProxy } from '../../../support/proxy.js';
import { rejection } from '../../../support/rejection.js';

const PROXY = { HTTPS_PROXY: 'http://secure:1', HTTP_PROXY: 'http://plain:2' };
const through = (address: string, env: Readonly<Record<string, string>>) => {
  const proxy = proxyFor(address, env);
  return proxy === undefined ? 'direct' : proxyName(proxy);
};

describe('the proxy for an address', () => {
  it('is the one for its scheme, small letters first, ALL_PROXY last', () => {
    expect(through('https://a.example/', PROXY)).to.equal('http://secure:1');
    expect(through('http://a.example/', PROXY)).to.equal('http://plain:2');
    expect(through('http://a.example/', { ...PROXY, http_proxy: 'small:3' })).to.equal('http://small:3');
    expect(through('https://a.example/', { ALL_PROXY: 'https://all:4' })).to.equal('https://all:4');
    expect(through('https://a.example/', { HTTP_PROXY: 'http://plain:2' })).to.equal('direct');
    expect(through('https://a.example/', { HTTPS_PROXY: '' })).to.equal('direct');
  });
  const exceptions: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['*', ['https://a.example', 'http://10.0.0.1'], []],
    [
      'example.org',
      ['https://example.org', 'https://a.b.example.org', 'https://EXAMPLE.org.'],
      ['https://notexample.org', 'https://example.org.evil.com'],
    ],
    ['.example.org', ['https://a.example.org', 'https://example.org'], ['https://notexample.org']],
    ['*.example.org', ['https://a.example.org'], ['https://notexample.org']],
    ['example.org:8443', ['https://example.org:8443', 'https://a.example.org:8443'], ['https://example.org']],
    ['example.org:443', ['https://example.org'], ['http://example.org']],
    ['10.1.2.3', ['http://10.1.2.3', 'http://10.1.2.3:8000'], ['http://10.1.2.30', 'http://110.1.2.3']],
    ['10.1.2.3:80', ['http://10.1.2.3'], ['http://10.1.2.3:8000']],
    [
      '10.0.0.0/8, 192.168.1.0/24',
      ['http://10.255.0.1', 'https://192.168.1.7'],
      ['http://11.0.0.1', 'http://192.168.2.1', 'http://10.example.org'],
    ],
    ['::1', ['http://[::1]:8000'], ['http://[::2]']],
    ['[::1]:8000', ['http://[::1]:8000'], ['http://[::1]']],
    ['fd00::/8', ['http://[fd12::1]'], ['http://[fe00::1]']],
    ['localhost 127.0.0.1', ['http://localhost:4566', 'http://127.0.0.1:4566'], ['http://127.0.0.2']],
    [' , ,', [], ['https://a.example']],
  ];
  for (const [no, direct, proxied] of exceptions) {
    it(`is none where NO_PROXY excepts it: ${no}`, () => {
      for (const variable of ['NO_PROXY', 'no_proxy']) {
        for (const address of direct)
          expect(through(address, { ...PROXY, [variable]: no }), address).to.equal('direct');
        for (const address of proxied)
          expect(through(address, { ...PROXY, [variable]: no }), address).not.to.equal('direct');
      }
    });
  }
  it('is never any for metadata of the instance and credentials of the container', () => {
    for (const address of [
      'http://169.254.169.254/latest',
      'http://169.254.170.2/v2',
      'http://[fd00:ec2::254]/latest',
    ])
      expect(through(address, PROXY)).to.equal('direct');
  });
  it('is refused where the variable holds no address of an HTTP proxy, without telling its password', () => {
    for (const value of ['socks5://me:pr0xyPw@p:1080', 'http://me:pr0xyPw@:x']) {
      expect(() => proxyFor('https://a.example', { ALL_PROXY: value }))
        .to.throw(/ALL_PROXY/)
        .and.not.match(/pr0xyPw/);
    }
  });
});

describe('clients behind a proxy', () => {
  let server: Server;
  let proxy: RecordingProxy;
  let respond: (request: IncomingMessage, response: ServerResponse) => void;
  const port = () => (server.address() as AddressInfo).port;
  const env = (more: Readonly<Record<string, string>> = {}) => ({
    HTTP_PROXY: proxy.url.replace('//', '//me:pr0x%21y@'),
    HTTPS_PROXY: proxy.url,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI',
    ...more,
  });
  const start = async (status?: number) => (proxy = await RecordingProxy.start(port(), status));
  const aws = (more: Readonly<Record<string, string>>) =>
    createAwsClients({ env: env(more), secrets: new SecretRegistry() });
  const identity = async (more: Readonly<Record<string, string>>) => {
    const clients = aws(more);
    const { GetCallerIdentityCommand } = await import('../../../../runner/src/adapters/aws/sdk/stsSdk.js');
    return clients.call(await clients.sts(), new GetCallerIdentityCommand({}), {
      action: 'sts:GetCallerIdentity',
    });
  };

  beforeEach(async () => {
    respond = (_request, response) => void response.end('ok');
    server = createServer((request, response) => respond(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    await proxy.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('ask AWS through it, with its login, and directly what NO_PROXY excepts', async () => {
    await start();
    respond = (_request, response) =>
      void response.end(
        '<R><GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult></R>',
      );
    expect((await identity({ AWS_ENDPOINT_URL: 'http://aws.invalid:4566' })).Account).to.equal(
      '123456789012',
    );
    expect(proxy.asked).to.deep.equal(['POST http://aws.invalid:4566/']);
    expect(proxy.logins).to.deep.equal([`Basic ${Buffer.from('me:pr0x!y').toString('base64')}`]);
    await identity({ AWS_ENDPOINT_URL: `http://localhost:${port()}`, NO_PROXY: 'localhost' });
    expect(proxy.asked).to.have.lengthOf(1);
  });
  it('keep the state in S3 through it', async () => {
    await start();
    respond = (_request, response) => void response.writeHead(200, { etag: '"1"' }).end();
    const store = createS3Store({
      bucket: 'b',
      prefix: 'p',
      env: env({ AWS_ENDPOINT_URL: 'http://s3.invalid' }),
      secrets: new SecretRegistry(),
    });
    await store.put('a.json', '{}');
    expect(proxy.asked[0]).to.match(/^PUT http:\/\/s3\.invalid\/b\/p\/a\.json/);
  });
  it('connect through it to what speaks TLS', async () => {
    await start();
    const answer = await probe('https://app.invalid:8443/health', { timeoutMs: 3000, env: env() });
    expect(proxy.asked).to.deep.equal(['CONNECT app.invalid:8443']);
    // What is behind it speaks no TLS: that is an answer about the application, not about the proxy.
    expect(answer.status).to.equal(undefined);
    expect(answer.words).not.to.contain('proxy');
  });
  it('probe through it, and directly where NO_PROXY excepts the address', async () => {
    await start();
    expect((await probe('http://app.invalid/health?x=1', { timeoutMs: 3000, env: env() })).status).to.equal(
      200,
    );
    expect(
      (await probe(`http://127.0.0.1:${port()}/`, { timeoutMs: 3000, env: env({ NO_PROXY: '127.0.0.0/8' }) }))
        .status,
    ).to.equal(200);
    expect(proxy.asked).to.deep.equal(['GET http://app.invalid/health?x=1']);
  });
  it('tell Slack through it: bot, webhook and the test of a token', async () => {
    await start();
    respond = (_request, response) =>
      void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"ok":true,"channel":"c","ts":"1","user":"u","team":"t"}');
    const options = { fetch: fetchOf(env()) };
    const content = { text: 'hello', blocks: [] };
    await createSlackClient({ token: 'xoxb-1', apiUrl: 'http://slack.invalid/api/', ...options }).post(
      'c',
      content,
    );
    await createSlackClient({ webhook: 'http://hooks.invalid/x', ...options }).post('c', content);
    expect(
      await testSlackToken('xoxb-1', 'http://slack.invalid/api/', undefined, options.fetch),
    ).to.deep.equal({ ok: true, user: 'u', team: 't' });
    expect(proxy.asked).to.deep.equal([
      'POST http://slack.invalid/api/chat.postMessage',
      'POST http://hooks.invalid/x',
      'POST http://slack.invalid/api/auth.test',
    ]);
  });
  it('name a proxy that asks for a login, and never its password', async () => {
    await start(407);
    for (const url of ['http://aws.invalid', 'https://aws.invalid']) {
      const error = await rejection(identity({ AWS_ENDPOINT_URL: url }), 'AWS_UNREACHABLE');
      expect(error.message).to.contain('407');
      expect(error.next).to.contain('PROXY');
    }
    expect((await probe('https://app.invalid/', { timeoutMs: 3000, env: env() })).words).to.equal(
      `the proxy ${proxy.url} (HTTPS_PROXY) asks for a login (407)`,
    );
    expect((await probe('http://app.invalid/', { timeoutMs: 3000, env: env() })).words).to.contain('407');
    const slack = createSlackClient({
      token: 'xoxb-1',
      apiUrl: 'https://slack.invalid/api/',
      fetch: fetchOf(env()),
    });
    const failure = await rejection(slack.post('c', { text: 'x', blocks: [] }), 'SLACK_FAILED');
    expect(failure.message).to.contain(proxy.url).and.to.contain('407');
  });
  it('name a proxy that is not there', async () => {
    await start();
    const gone = { HTTP_PROXY: 'http://me:pr0xyPw@127.0.0.1:1', HTTPS_PROXY: 'http://127.0.0.1:1' };
    for (const url of ['http://aws.invalid', 'https://aws.invalid']) {
      const error = await rejection(identity({ AWS_ENDPOINT_URL: url, ...gone }), 'AWS_UNREACHABLE');
      expect(error.message)
        .to.contain('http://127.0.0.1:1')
        .and.to.contain('connection refused')
        .and.not.to.contain('pr0xyPw');
    }
    expect((await probe('http://app.invalid/', { timeoutMs: 3000, env: env(gone) })).words).to.contain(
      'the proxy http://127.0.0.1:1 (HTTP_PROXY) cannot be reached',
    );
  });
});
