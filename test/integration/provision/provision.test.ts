import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { provisionStep } from '../../../runner/src/hosts/provision.js';
import type { Deployment } from '../../support/deployment.js';
import { fleet, HOSTS } from '../../support/fleetFixture.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

/** Fails on one host, and prints what a person would look for. */
const FAILS_ON_ONE = `
- name: Check the disks
  hosts: all
  gather_facts: false
  tasks:
    - name: Refuse a host with a bad disk
      ansible.builtin.command: sh -c 'echo sector 7 is bad; exit 5'
      when: inventory_hostname == 'test-fleet-2'
      changed_when: false
`;
const SECRETIVE = `
- name: Use a secret
  hosts: test-fleet-0
  gather_facts: false
  tasks:
    - name: Log in
      ansible.builtin.command: sh -c 'echo the password is opensesame; exit 1'
      no_log: true
      changed_when: false
`;
const VAULTED = `
- name: Use the vault
  hosts: test-fleet-0
  gather_facts: false
  vars_files: [vault.yml]
  tasks:
    - name: Check the secret
      ansible.builtin.assert:
        that: database_password == 'from the vault'
        quiet: true
`;

describe('provisioning real hosts', function () {
  this.timeout(300_000);
  const open: Deployment[] = [];
  const made = async (...args: Parameters<typeof fleet.deployment>): Promise<Deployment> => {
    const deployment = await fleet.deployment(...args);
    open.push(deployment);
    return deployment;
  };
  const provision = async ({ context }: Deployment, options = {}) =>
    provisionStep(context, await context.environment('staging'), stageOf('provision', context), options);

  before(() => fleet.up());
  afterEach(() => open.splice(0).forEach((deployment) => deployment.remove()));

  it('brings hosts into shape, and a second run changes nothing', async () => {
    const deployment = await made();
    await provision(deployment);
    const again = await provision(deployment, { full: true });
    expect(again.changed).to.equal(0);
    expect(Object.keys(again.hosts)).to.deep.equal([...HOSTS]);
    expect(again.summary).to.equal('4 hosts as they should be, nothing to change');
    expect(await fleet.inside('test-fleet-3', 'systemctl', 'is-active', 'docker')).to.equal('active');
  });

  it('changes nothing in a dry run, and shows the difference', async () => {
    const deployment = await made({
      provision: { playbooks: ['docker-host.yml'], vars: { docker_engine_log_max_size: '99m' } },
    });
    const result = await provision(deployment, { dryRun: true, limit: 'test-fleet-0' });
    expect(result.changed).to.be.greaterThan(0);
    const lines = deployment.events.map((event) => (event.type === 'stage.output' ? event.line : ''));
    expect(lines.some((line) => line.includes('99m'))).to.equal(true);
    expect(await fleet.inside('test-fleet-0', 'cat', '/etc/docker/daemon.json')).not.to.include('99m');
  });

  it('names the failing host, its task, its message and the line of the playbook', async () => {
    const deployment = await made(
      { provision: { playbooks: ['disks.yml'] } },
      {},
      { 'ansible/disks.yml': FAILS_ON_ONE },
    );
    const error = await rejection(provision(deployment), 'PLAYBOOK_FAILED');
    expect(error.message).to.equal(
      'test-fleet-2: task "Refuse a host with a bad disk": non-zero return code',
    );
    expect(error.where).to.match(/ansible\/disks\.yml:6$/);
    expect(error.evidence).to.include('sector 7 is bad');
    expect(error.evidence).to.include('1 of 4 hosts failed in disks.yml');
    expect(error.next).to.include('--limit test-fleet-2');
  });

  it('says what Ansible says where a playbook cannot even start', async () => {
    const deployment = await made(
      { provision: { playbooks: ['broken.yml'] } },
      {},
      { 'ansible/broken.yml': '- hosts: all\n  tasks:\n    - nonsense.module: {}\n' },
    );
    const error = await rejection(provision(deployment), 'PLAYBOOK_FAILED');
    expect(error.evidence.join('\n')).to.include('nonsense.module');
  });

  it('looks for a playbook in the deployment, then among the generic ones, and says where it looked', async () => {
    const deployment = await made({ provision: { playbooks: ['nowhere.yml'] } });
    const error = await rejection(provision(deployment), 'CONFIG_INVALID');
    expect(error.message).to.equal('there is no playbook nowhere.yml');
    expect(error.evidence).to.have.length(3);
  });

  it('keeps what a task marked no_log printed out of every event and of the error', async () => {
    const deployment = await made(
      { provision: { playbooks: ['secret.yml'] } },
      {},
      { 'ansible/secret.yml': SECRETIVE },
    );
    const error = await rejection(provision(deployment), 'PLAYBOOK_FAILED');
    expect(error.message).to.include('no_log');
    expect(JSON.stringify([error, error.evidence, deployment.events])).not.to.include('opensesame');
  });

  it('opens Ansible Vault with a password that never stands in argv', async () => {
    const deployment = await made(
      { provision: { playbooks: ['vaulted.yml'], vault: { password: '${env:VAULT_PASSWORD}' } } },
      {},
      { 'ansible/vaulted.yml': VAULTED },
    );
    const file = join(deployment.directory, 'ansible', 'vault.yml');
    writeFileSync(file, "database_password: 'from the vault'\n");
    await fleet.encrypt(file, 'open-sesame-42');
    const again = await deployment.again({ VAULT_PASSWORD: 'open-sesame-42' });
    expect((await provision(again, { limit: 'test-fleet-0' })).hosts['test-fleet-0']?.failed).to.equal(0);
    const wrong = await deployment.again({ VAULT_PASSWORD: 'wrong-password' });
    const error = await rejection(provision(wrong), 'CONFIG_INVALID');
    expect(error.message).to.equal('the password of Ansible Vault does not open vault.yml');
    expect(wrong.events.filter(({ type }) => type === 'stage.progress')).to.deep.equal([]);
  });

  it('does not say that hosts are as they should be where no play works on them', async () => {
    const nobody = '- hosts: databases\n  gather_facts: false\n  tasks:\n    - ansible.builtin.ping:\n';
    const first = '- hosts: web[0]\n  gather_facts: false\n  tasks:\n    - ansible.builtin.ping:\n';
    const others = first.replace('web[0]', 'web:!web[0]');
    const files = { 'ansible/nobody.yml': nobody, 'ansible/first.yml': first, 'ansible/others.yml': others };
    const of = (...playbooks: string[]) => made({ provision: { playbooks } }, {}, files);
    const none = await rejection(provision(await of('nobody.yml')), 'PLAYBOOK_FAILED');
    expect(none.message).to.equal('test-fleet-0 (and 3 more of 4 hosts): no task of nobody.yml ran there');
    const some = await rejection(provision(await of('first.yml')), 'PLAYBOOK_FAILED');
    expect(some.message).to.equal('test-fleet-1 (and 2 more of 4 hosts): no task of first.yml ran there');
    expect(some.evidence).to.include('test-fleet-0: done');
    const limited = { provision: { playbooks: ['first.yml'], limit: 'test-fleet-0' } };
    expect((await provision(await made(limited, {}, files))).summary).to.match(/^1 host as it should be/);
    const whole = await provision(await of('nobody.yml', 'first.yml', 'others.yml'));
    expect(whole.summary).to.equal('4 hosts as they should be, nothing to change');
  });

  it('does not call tags that no task has a success, and counts only hosts where a tagged task ran', async () => {
    const tagged =
      '- hosts: all\n  tasks:\n    - ansible.builtin.ping:\n      tags: [check]\n' +
      "      when: inventory_hostname == 'test-fleet-2'\n";
    const deployment = await made(
      { provision: { playbooks: ['tagged.yml'] } },
      {},
      { 'ansible/tagged.yml': tagged },
    );
    const error = await rejection(provision(deployment, { tags: ['chek'] }), 'PLAYBOOK_FAILED');
    expect(error.message).to.include('no task with a tag of chek of tagged.yml ran there');
    const result = await provision(deployment, { tags: ['check'] });
    expect(result.summary).to.equal('1 host as it should be, nothing to change');
  });

  it('finds key and known_hosts whatever their path holds', async () => {
    const folder = `100% "it's" #%h \\ $HOME {{ 1 }}, a:b`;
    const { privateKey, knownHosts } = fleet.settings;
    const deployment = await made(
      { inventory: { 'private-key': `${folder}/id`, 'known-hosts': `${folder}/known` } },
      {},
      {
        [`${folder}/id`]: readFileSync(privateKey, 'utf8'),
        [`${folder}/known`]: readFileSync(knownHosts, 'utf8'),
      },
    );
    chmodSync(join(deployment.directory, folder, 'id'), 0o600);
    const { hosts } = await provision(deployment, { limit: 'test-fleet-1' });
    expect(Object.keys(hosts)).to.deep.equal(['test-fleet-1']);
  });

  it('works only on the hosts asked for, and knows a mistyped one', async () => {
    const deployment = await made();
    const result = await provision(deployment, { limit: 'test-fleet-1' });
    expect(Object.keys(result.hosts)).to.deep.equal(['test-fleet-1']);
    const error = await rejection(provision(deployment, { limit: 'test-flet-1' }), 'USAGE');
    expect(error.message).to.include('Did you mean "test-fleet-1"?');
  });
});
