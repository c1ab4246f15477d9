import { expect } from 'chai';
import { createAwsClients } from '../../../../runner/src/adapters/aws/clients.js';
import { simulateRole, type Simulation } from '../../../../runner/src/adapters/aws/iam.js';
import { SecretRegistry } from '../../../../runner/src/secrets/redact.js';
import { AwsProxy } from '../../../support/awsProxy.js';
import { denying, simulator, type SimulatedRole } from '../../../support/aws/simulator.js';
import { rejection } from '../../../support/rejection.js';

const keys = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'very-secret-key' };
const ROLE = 'arn:aws:iam::111111111111:role/execution';
const secret = (name: string) => `arn:aws:secretsmanager:eu-west-1:111111111111:secret:${name}`;
const READ = 'secretsmanager:GetSecretValue';
const allow = (Action: string, Resource: string | string[], Condition?: object) =>
  ({ Statement: [{ Effect: 'Allow', Action, Resource, ...(Condition && { Condition }) }] }) as never;

describe('what IAM says of a role', () => {
  let proxy: AwsProxy;
  const { signal } = new AbortController();
  before(async () => (proxy = await AwsProxy.start('http://127.0.0.1:1')));
  afterEach(() => proxy.recover());
  after(() => proxy.stop());

  const aws = () =>
    createAwsClients({
      region: 'eu-west-1',
      env: { ...keys, AWS_ENDPOINT_URL: proxy.url },
      secrets: new SecretRegistry(),
    });
  const ask = async (
    role: SimulatedRole,
    simulations: readonly Simulation[],
    over: { form?: 'parts' | 'flat'; size?: number } = {},
  ) => {
    proxy.clear();
    proxy.use(simulator({ roles: { [ROLE]: role }, ...over }));
    return simulateRole(aws(), ROLE, simulations, signal);
  };
  const reading = (resources: readonly string[], context = {}): Simulation => ({
    ...{ actions: [READ], resources, context },
  });

  for (const form of ['parts', 'flat'] as const) {
    it(`is told of each resource by itself, where results are ${form}`, async () => {
      const role = { policies: [allow(READ, secret('a-??????'))] };
      const found = await ask(role, [reading([secret('a-AbCdEf'), secret('b-AbCdEf')])], { form });
      expect([...found].map(([key, { verdict }]) => [key, verdict])).to.deep.equal([
        [`${READ} ${secret('a-AbCdEf')}`, 'allowed'],
        [`${READ} ${secret('b-AbCdEf')}`, 'implicitDeny'],
      ]);
    });
  }

  it('goes on to the last page', async () => {
    const actions = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability'];
    const resources = ['arn:aws:ecr:eu-west-1:111111111111:repository/web'];
    const found = await ask({ policies: [allow('ecr:*', '*')] }, [{ actions, resources, context: {} }], {
      size: 1,
    });
    expect([...found.values()].map(({ verdict }) => verdict)).to.deep.equal([
      'allowed',
      'allowed',
      'allowed',
    ]);
    expect(proxy.counts()['IAM.SimulatePrincipalPolicy']).to.equal(3);
  });

  it('is asked of fifty resources at a time', async () => {
    const many = Array.from({ length: 120 }, (_, index) => secret(`s${index}-AbCdEf`));
    const found = await ask({ policies: [allow(READ, '*')] }, [reading(many)]);
    expect(found.size).to.equal(120);
    expect(proxy.counts()['IAM.SimulatePrincipalPolicy']).to.equal(3);
  });

  it('knows actions without a resource', async () => {
    const token = { actions: ['ecr:GetAuthorizationToken'], resources: ['*'], context: {} };
    const found = await ask({ policies: [allow('ecr:GetAuthorizationToken', '*')] }, [token]);
    expect(found.get('ecr:GetAuthorizationToken *')?.verdict).to.equal('allowed');
  });

  it('has the keys of a request that are known, and names those that are not', async () => {
    const at = {
      StringEquals: { 'aws:RequestedRegion': 'eu-west-1' },
      Bool: { 'aws:SecureTransport': 'true' },
    };
    const known = await ask({ policies: [allow(READ, '*', at)] }, [
      reading([secret('a')], { 'aws:RequestedRegion': 'eu-west-1' }),
    ]);
    expect(known.get(`${READ} ${secret('a')}`)).to.deep.equal({ verdict: 'allowed', missing: [] });
    const from = { StringEquals: { 'aws:SourceVpce': 'vpce-1' } };
    const unknown = await ask({ policies: [allow(READ, '*', from)] }, [reading([secret('a')])]);
    expect(unknown.get(`${READ} ${secret('a')}`)).to.deep.equal({
      verdict: 'implicitDeny',
      missing: ['aws:SourceVpce'],
    });
  });

  it('tells what else denies: a boundary, an organization', async () => {
    const policies = [allow(READ, '*')];
    const bound = await ask({ policies, boundary: allow('s3:*', '*') }, [reading([secret('a')])]);
    expect(bound.get(`${READ} ${secret('a')}`)).to.include({ verdict: 'implicitDeny', limit: 'boundary' });
    const organized = await ask({ policies, organization: [allow('s3:*', '*')] }, [reading([secret('a')])]);
    expect(organized.get(`${READ} ${secret('a')}`)?.limit).to.equal('organization');
  });

  it('is asked again where it is throttled or lost', async () => {
    proxy.throttle(/Simulate/, 2);
    proxy.fail(/Simulate/, 1, 'reset');
    const found = await ask({ policies: [allow(READ, '*')] }, [reading([secret('a')])]);
    expect(found.size).to.equal(1);
  });

  it('fails where it may not be asked, or there is no such role', async () => {
    proxy.use(denying(/Simulate/), simulator({ roles: {} }));
    const denied = await rejection(simulateRole(aws(), ROLE, [reading(['*'])], signal), 'AWS_ACCESS_DENIED');
    expect(denied.next).to.contain('"Action":"iam:SimulatePrincipalPolicy"').and.to.contain(ROLE);
    proxy.use(simulator({ roles: {} }));
    const missing = await rejection(simulateRole(aws(), ROLE, [reading(['*'])], signal), 'AWS_REFUSED');
    expect((missing.cause as Error).name).to.equal('NoSuchEntityException');
  });

  for (const [region, host, signedFor] of [
    ['eu-west-1', 'iam.amazonaws.com', 'us-east-1'],
    ['cn-northwest-1', 'iam.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
    ['us-gov-east-1', 'iam.us-gov.amazonaws.com', 'us-gov-west-1'],
  ] as const) {
    it(`is one for all regions: of ${region}, ${host}`, async () => {
      const clients = createAwsClients({ region, env: keys, secrets: new SecretRegistry() });
      const client = await clients.iam();
      const sent: { hostname: string; headers: Record<string, string> }[] = [];
      client.middlewareStack.add(
        () => async (args) => {
          sent.push(args.request as never);
          throw new Error('enough');
        },
        { step: 'deserialize', priority: 'low' },
      );
      await simulateRole(clients, ROLE, [reading(['*'])], signal).catch(() => undefined);
      expect(sent[0]?.hostname).to.equal(host);
      expect(sent[0]?.headers['authorization']).to.contain(`/${signedFor}/iam/`);
    });
  }
});
