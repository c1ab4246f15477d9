import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { provisionStep } from '../../../runner/src/hosts/provision.js';
import { localUp } from '../../../runner/src/local/up.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { Instances } from '../../support/instances.js';
import { testLocalContext } from '../../support/localContext.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';
import { emulator } from '../../support/stateStores.js';

const PLAYBOOK = `
- name: Mark each server
  hosts: web
  gather_facts: false
  become: true
  tasks:
    - name: Write the mark
      ansible.builtin.copy:
        content: "{{ inventory_hostname }}"
        dest: /etc/mark
        mode: "0644"
`;

describe('servers that EC2 tags tell of', function () {
  this.timeout(120_000);
  const instances = new Instances();
  const application = `shop-${instances.id}`;
  const tagged = (Name: string) => ({
    TagSpecifications: [
      {
        ResourceType: 'instance' as const,
        Tags: [
          { Key: 'Application', Value: application },
          { Key: 'Name', Value: Name },
        ],
      },
    ],
  });
  const open: Deployment[] = [];
  let ids: readonly string[] = [];

  const made = async (inventory: Record<string, unknown> = {}): Promise<Deployment> => {
    const config = {
      application: 'shop',
      environments: {
        staging: {
          aws: { region: emulator.AWS_REGION },
          inventory: {
            ...{ tags: { Application: application }, groups: ['web'], user: 'admin' },
            'private-key': instances.privateKey,
            'known-hosts': 'known',
            'host-keys': { from: ['console'], file: 'learned' },
            ...inventory,
          },
          provision: { playbooks: ['mark.yml'] },
        },
      },
    };
    const files = { 'automation-stack.yml': JSON.stringify(config), 'ansible/mark.yml': PLAYBOOK };
    const env = { ...emulator, HOME: '/nonexistent', SSH_AUTH_SOCK: '' };
    const one = await deployment(
      { ...files, known: '', learned: '' },
      { ...env, AUTOMATION_STACK_HOME: home },
    );
    open.push(one);
    return one;
  };
  const { home } = testLocalContext().settings;
  const provision = async ({ context }: Deployment) =>
    provisionStep(context, await context.environment('staging'), stageOf('provision', context), {});

  before(async () => {
    await localUp(testLocalContext());
    await instances.begin();
    ids = [
      ...(await instances.run(tagged('web'))),
      ...(await instances.run(tagged('web'))),
      ...(await instances.run({ TagSpecifications: [] })),
    ];
    for (const id of ids) await instances.until(id, 'running');
  });
  afterEach(() => open.splice(0).forEach((one) => one.remove()));
  after(() => instances.end());

  it('are provisioned over SSH, their keys learned from their consoles', async () => {
    const stack = await made();
    const { hosts, summary } = await provision(stack);
    const [first = '', second = '', other = ''] = ids;
    // Two of one name, which is that of their group too: the ids tell them apart.
    const names = Object.keys(hosts).sort();
    expect(names).to.deep.equal([`web-${first}`, `web-${second}`].sort());
    expect(summary).to.equal('2 hosts provisioned, 2 changes');
    const marks = [
      await instances.ssh(first, 'cat', '/etc/mark'),
      await instances.ssh(second, 'cat', '/etc/mark'),
    ];
    expect(marks.sort()).to.deep.equal(names);
    expect(await instances.ssh(other, 'sh', '-c', "'ls /etc/mark || true'")).to.equal('');
    const learned = readFileSync(join(stack.directory, 'learned'), 'utf8');
    expect(learned.match(/ console$/gm)).to.have.length(2);
  });

  it('are not reached where nobody says that their consoles are believed', async () => {
    await rejection(provision(await made({ 'host-keys': { file: 'learned' } })), 'SSH_HOST_KEY_UNKNOWN');
  });

  it('are told to be nowhere once they are terminated', async () => {
    await instances.terminate(...ids.slice(0, 2));
    await rejection(provision(await made()), 'OUTPUT_MISSING');
  });
});
