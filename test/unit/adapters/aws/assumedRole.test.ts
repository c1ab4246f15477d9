import { expect } from 'chai';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { assumedCredentials } from '../../../../runner/src/adapters/aws/assumedRole.js';
import { createAwsClients } from '../../../../runner/src/adapters/aws/clients.js';
import { readIdentity, verifyAccount } from '../../../../runner/src/adapters/aws/callerIdentity.js';
import { StackError } from '../../../../runner/src/base/errors.js';
import { SecretRegistry } from '../../../../runner/src/secrets/redact.js';
import { fakeAws, sdkError, type Answer } from '../../../support/fakeAws.js';
import { rejection } from '../../../support/rejection.js';

const ARN = 'arn:aws:iam::222222222222:role/delivery';
const ROLE = { arn: ARN, sessionName: 'shop-production-ada' };
const HOUR_MS = 3_600_000;

describe('credentials of an assumed role', () => {
  let nowMs: number;
  let secrets: SecretRegistry;
  let made: number;

  const clock = { now: () => new Date(nowMs), sleep: () => Promise.resolve() };
  const credentialsOf = (assume?: Answer, role = {}) => {
    const aws = fakeAws({
      'sts:GetCallerIdentity': () => ({ Arn: 'arn:aws:sts::111111111111:assumed-role/jenkins/i-1' }),
      'sts:AssumeRole': (input) => {
        made += 1;
        if (assume !== undefined) return assume(input);
        return {
          Credentials: {
            AccessKeyId: `ASIA${made}`,
            SecretAccessKey: `session-secret-${made}`,
            SessionToken: `session-token-${made}`,
            Expiration: new Date(nowMs + HOUR_MS),
          },
        };
      },
    });
    const provide = assumedCredentials(
      { ...ROLE, ...role },
      { sts: () => aws.sts(), call: aws.call, clock, secrets },
    );
    return { aws, provide };
  };

  beforeEach(() => {
    nowMs = Date.parse('2026-01-01T10:00:00Z');
    secrets = new SecretRegistry();
    made = 0;
  });

  it('are asked for once, by whoever needs them at the same time', async () => {
    const { aws, provide } = credentialsOf(undefined, { externalId: 'shop', durationMs: HOUR_MS / 2 });
    const found = await Promise.all([provide(), provide(), provide()]);
    expect(new Set(found.map(({ accessKeyId }) => accessKeyId)).size).to.equal(1);
    expect(aws.asked.map(({ input }) => input)).to.deep.equal([
      { RoleArn: ARN, RoleSessionName: 'shop-production-ada', ExternalId: 'shop', DurationSeconds: 1800 },
    ]);
  });

  it('are secrets, each time they are renewed', async () => {
    const { provide } = credentialsOf();
    await provide();
    nowMs += HOUR_MS - 4 * 60_000;
    await provide();
    expect(secrets.text('session-secret-1 session-token-1 session-secret-2 session-token-2')).to.equal(
      '*** *** *** ***',
    );
  });

  it('are renewed minutes before they end, and not before', async () => {
    const { provide } = credentialsOf();
    expect((await provide()).accessKeyId).to.equal('ASIA1');
    nowMs += HOUR_MS - 6 * 60_000;
    expect((await provide()).accessKeyId).to.equal('ASIA1');
    nowMs += 2 * 60_000;
    expect((await provide()).accessKeyId).to.equal('ASIA2');
  });

  it('serve to their end where they cannot be renewed', async () => {
    let fails = false;
    const { provide } = credentialsOf(() => {
      if (fails) throw sdkError('AccessDenied', 'no more', 403);
      return {
        Credentials: {
          AccessKeyId: 'A',
          SecretAccessKey: 'secret-of-a',
          SessionToken: 'token-of-a',
          Expiration: new Date(nowMs + HOUR_MS),
        },
      };
    });
    await provide();
    fails = true;
    nowMs += HOUR_MS - 60_000;
    expect((await provide()).accessKeyId).to.equal('A');
    nowMs += 2 * 60_000;
    await rejection(provide(), 'AWS_ACCESS_DENIED');
  });

  it('say who asked, for which role and what its trust policy needs, where they are refused', async () => {
    const { provide } = credentialsOf(
      () => {
        throw sdkError('AccessDenied', `not authorized to perform: sts:AssumeRole on resource: ${ARN}`, 403);
      },
      { externalId: 'shop' },
    );
    const error = await rejection(provide(), 'AWS_ACCESS_DENIED');
    expect(error.message).to.equal(
      `arn:aws:sts::111111111111:assumed-role/jenkins/i-1 may not assume ${ARN}`,
    );
    expect(error.next).to.contain('"AWS":"arn:aws:iam::111111111111:role/jenkins"');
    expect(error.next).to.contain('"sts:ExternalId":"shop"');
    expect(error.next).to.contain(`"Action":"sts:AssumeRole","Resource":"${ARN}"`);
  });

  it('say what to set where the session is too long for the role', async () => {
    const { provide } = credentialsOf(() => {
      throw sdkError(
        'ValidationError',
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
      );
    });
    expect((await rejection(provide(), 'AWS_REFUSED')).next).to.contain('session-duration: 1h');
  });
});

