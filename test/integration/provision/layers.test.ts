import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { provisionStep } from '../../../runner/src/hosts/provision.js';
import type { ProvisionOptions } from '../../../runner/src/hosts/rules/provisionOptions.js';
import type { Deployment } from '../../support/deployment.js';
import { fleet } from '../../support/fleetFixture.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

const [WEB, OTHER, BUILD] = ['test-fleet-0', 'test-fleet-1', 'test-fleet-2'] as const;
const role = (name: string, path: string) => ({
  [`ansible/roles/${name}/tasks/main.yml`]: `- name: Write ${name}
  ansible.builtin.template: { src: file.j2, dest: ${path}, mode: "0644" }
- name: Look at ${name}
  ansible.builtin.stat: { path: ${path} }
`,
  [`ansible/roles/${name}/templates/file.j2`]: `${name} {{ greeting | default('none') }}\n`,
});
const playbook = (name: string) =>
  `- name: Prepare ${name}\n  hosts: all\n  become: true\n  gather_facts: false\n  roles: [${name}]\n`;
const FILES = {
  ...role('lamp', '/etc/test-lamp'),
  ...role('admin', '/srv/test-admin'),
  ...role('jenkins', '/etc/test-jenkins'),
  'ansible/lamp.yml': playbook('lamp'),
  'ansible/admin.yml': playbook('admin'),
  'ansible/jenkins.yml': playbook('jenkins'),
};
const LAYERS = [
  { playbook: 'lamp.yml', group: 'web' },
  { playbook: 'admin.yml', group: 'web' },
  { playbook: 'jenkins.yml', group: 'build' },
];

