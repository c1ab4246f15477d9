import { expect } from 'chai';
import { consoleOutput, selectFleet, findFleet } from '../../../../runner/src/adapters/aws/ec2.js';
import { verifyAccount } from '../../../../runner/src/adapters/aws/callerIdentity.js';
import { registryHost } from '../../../../runner/src/adapters/aws/ecrRegistry.js';
import { readParameter, readSecret } from '../../../../runner/src/adapters/aws/secrets.js';
import { fakeAws, sdkError } from '../../../support/fakeAws.js';
import { rejection } from '../../../support/rejection.js';

const identity = {
  'sts:GetCallerIdentity': () => ({ Account: '222222222222', Arn: 'arn:aws:iam::222222222222:user/x' }),
};

describe('SSM parameters and secrets', () => {
  it('reads a parameter decrypted', async () => {
    const aws = fakeAws({ 'ssm:GetParameter': () => ({ Parameter: { Value: 'hunter2' } }) });
    expect(await readParameter(aws, '/shop/vault')).to.equal('hunter2');
    expect(aws.asked[0]?.input).to.deep.equal({ Name: '/shop/vault', WithDecryption: true });
  });

  it('says how to make a parameter that is not there', async () => {
    const aws = fakeAws({
      'ssm:GetParameter': () => {
        throw sdkError('ParameterNotFound', 'UnknownError');
      },
    });
    const failure = await rejection(readParameter(aws, '/shop/vault'), 'CONFIG_REFERENCE');
    expect(failure.where).to.equal('${ssm:/shop/vault}');
    expect(failure.next).to.contain('put-parameter').and.not.to.contain('--value hunter2');
  });

  it('reads a secret whole, binary ones too', async () => {
    expect(
      await readSecret(
        fakeAws({ 'secretsmanager:GetSecretValue': () => ({ SecretString: 's3cret' }) }),
        'db',
      ),
    ).to.equal('s3cret');
    const binary = fakeAws({
      'secretsmanager:GetSecretValue': () => ({ SecretBinary: Buffer.from('bytes') }),
    });
    expect(await readSecret(binary, 'db')).to.equal('bytes');
  });

  it('reads one key of a secret that is a JSON object', async () => {
    const aws = fakeAws({
      'secretsmanager:GetSecretValue': () => ({ SecretString: '{"user":"u","port":5432}' }),
    });
    expect(await readSecret(aws, 'db#user')).to.equal('u');
    expect(await readSecret(aws, 'db#port')).to.equal('5432');
    expect(aws.asked[0]?.input).to.deep.equal({ SecretId: 'db' });
  });

  it('names the keys of a secret that lacks the wanted one, never a value', async () => {
    const aws = fakeAws({
      'secretsmanager:GetSecretValue': () => ({ SecretString: '{"user":"u","pass":"hunter2"}' }),
    });
    const failure = await rejection(readSecret(aws, 'db#password'), 'CONFIG_REFERENCE');
    expect(failure.next).to.equal('Its keys are: user, pass.');
    expect(JSON.stringify(failure)).not.to.contain('hunter2');
  });

  it('refuses a key of a secret that is no object', async () => {
    const aws = fakeAws({ 'secretsmanager:GetSecretValue': () => ({ SecretString: 'plain' }) });
    await rejection(readSecret(aws, 'db#user'), 'CONFIG_REFERENCE');
  });
});

describe('the account', () => {
  it('is not asked for where the configuration names none', async () => {
    expect(await verifyAccount(fakeAws({}), 'staging')).to.equal(undefined);
  });

  it('has to be the one the configuration names', async () => {
    const right = fakeAws(identity, { account: '222222222222' });
    expect((await verifyAccount(right, 'staging'))?.account).to.equal('222222222222');
    const wrong = fakeAws(identity, { account: '111111111111' });
    const failure = await rejection(verifyAccount(wrong, 'production'), 'AWS_ACCOUNT_MISMATCH');
    expect(failure.message).to.equal('these credentials belong to another AWS account (222222222222)');
    expect(failure.where).to.equal('environment production is account 111111111111');
  });
});