/** STS as it speaks: what it was asked, by which key. */
describe('the clients of an environment with a role', () => {
  let server: Server;
  let asked: { action: string; key: string; token: string }[];
  let env: Record<string, string>;

  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const form = new URLSearchParams(Buffer.concat(chunks).toString());
        const action = form.get('Action') ?? 'other';
        const key = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? '';
        asked.push({ action, key, token: String(request.headers['x-amz-security-token'] ?? '') });
        const result =
          action === 'AssumeRole'
            ? `<Credentials><AccessKeyId>ASIASESSION</AccessKeyId><SecretAccessKey>assumed-secret</SecretAccessKey><SessionToken>assumed-token</SessionToken><Expiration>${new Date(Date.now() + HOUR_MS).toISOString()}</Expiration></Credentials>`
            : `<Account>222222222222</Account><Arn>arn:aws:sts::222222222222:assumed-role/delivery/x</Arn>`;
        response.setHeader('content-type', 'text/xml');
        response.end(
          `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${result}</${action}Result></${action}Response>`,
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    env = {
      AWS_ACCESS_KEY_ID: 'AKIABASE',
      AWS_SECRET_ACCESS_KEY: 'base-secret',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    };
  });
  afterEach(() => void server.close());

  const make = (over: object = {}) =>
    createAwsClients({ region: 'eu-west-1', env, secrets: new SecretRegistry(), role: ROLE, ...over });

  it('act as the role, which the credentials that are there ask for once', async () => {
    const aws = make();
    expect((await verifyAccount(aws, 'production'))?.arn).to.contain('assumed-role/delivery');
    await readIdentity(aws);
    expect(asked).to.deep.equal([
      { action: 'AssumeRole', key: 'AKIABASE', token: '' },
      { action: 'GetCallerIdentity', key: 'ASIASESSION', token: 'assumed-token' },
      { action: 'GetCallerIdentity', key: 'ASIASESSION', token: 'assumed-token' },
    ]);
    const kinds = await Promise.all([
      aws.ecs(),
      aws.ecr(),
      aws.s3(),
      aws.ssm(),
      aws.ec2(),
      aws.elb(),
      aws.logs(),
    ]);
    const keys = await Promise.all(kinds.map(async ({ config }) => (await config.credentials()).accessKeyId));
    expect(new Set(keys)).to.deep.equal(new Set(['ASIASESSION']));
    expect(asked).to.have.lengthOf(3);
  });

  it('are of the account of the role where none is named', () => {
    expect(make().account).to.equal('222222222222');
  });

  it('refuse a role of another account or another part of AWS before they ask', () => {
    for (const [over, words] of [
      [{ account: '111111111111' }, 'account 222222222222'],
      [{ region: 'cn-north-1' }, 'cn-north-1 is in aws-cn'],
      [{ role: { ...ROLE, arn: 'delivery' } }, 'is not the ARN'],
    ] as const) {
      expect(() => make(over))
        .to.throw(StackError)
        .with.property('message')
        .that.contains(words);
    }
    expect(asked).to.deep.equal([]);
  });
});
