import { expect } from 'chai';
import { createAwsClients } from '../../../../runner/src/adapters/aws/clients.js';
import { StackError } from '../../../../runner/src/base/errors.js';
import { SecretRegistry } from '../../../../runner/src/secrets/redact.js';

const keys = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'very-secret-key' };
const make = (env: Record<string, string>, over: object = {}) =>
  createAwsClients({ env, secrets: new SecretRegistry(), ...over });

describe('AWS clients', () => {
  it('take the region from the settings before the environment', () => {
    const env = { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' };
    expect(make(env, { region: 'us-east-1' }).region).to.equal('us-east-1');
    expect(make(env).region).to.equal('eu-west-1');
    expect(make({ AWS_DEFAULT_REGION: 'eu-west-2' }).region).to.equal('eu-west-2');
  });

  it('say where to set the region where there is none', () => {
    try {
      make({});
      throw new Error('expected a failure');
    } catch (error) {
      expect((error as StackError).code).to.equal('CONFIG_INVALID');
      expect((error as StackError).next).to.contain('AWS_REGION');
    }
  });

  it('register keys of the environment as secrets', () => {
    const secrets = new SecretRegistry();
    createAwsClients({ env: { ...keys, AWS_SESSION_TOKEN: 'very-long-token', AWS_REGION: 'x' }, secrets });
    expect(secrets.text('very-secret-key very-long-token')).to.equal('*** ***');
  });

  it('make each client once, with endpoint, region, keys and user agent', async () => {
    const env = { ...keys, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' };
    const aws = make(env, { version: '1.2.3' });
    const client = await aws.sts();
    expect(await aws.sts()).to.equal(client);
    expect((await client.config.endpoint?.())?.hostname).to.equal('127.0.0.1');
    expect((await client.config.credentials()).accessKeyId).to.equal('AKIAEXAMPLE');
    expect(client.config.customUserAgent).to.deep.equal([['automation-stack/1.2.3']]);
  });

  it('prefer the endpoint of one service, as the AWS tools do', async () => {
    const env = {
      ...keys,
      AWS_REGION: 'x',
      AWS_ENDPOINT_URL: 'http://all:1',
      AWS_ENDPOINT_URL_STS: 'http://sts:2',
    };
    expect((await (await make(env).sts()).config.endpoint?.())?.hostname).to.equal('sts');
  });

  it('let a profile win over keys in the environment', async () => {
    const client = await make({ ...keys, AWS_REGION: 'x' }, { profile: 'staging' }).sts();
    expect(client.config.profile).to.equal('staging');
  });
});