describe('the registry', () => {
  it('is the ECR of the configured account, without asking', async () => {
    const aws = fakeAws({}, { account: '111111111111' });
    expect(await registryHost(aws, {})).to.equal('111111111111.dkr.ecr.eu-west-1.amazonaws.com');
  });

  it('is the ECR of the credentials’ account where none is configured', async () => {
    expect(await registryHost(fakeAws(identity), {})).to.equal(
      '222222222222.dkr.ecr.eu-west-1.amazonaws.com',
    );
  });

  it('is another one where AUTOMATION_STACK_REGISTRY says so', async () => {
    const env = { AUTOMATION_STACK_REGISTRY: 'http://127.0.0.1:4566/' };
    expect(await registryHost(fakeAws({}), env)).to.equal('127.0.0.1:4566');
  });

  it('has the suffix of the Chinese regions', async () => {
    const aws = fakeAws({}, { account: '111111111111', region: 'cn-north-1' });
    expect(await registryHost(aws, {})).to.equal('111111111111.dkr.ecr.cn-north-1.amazonaws.com.cn');
  });
});

describe('a fleet by tags', () => {
  const instance = (id: string, tags: Record<string, string>, state: 'running' | 'stopped' = 'running') => ({
    InstanceId: id,
    State: { Name: state },
    PrivateIpAddress: `10.0.0.${id.slice(2)}`,
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  });

  it('drops what EC2 should have filtered', () => {
    const found = selectFleet(
      [
        instance('i-1', { app: 'shop', Name: 'shop-10' }),
        instance('i-2', { app: 'other' }),
        instance('i-3', { app: 'shop', Name: 'shop-2' }),
        instance('i-4', { app: 'shop' }, 'stopped'),
        instance('i-5', {}),
      ],
      { app: 'shop' },
    );
    expect(found.map((one) => one.name)).to.deep.equal(['shop-2', 'shop-10']);
  });

  it('is named by instance id where there is no Name tag', () => {
    expect(selectFleet([instance('i-7', { app: 'shop' })], { app: 'shop' })[0]).to.include({
      name: 'i-7',
      privateAddress: '10.0.0.7',
    });
  });

  it('understands the wildcards of EC2 filters, and nothing else as a pattern', () => {
    const machines = [instance('i-1', { env: 'prod-eu' }), instance('i-2', { env: 'prod.eu' })];
    expect(selectFleet(machines, { env: 'prod-*' })).to.have.length(1);
    expect(selectFleet(machines, { env: 'prod.eu' })).to.have.length(1);
    expect(selectFleet(machines, { env: 'prod?eu' })).to.have.length(2);
  });

  it('asks for page after page', async () => {
    const aws = fakeAws({
      'ec2:DescribeInstances': ({ NextToken }) =>
        NextToken === undefined
          ? { Reservations: [{ Instances: [instance('i-1', { app: 'shop' })] }], NextToken: 'more' }
          : { Reservations: [{ Instances: [instance('i-2', { app: 'shop' })] }] },
    });
    expect(await findFleet(aws, { app: 'shop' })).to.have.length(2);
    expect(aws.asked[0]?.input['Filters']).to.deep.equal([
      { Name: 'instance-state-name', Values: ['running'] },
      { Name: 'tag:app', Values: ['shop'] },
    ]);
  });
});

describe('the console of an instance', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64');

  it('is what EC2 has posted', async () => {
    const aws = fakeAws({ 'ec2:GetConsoleOutput': () => ({ Output: base64('login: ü') }) });
    expect(await consoleOutput(aws, 'i-1')).to.equal('login: ü');
    expect(aws.asked.map(({ input }) => input)).to.deep.equal([{ InstanceId: 'i-1' }]);
  });

  it('is asked for as it is now where nothing is posted, and is empty where EC2 cannot say', async () => {
    const latest = (input: Record<string, unknown>) =>
      input['Latest'] === true ? { Output: base64('now') } : {};
    expect(await consoleOutput(fakeAws({ 'ec2:GetConsoleOutput': latest }), 'i-1')).to.equal('now');
    const older = (input: Record<string, unknown>) => {
      if (input['Latest'] === true) throw sdkError('UnsupportedOperation', 'not a Nitro instance');
      return {};
    };
    expect(await consoleOutput(fakeAws({ 'ec2:GetConsoleOutput': older }), 'i-1')).to.equal('');
  });
});
