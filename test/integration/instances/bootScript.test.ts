import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import {
  CreateLaunchTemplateCommand,
  DeleteLaunchTemplateCommand,
  type RequestLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { bootScript } from '../../../runner/src/hosts/bootScript.js';
import { localUp } from '../../../runner/src/local/up.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { DEBIAN_IMAGE } from '../../support/instances.js';
import { ManagedInstances } from '../../support/managedInstances.js';
import { testLocalContext } from '../../support/localContext.js';
import { rejection } from '../../support/rejection.js';
import { emulator, makeBucket } from '../../support/stateStores.js';

/** Of `database_password: from the vault`, made by `ansible-vault` of ansible-core 2.19. */
const SEALED = `$ANSIBLE_VAULT;1.1;AES256
65333836386136646537343532393030366661633739363233346261633266653262616563623165
3764366462383239306234313735643837333230373331330a376163303037393032343438393235
30323061396263396433663066303664653165633434616664663535326665346461343232333863
6433346663666335660a383837363063303035373130383837333636323961623065626539653035
61633234346431383833666362386332306132323336376364623936346432323364373535643138
3163633633323063653339303763396662356362383331306336
`;
const markIn = (group: string, text: string) => `
- name: Mark it
  hosts: ${group}
  gather_facts: false
  tasks:
    - name: Write the mark
      ansible.builtin.copy:
        content: "${text}"
        dest: /etc/mark-${group}
        mode: "0644"
`;
const SIGNED =
  'AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/autoscaling/aws4_request, SignedHeaders=host, Signature=0';

/** Calls autoscaling by its query API. @returns the answer as it came */
async function scaling(Action: string, parameters: Record<string, string>): Promise<string> {
  const answer = await fetch(emulator.AWS_ENDPOINT_URL, {
    method: 'POST',
    headers: { authorization: SIGNED, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ Action, Version: '2011-01-01', ...parameters }).toString(),
  });
  return answer.text();
}

describe('an autoscaled instance that provisions itself', function () {
  // Installing Ansible takes its time on a machine that others use too.
  this.timeout(600_000);
  const managed = new ManagedInstances();
  const { client, id } = managed.instances;
  const name = `boot-${id}`;
  const { home, name: local } = testLocalContext().settings;
  const open: Deployment[] = [];
  let bucket = '';
  let instance = '';

  const made = async (over: Record<string, unknown> = {}): Promise<Deployment> => {
    const config = {
      application: 'shop',
      environments: {
        staging: {
          aws: { region: emulator.AWS_REGION },
          inventory: { tags: { Application: name }, 'run-command': { bucket } },
          provision: {
            playbooks: [
              { playbook: 'web.yml', group: 'web' },
              { playbook: 'build.yml', group: 'build' },
              'last.yml',
            ],
            vault: { password: `\${ssm:/${name}/vault}` },
            vars: { word: 'plain' },
          },
          ...over,
        },
      },
    };
    const one = await deployment(
      {
        'automation-stack.yml': JSON.stringify(config),
        'ansible/web.yml': markIn('web', '{{ inventory_hostname }} {{ word }} {{ database_password }}'),
        'ansible/build.yml': markIn('build', 'never'),
        'ansible/last.yml': markIn('all', "{{ lookup('file', '/etc/mark-web') }}, last"),
        'ansible/group_vars/web/vault.yml': SEALED,
      },
      { ...emulator, TOKEN: 'tok-SECRET-1', HOME: '/nonexistent', AUTOMATION_STACK_HOME: home },
    );
    open.push(one);
    return one;
  };
  const script = async ({ context }: Deployment, groups: readonly string[] = ['web']) =>
    bootScript(context, await context.environment('staging'), { groups });
  const on = (...command: string[]) =>
    execFileSync('docker', ['exec', `${local}-${instance}`, ...command], { encoding: 'utf8' }).trim();

  before(async () => {
    await localUp(testLocalContext());
    await managed.begin();
    bucket = await makeBucket();
    const ssm = new SSMClient({
      ...{ endpoint: emulator.AWS_ENDPOINT_URL, region: emulator.AWS_REGION },
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    await ssm.send(
      new PutParameterCommand({ Name: `/${name}/vault`, Value: 'open-sesame-42', Type: 'SecureString' }),
    );
    ssm.destroy();
  });
  afterEach(() => open.splice(0).forEach((one) => one.remove()));
  after(async () => {
    await scaling('DeleteAutoScalingGroup', { AutoScalingGroupName: name, ForceDelete: 'true' });
    await client.send(new DeleteLaunchTemplateCommand({ LaunchTemplateName: name })).catch(() => undefined);
    await managed.end();
  });

  it('runs the layers of its groups, with a Vault whose password it reads itself', async () => {
    const { text, layers } = await script(await made());
    expect(layers).to.deep.equal(['web.yml (web)', 'last.yml']);
    expect(text).not.to.contain('open-sesame');
    const data: RequestLaunchTemplateData = {
      ImageId: DEBIAN_IMAGE,
      InstanceType: 't3.micro',
      IamInstanceProfile: { Name: managed.profile },
      UserData: Buffer.from(text).toString('base64'),
    };
    await client.send(
      new CreateLaunchTemplateCommand({ LaunchTemplateName: name, LaunchTemplateData: data }),
    );
    await scaling('CreateAutoScalingGroup', {
      ...{ AutoScalingGroupName: name, MinSize: '1', MaxSize: '1', DesiredCapacity: '1' },
      ...{ VPCZoneIdentifier: 'subnet-00000001', 'LaunchTemplate.LaunchTemplateName': name },
    });
    for (let tries = 0; tries < 300 && instance === ''; tries += 1) {
      const answer = await scaling('DescribeAutoScalingGroups', { 'AutoScalingGroupNames.member.1': name });
      instance = /<InstanceId>(i-\w+)/.exec(answer)?.[1] ?? '';
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await managed.instances.until(instance, 'running');
    on('cloud-init', 'status', '--wait');
    expect(on('cat', '/etc/mark-web')).to.equal(`${instance} plain from the vault`);
    expect(on('cat', '/etc/mark-all')).to.equal(`${instance} plain from the vault, last`);
    expect(on('sh', '-c', 'ls /etc/mark-build 2>&1 || true')).to.contain('No such file');
    expect(on('sh', '-c', 'ls /run/automation-stack')).to.equal('lock');
  });

  it('is given no secret by its user data', async () => {
    const vars = { provision: { playbooks: ['last.yml'], vars: { word: '${secret-env:TOKEN}' } } };
    const failure = await rejection(script(await made(vars)), 'CONFIG_INVALID');
    expect(failure.message).to.contain('provision.vars has a secret');
    const vault = { provision: { playbooks: ['last.yml'], vault: { password: '${env:TOKEN}' } } };
    expect((await rejection(script(await made(vault)), 'CONFIG_INVALID')).message).to.contain('cannot read');
  });

  it('is refused where no layer is for it', async () => {
    const one = { provision: { playbooks: [{ playbook: 'web.yml', group: 'web' }] } };
    await rejection(script(await made(one), ['db']), 'USAGE');
  });
});
