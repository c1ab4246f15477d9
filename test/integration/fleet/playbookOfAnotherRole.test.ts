import { expect } from 'chai';
import type { Target } from '../../../runner/src/context/target.js';
import type { Deployment } from '../../support/deployment.js';
import { fleet, fleetApps, HOSTS, rollout } from '../../support/fleetFixture.js';
import { rejection } from '../../support/rejection.js';

const play = (hosts: string, more = '') => `- name: Replace the container
  hosts: ${hosts}
  become: true
  gather_facts: false
${more === '' ? '  roles:\n    - role: app_container\n' : more}`;

/** Playbooks that Ansible ends well, and that replace nothing, or not all, of what was asked for. */
const PLAYBOOKS: Record<string, readonly [playbook: string, reason: RegExp]> = {
  'names a group that is not there': [play('webservers'), /^test-fleet-0: no play of app\.yml ran on it/],
  'names only the first host': [play('"web[0]"'), /^test-fleet-1: no play of app\.yml ran on it/],
  'has no tasks': [play('web', '  tasks: []\n'), /^test-fleet-\d: no play of app\.yml ran on it/],
  'skips its role': [
    play('web', '  roles:\n    - role: app_container\n      when: false\n'),
    /^test-fleet-0: the playbook succeeded, but it runs sha256:/,
  ],
  'does something else': [
    play(
      'web',
      '  tasks:\n    - name: Say hello\n      ansible.builtin.command: echo hello\n      changed_when: true\n',
    ),
    /^test-fleet-0: the playbook succeeded, but it runs sha256:/,
  ],
};

/** What people have in their shells, for work by hand. */
const SHELLS: Record<string, Record<string, string>> = {
  'tags to run': { ANSIBLE_RUN_TAGS: 'x' },
  'tags to skip': { ANSIBLE_SKIP_TAGS: 'all' },
  'another inventory plugin, strategy and callback': {
    ANSIBLE_INVENTORY_ENABLED: 'ini',
    ANSIBLE_INVENTORY: '/nowhere',
    ANSIBLE_STRATEGY: 'debug',
    ANSIBLE_ENABLE_TASK_DEBUGGER: 'True',
    ANSIBLE_STDOUT_CALLBACK: 'minimal',
    ANSIBLE_CALLBACKS_ENABLED: 'profile_tasks,nobody_has_this',
    ANSIBLE_VARS_ENABLED: 'nobody.has.this',
  },
  'a connection to this machine, and questions': {
    ANSIBLE_TRANSPORT: 'local',
    ANSIBLE_ASK_PASS: 'True',
    ANSIBLE_BECOME_ASK_PASS: 'True',
  },
};
const CONFIGURATION = `[defaults]
transport = local
ask_pass = True
stdout_callback = minimal
[tags]
run = x
skip = all
[inventory]
enable_plugins = ini
`;

describe('a real fleet whose playbook or shell misleads Ansible', function () {
  this.timeout(300_000);
  const digests = { one: '', two: '' };
  const open: Deployment[] = [];
  let target: Target;
  const versions = async () => (await target.status()).summary;
  const all = (version: string) => HOSTS.map((host) => `${host} ${version}`).join(' · ');
  const made = async (...args: Parameters<typeof fleet.deployment>): Promise<Deployment> => {
    const deployment = await fleet.deployment(...args);
    open.push(deployment);
    return deployment;
  };

  before(async () => {
    await fleet.provisioned();
    digests.one = await fleet.image(fleetApps.good);
    digests.two = await fleet.image(fleetApps.good);
    target = await fleet.target(await made());
  });
  beforeEach(() => target.deploy(fleet.release('1.0.0', digests.one), rollout()));
  after(() => open.forEach((deployment) => deployment.remove()));

  for (const [name, [playbook, reason]] of Object.entries(PLAYBOOKS)) {
    it(`does not call a deploy healthy whose playbook ${name}`, async () => {
      const misled = await fleet.target(
        await made({}, { playbook: 'app.yml' }, { 'ansible/app.yml': playbook }),
      );
      const error = await rejection(
        misled.deploy(fleet.release('1.1.0', digests.two), rollout()),
        'DEPLOY_FAILED',
      );
      expect(error.message).to.match(reason);
      expect(await versions()).to.equal(all('1.0.0'));
    });
  }

  for (const [name, shell] of Object.entries(SHELLS)) {
    it(`deploys with ${name} in the environment as without`, async () => {
      const misled = await fleet.target(await (await made()).again(shell));
      const record = await misled.deploy(fleet.release('1.1.0', digests.two), rollout());
      expect(record.status).to.equal('healthy');
      expect(await versions()).to.equal(all('1.1.0'));
    });
  }

  it('deploys with an ansible.cfg that selects tags, inventories and connections as without', async () => {
    const misled = await fleet.target(await made({}, {}, { 'ansible/ansible.cfg': CONFIGURATION }));
    await misled.deploy(fleet.release('1.1.0', digests.two), rollout());
    expect(await versions()).to.equal(all('1.1.0'));
  });

  it('is never healthy beside two versions, whatever the labels say', async () => {
    const hosts = JSON.stringify(fleet.hostsOutput(['test-fleet-3']));
    const one = await made({}, {}, { 'terraform/hosts.json': hosts });
    await (await fleet.target(one)).deploy(fleet.release('1.1.0', digests.two), rollout());
    expect(await target.status(fleet.release('1.0.0', digests.one))).to.deep.include({
      healthy: false,
      summary: all('1.0.0').replace('test-fleet-3 1.0.0', 'test-fleet-3 1.1.0 (not healthy)'),
    });
    expect((await target.status()).healthy).to.equal(false);
    // The ledger says 1.1.0: then it is the other three that are not healthy.
    expect((await target.status(fleet.release('1.1.0', digests.two))).summary).to.match(
      /test-fleet-2 1\.0\.0 \(not healthy\) · test-fleet-3 1\.1\.0$/,
    );
  });

  it('sees an image that a playbook pins under the labels of the release, and never calls that a way back', async () => {
    const pinned = `${fleet.hostRegistry}/test-fleet/web@${digests.one}`;
    const playbook = play(
      'web',
      `  tasks:
    - name: Replace it by hand
      ansible.builtin.shell: >-
        docker rm --force shop-web; docker run --detach --init --name shop-web --publish 80:8000
        --label automation-stack.definition={{ app_container_definition }}
        --label automation-stack.digest={{ app_container_labels['automation-stack.digest'] }}
        --label automation-stack.version={{ app_container_labels['automation-stack.version'] }}
        ${pinned}
      changed_when: true
`,
    );
    const misled = await fleet.target(
      await made({}, { playbook: 'app.yml' }, { 'ansible/app.yml': playbook }),
    );
    const release = fleet.release('1.1.0', digests.two);
    const error = await rejection(misled.deploy(release, rollout()), 'DEPLOY_FAILED');
    expect(error.message).to.include(`it runs ${digests.one}, not ${digests.two}`);
    expect((await misled.status(release)).healthy).to.equal(false);
  });
});
