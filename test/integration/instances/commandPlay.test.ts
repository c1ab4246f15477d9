import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { inventoryOf } from '../../../runner/src/hosts/inventory.js';
import { runPlaybook } from '../../../runner/src/hosts/playbook.js';
import { provisionStep } from '../../../runner/src/hosts/provision.js';
import { localUp } from '../../../runner/src/local/up.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { ManagedInstances } from '../../support/managedInstances.js';
import { testLocalContext } from '../../support/localContext.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';
import { emulator, makeBucket } from '../../support/stateStores.js';

const PLAYBOOK = `
- name: Mark each server
  hosts: web
  gather_facts: false
  become: true
  roles:
    - role: marked
  tasks:
    - name: Fail where it is asked for
      ansible.builtin.fail:
        msg: "{{ inventory_hostname }} is broken"
      when: broken | default('') == 'yes'
`;
const TASKS = `
- name: Write the mark
  ansible.builtin.copy:
    content: "{{ inventory_hostname }} {{ word }} {{ lookup('env', 'TOKEN') }}"
    dest: /etc/mark
    mode: "0644"
`;
const FILE = `
- name: Put the release there
  hosts: web
  gather_facts: false
  tasks:
    - name: Copy it
      ansible.builtin.copy:
        src: "{{ release_file }}"
        dest: /opt/app.txt
        mode: "0644"
`;

