import { expect } from 'chai';
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { CreateTagsCommand, ModifyInstanceMetadataOptionsCommand } from '@aws-sdk/client-ec2';
import { GetCommandInvocationCommand, SendCommandCommand, SSMClient } from '@aws-sdk/client-ssm';
import { localUp } from '../../../runner/src/local/up.js';
import { Instances } from '../../support/instances.js';
import { testLocalContext } from '../../support/localContext.js';
import { emulator } from '../../support/stateStores.js';

const SERVICE = 'http://169.254.169.254/latest';

describe('an EC2 instance asks who it is', function () {
  this.timeout(60_000);
  const instances = new Instances();
  const name = `profile-${instances.id}`;
  let id = '';
  const curl = (...words: string[]) => instances.ssh(id, 'curl', '-s', '-m', '5', ...words);
  const status = (...words: string[]) => curl('-o', '/dev/null', '-w', "'%{http_code}'", ...words);
  const token = () =>
    curl('-X', 'PUT', '-H', "'X-aws-ec2-metadata-token-ttl-seconds: 60'", `${SERVICE}/api/token`);
  const ask = async (path: string) =>
    curl('-H', `'X-aws-ec2-metadata-token: ${await token()}'`, `${SERVICE}/${path}`);

  before(async () => {
    await localUp(testLocalContext());
    await instances.begin();
    const iam = new IAMClient({
      endpoint: emulator.AWS_ENDPOINT_URL,
      region: emulator.AWS_REGION,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: '{}' }));
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name }));
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName: name }));
    iam.destroy();
    [id = ''] = await instances.run({
      IamInstanceProfile: { Name: name },
      MetadataOptions: { HttpTokens: 'required', InstanceMetadataTags: 'enabled' },
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Role', Value: 'web' }] }],
    });
    await instances.until(id, 'running');
  });
  after(() => instances.end());

  it('only with a token, which a lifetime is asked for', async () => {
    expect(await status(`${SERVICE}/meta-data/instance-id`)).to.equal('401');
    expect(await status('-X', 'PUT', `${SERVICE}/api/token`)).to.equal('400');
    expect(await ask('meta-data/instance-id')).to.equal(id);
  });

  it('and is told its place, its image and its account', async () => {
    const { PrivateIpAddress, ImageId, Placement } = await instances.describe(id);
    expect(await ask('meta-data/local-ipv4')).to.equal(PrivateIpAddress);
    expect(await ask('meta-data/placement/availability-zone')).to.equal(Placement?.AvailabilityZone);
    const document = JSON.parse(await ask('dynamic/instance-identity/document')) as Record<string, string>;
    expect(document).to.include({ instanceId: id, imageId: ImageId, region: 'eu-west-1' });
    expect(await ask('meta-data/public-keys/0/openssh-key')).to.match(/^ssh-ed25519 /);
  });

  it('and sees its tags as they are now', async () => {
    expect(await ask('meta-data/tags/instance')).to.equal('Role');
    await instances.client.send(
      new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'Version', Value: '1.2.3' }] }),
    );
    expect(await ask('meta-data/tags/instance/Version')).to.equal('1.2.3');
  });

  it('and gets credentials of its profile, which the AWS API takes', async () => {
    const path = 'meta-data/iam/security-credentials';
    expect(await ask(`${path}/`)).to.equal(name);
    const credentials = JSON.parse(await ask(`${path}/${name}`)) as Record<string, string>;
    expect(credentials).to.include({ Code: 'Success', Type: 'AWS-HMAC' });
    expect(Date.parse(credentials['Expiration'] ?? '')).to.be.greaterThan(Date.now());
    const health = await instances.ssh(id, 'sh', '-lc', "'curl -s $AWS_ENDPOINT_URL/_ministack/health'");
    expect(health).to.contain('ec2');
  });

  it('and runs what Systems Manager sends, which needs its profile', async () => {
    const ssm = new SSMClient({
      endpoint: emulator.AWS_ENDPOINT_URL,
      region: emulator.AWS_REGION,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const send = (InstanceIds: string[], command: string) =>
      ssm.send(
        new SendCommandCommand({
          ...{ DocumentName: 'AWS-RunShellScript', InstanceIds },
          Parameters: { commands: [command] },
        }),
      );
    const { Command } = await send([id], 'whoami; hostname; exit 3');
    const asked = { CommandId: Command?.CommandId, InstanceId: id };
    let ended = await ssm.send(new GetCommandInvocationCommand(asked));
    for (let tries = 0; tries < 100 && !['Success', 'Failed'].includes(ended.Status ?? ''); tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      ended = await ssm.send(new GetCommandInvocationCommand(asked));
    }
    expect(ended).to.include({ Status: 'Failed', ResponseCode: 3 });
    expect(ended.StandardOutputContent).to.equal(`root\n${await instances.ssh(id, 'hostname')}\n`);
    const [other = ''] = await instances.run();
    await instances.ssh(other, 'true');
    const refused = await send([other], 'true').catch((error: Error) => error.name);
    expect(refused).to.equal('InvalidInstanceId');
    ssm.destroy();
  });

  it('not where the service is switched off', async () => {
    const options = { InstanceId: id, HttpEndpoint: 'disabled' } as const;
    await instances.client.send(new ModifyInstanceMetadataOptionsCommand(options));
    expect(await status(`${SERVICE}/meta-data/instance-id`)).to.equal('404');
  });
});