describe('layers of a provisioning on real hosts', function () {
  this.timeout(300_000);
  const open: Deployment[] = [];
  const made = async (provision: object = {}, files: Readonly<Record<string, string>> = {}) => {
    const known = fleet.hostsOutput() as Record<string, { address: string; port: number; user: string }>;
    const hosts = Object.fromEntries(
      [WEB, OTHER, BUILD].map((name) => {
        const { address, port, user } = known[name]!;
        return [name, { address, port, user, groups: [name === BUILD ? 'build' : 'web'] }];
      }),
    );
    const { privateKey, knownHosts } = fleet.settings;
    const deployment = await fleet.deployment(
      {
        inventory: { hosts, 'private-key': privateKey, 'known-hosts': knownHosts },
        provision: { playbooks: LAYERS, vars: { greeting: 'hello' }, ...provision },
      },
      {},
      { ...FILES, ...files },
    );
    open.push(deployment);
    return deployment;
  };
  const run = async ({ context }: Deployment, options: ProvisionOptions = {}) =>
    provisionStep(context, await context.environment('staging'), stageOf('provision', context), options);
  const told = ({ events }: Deployment) =>
    events.flatMap((event) =>
      event.type === 'stage.progress' ? [`${event.subject ?? ''} ${event.message}`.trim()] : [],
    );
  const worked = (result: { readonly hosts: object }) => Object.keys(result.hosts).sort();

  before(() => fleet.up());
  beforeEach(async () => {
    for (const host of [WEB, OTHER, BUILD])
      await fleet.inside(host, 'rm', '-f', '/etc/test-lamp', '/srv/test-admin', '/etc/test-jenkins');
  });
  afterEach(() => open.splice(0).forEach((deployment) => deployment.remove()));

  it('run in order on their group alone, each told with its group, each host with a line and a time', async () => {
    const deployment = await made();
    const result = await run(deployment);
    expect(result.changed).to.equal(5);
    expect(await fleet.inside(BUILD, 'ls', '/etc'))
      .to.include('test-jenkins')
      .and.not.to.include('test-lamp');
    expect(await fleet.inside(WEB, 'cat', '/etc/test-lamp')).to.equal('lamp hello');
    const lines = told(deployment);
    const at = (pattern: RegExp) => lines.findIndex((line) => pattern.test(line));
    expect(lines).to.include('lamp.yml (web): Prepare lamp, 2 hosts');
    expect(lines).to.include('jenkins.yml (build): Prepare jenkins, 1 host');
    expect(at(/^test-fleet-0 lamp: 1 ok, 1 changed in \d+\.\ds$/)).to.be.greaterThan(-1);
    expect(at(/^test-fleet-1 admin: 1 ok, 1 changed in /)).to.be.greaterThan(at(/^test-fleet-1 lamp: /));
    const log = readFileSync(result.log!, 'utf8');
    expect(log).to.match(/test-fleet-2: changed: Write jenkins \(\d+\.\ds\)/);
    expect(log).to.match(/test-fleet-2: ok: Look at jenkins/);
  });

  it('run alone, or from one on, and never on hosts that none of them is for', async () => {
    const deployment = await made();
    expect(worked(await run(deployment, { only: ['jenkins'] }))).to.deep.equal([BUILD]);
    expect((await run(deployment, { from: 'admin' })).playbooks).to.deep.equal(['admin.yml', 'jenkins.yml']);
    const none = await rejection(run(deployment, { only: ['jenkins'], limit: 'web' }), 'USAGE');
    expect(none.message).to.equal(
      'none of test-fleet-0, test-fleet-1 is in the group of jenkins.yml (build)',
    );
    const typo = await rejection(run(deployment, { only: ['jenkin'] }), 'USAGE');
    expect(typo.message).to.include('Did you mean "jenkins"?');
    const limit = await rejection(run(deployment, { limit: 'biuld' }), 'USAGE');
    expect(limit.next).to.include('build');
  });

  it('say what would change, with differences that hold no secret, and change nothing', async () => {
    const files = {
      'ansible/group_vars/web.yml': 'database_password: hunter2-and-more\n',
      'ansible/roles/lamp/templates/file.j2': 'password={{ database_password }}\nport=80\n',
      'ansible/roles/admin/tasks/main.yml': `- name: Write the settings
  ansible.builtin.copy: { dest: /srv/test-admin, mode: "0640", content: "TOKEN=s3cr3t-of-admin\\n" }
`,
    };
    const deployment = await made({ vault: { password: '${env:VAULT_PASSWORD}' } }, files);
    await fleet.encrypt(join(deployment.directory, 'ansible/group_vars/web.yml'), 'open-sesame-42');
    const again = await deployment.again({ VAULT_PASSWORD: 'open-sesame-42' });
    const result = await run(again, { dryRun: true, diff: true });
    expect(result.changed).to.equal(5);
    const { value } = { value: again.context.secrets.value(result) };
    const written = value.changes.find(({ task }) => task === 'Write lamp');
    expect(written?.hosts).to.deep.equal([WEB, OTHER]);
    expect(written?.lines).to.include('+port=80').and.to.include('+password=***');
    const hidden = value.changes.find(({ task }) => task === 'Write the settings');
    expect(hidden?.lines).to.include('+TOKEN=***');
    const everything = JSON.stringify([value, again.context.secrets.value(again.events)]);
    expect(everything).not.to.include('hunter2').and.not.to.include('s3cr3t');
    expect(readFileSync(result.log!, 'utf8')).not.to.include('hunter2').and.not.to.include('s3cr3t');
    expect(await fleet.inside(WEB, 'ls', '/etc')).not.to.include('test-lamp');
  });

  it('are not run again where nothing has changed, and say what was not looked at', async () => {
    const deployment = await made();
    await run(deployment);
    const again = await deployment.again();
    const second = await run(again);
    expect(worked(second)).to.deep.equal([]);
    expect(second.unchanged).to.deep.equal({
      'lamp.yml (web)': [WEB, OTHER],
      'admin.yml (web)': [WEB, OTHER],
      'jenkins.yml (build)': [BUILD],
    });
    expect(second.summary).to.match(/^3 hosts as they should be, nothing to change; on 3 not all was run/);
    expect(told(again).join('\n')).to.match(/lamp\.yml \(web\) not run on .* Not looked at: databases/);
    expect(worked(await run(again, { full: true }))).to.deep.equal([WEB, OTHER, BUILD]);
    expect(worked(await run(again))).to.deep.equal([]);
  });

  it('run again where the host, a file they wrote, their files or their variables have changed', async () => {
    const deployment = await made();
    await run(deployment);
    await fleet.inside(OTHER, 'touch', '/etc/test-somebody');
    expect(worked(await run(deployment))).to.deep.equal([OTHER]);
    await fleet.inside(WEB, 'sh', '-c', 'echo other >> /srv/test-admin');
    const healed = await run(deployment);
    expect(worked(healed)).to.deep.equal([WEB]);
    expect(healed.changed).to.equal(1);
    writeFileSync(join(deployment.directory, 'ansible/roles/jenkins/templates/file.j2'), 'another\n');
    expect(worked(await run(deployment))).to.deep.equal([BUILD]);
    writeFileSync(join(deployment.directory, 'ansible/group_vars_all'), '');
    expect(worked(await run(deployment))).to.deep.equal([WEB, OTHER, BUILD]);
    await fleet.inside(OTHER, 'rm', '/etc/test-somebody');
  });

  it('run again after one that failed, and name its log and what to type', async () => {
    const deployment = await made();
    await run(deployment);
    const tasks = join(deployment.directory, 'ansible/roles/admin/tasks/main.yml');
    const good = readFileSync(tasks, 'utf8');
    writeFileSync(tasks, `${good}- name: Break\n  ansible.builtin.command: sh -c 'echo sector 7; exit 5'\n`);
    const error = await rejection(run(deployment), 'PLAYBOOK_FAILED');
    expect(error.message).to.match(/^test-fleet-[01]: task "Break": non-zero return code$/);
    expect(error.next).to.include('--from admin');
    const log = /full log: (\S+)/.exec(error.evidence.join('\n'))?.[1];
    expect(readFileSync(log!, 'utf8')).to.include('sector 7');
    writeFileSync(tasks, good);
    expect(worked(await run(deployment))).to.deep.equal([WEB, OTHER]);
  });

  it('refuse Mitogen where it is not installed, before any host is touched', async () => {
    const deployment = await made({ accelerate: 'mitogen' });
    const error = await rejection(run(deployment), 'TOOL_MISSING');
    expect(error.message).to.include('Mitogen');
    expect(told(deployment)).to.deep.equal([]);
  });
});