describe('hosts that run playbooks themselves', function () {
  // Installing Ansible takes its time on a machine that others use too.
  this.timeout(600_000);
  const managed = new ManagedInstances();
  const { instances } = managed;
  const application = `shop-${instances.id}`;
  const open: Deployment[] = [];
  const { home } = testLocalContext().settings;
  const s3 = new S3Client({
    ...{ endpoint: emulator.AWS_ENDPOINT_URL, region: emulator.AWS_REGION, forcePathStyle: true },
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  let bucket = '';
  let ids: readonly string[] = [];

  const made = async (
    vars: Record<string, unknown> = {},
    command: object = {},
    files: Readonly<Record<string, string>> = {},
  ): Promise<Deployment> => {
    const config = {
      application: 'shop',
      environments: {
        staging: {
          aws: { region: emulator.AWS_REGION },
          inventory: {
            ...{ tags: { Application: application }, groups: ['web'], user: 'admin' },
            transport: 'run-command',
            'run-command': { bucket, ...command },
          },
          variables: { TOKEN: '${env:TOKEN}' },
          provision: {
            ...{ playbooks: ['mark.yml'], 'unchanged-for': '0s' },
            vars: { word: 'plain', ...vars },
          },
        },
      },
    };
    const one = await deployment(
      {
        'automation-stack.yml': JSON.stringify(config),
        'ansible/mark.yml': PLAYBOOK,
        'ansible/roles/marked/tasks/main.yml': TASKS,
        ...files,
      },
      {
        ...emulator,
        HOME: '/nonexistent',
        SSH_AUTH_SOCK: '',
        TOKEN: 'tok-SECRET-1',
        AUTOMATION_STACK_HOME: home,
      },
    );
    open.push(one);
    return one;
  };
  const provision = async ({ context }: Deployment) =>
    provisionStep(context, await context.environment('staging'), stageOf('provision', context), {});
  const on = (id: string, ...command: string[]) =>
    String(
      execFileSync('docker', ['exec', `${testLocalContext().settings.name}-${id}`, ...command], {
        encoding: 'utf8',
      }),
    ).trim();
  const commandsSent = async () => {
    const { ListCommandsCommand } = await import('@aws-sdk/client-ssm');
    return (await managed.aws.ssm()).send(new ListCommandsCommand({}));
  };
  const keys = async () =>
    ((await s3.send(new ListObjectsV2Command({ Bucket: bucket }))).Contents ?? []).map(({ Key = '' }) => Key);

  before(async () => {
    await localUp(testLocalContext());
    await managed.begin();
    bucket = await makeBucket();
    ids = await managed.run(2, {
      TagSpecifications: [
        {
          ResourceType: 'instance',
          Tags: [
            { Key: 'Application', Value: application },
            { Key: 'Name', Value: 'web' },
          ],
        },
      ],
    });
  });
  afterEach(() => open.splice(0).forEach((one) => one.remove()));
  after(async () => {
    s3.destroy();
    await managed.end();
  });

  it('get them in one bundle, and leave no secret behind', async () => {
    const { summary } = await provision(await made());
    expect(summary).to.equal('2 hosts provisioned, 2 changes');
    const marks = ids.map((id) => on(id, 'cat', '/etc/mark'));
    expect(marks.every((mark) => mark.endsWith(' plain tok-SECRET-1'))).to.equal(true);
    expect(new Set(marks).size).to.equal(2);
    expect(await keys()).to.have.length(1);
    expect((await keys())[0]).to.match(/^playbooks\/shop\/[0-9a-f]{64}\.tar\.gz$/);
    for (const id of ids) expect(on(id, 'sh', '-c', 'ls /run/automation-stack')).to.equal('lock');
  });

  it('tell what failed where, and what was not begun', async () => {
    const failure = await rejection(
      provision(await made({ broken: 'yes' }, { 'max-concurrency': 1 })),
      'PLAYBOOK_FAILED',
    );
    const told = [failure.message, ...failure.evidence].join('\n');
    expect(told).to.contain('is broken');
    expect(told).to.contain('not begun: more hosts have failed than inventory.run-command.max-errors');
  });

  it('share a command where they are jobs of their own, and get a file of S3 that is checked', async () => {
    const text = 'the artifact';
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'artifacts/app.txt', Body: text }));
    const { context } = await made({}, {}, { 'ansible/file.yml': FILE });
    const environment = await context.environment('staging');
    const inventory = await inventoryOf(context, environment);
    const aws = await context.aws(environment);
    const sent = () => aws.calls.byAction()['ssm:SendCommand'] ?? 0;
    const play = async (sha256: string) =>
      Promise.all(
        inventory.hosts.map(({ name }) =>
          runPlaybook(context, {
            ...{ environment, inventory, playbook: 'file.yml', limit: [name], variables: {} },
            ...{ stage: stageOf('deploy', context), signal: context.signal },
            objects: [
              { variable: 'release_file', file: 'app.txt', bucket, key: 'artifacts/app.txt', sha256 },
            ],
          }),
        ),
      );
    const outcomes = await play(createHash('sha256').update(text).digest('hex'));
    expect(sent()).to.equal(1);
    expect(outcomes.flatMap(({ failures }) => failures)).to.deep.equal([]);
    expect(outcomes.map(({ hosts }) => Object.keys(hosts))).to.deep.equal(
      inventory.hosts.map(({ name }) => [name]),
    );
    for (const id of ids) expect(on(id, 'cat', '/opt/app.txt')).to.equal(text);
    const [wrong] = await play('0'.repeat(64));
    expect(wrong?.failures[0]?.message).to.contain('artifacts/app.txt is not the one of this run');
  });

  it('are given what has a secret by S3, never in a command', async () => {
    const { context } = await made();
    const environment = await context.environment('staging');
    context.secrets.register('tok-SECRET-1');
    const [ssh, { hosts }] = await Promise.all([context.ssh(environment), inventoryOf(context, environment)]);
    const results = await ssh.each(hosts, (host) =>
      ssh.execAsRoot(host, ['cat'], { input: 'TOKEN=tok-SECRET-1' }),
    );
    expect(results.map(({ stdout }) => stdout)).to.deep.equal(['TOKEN=tok-SECRET-1', 'TOKEN=tok-SECRET-1']);
    const commands = JSON.stringify(await commandsSent());
    expect(commands).to.contain('AUTOMATION_STACK_REQUEST');
    for (const form of ['tok-SECRET-1', Buffer.from('TOKEN=tok-SECRET-1').toString('base64')])
      expect(commands).not.to.contain(form);
    expect((await keys()).filter((key) => key.includes('/values/'))).to.deep.equal([]);
  });

  it('run no bundle that is another than the one that was sent', async () => {
    const stack = await made({ word: 'next' });
    for (const id of ids) on(id, 'sh', '-c', 'rm -rf /var/lib/automation-stack/bundles');
    // Another test has left a bundle with another playbook.
    for (const Key of (await keys()).filter((one) => one.endsWith('.tar.gz'))) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      const bytes = Buffer.from(
        await (Body as { transformToByteArray(): Promise<Uint8Array> }).transformToByteArray(),
      );
      // One bit of the same size.
      bytes[bytes.length - 9] = (bytes[bytes.length - 9] as number) ^ 1;
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: bytes }));
    }
    const failure = await rejection(provision(stack), 'PLAYBOOK_FAILED');
    expect([failure.message, ...failure.evidence].join('\n')).to.contain('is not the one of this run');
    for (const id of ids) expect(on(id, 'cat', '/etc/mark')).to.contain(' plain ');
  });
});
