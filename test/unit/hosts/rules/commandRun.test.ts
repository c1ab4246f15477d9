import { gzipSync } from 'node:zlib';
import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { PlaybookOutcome, type AnsibleEvent } from '../../../../runner/src/hosts/rules/ansibleEvents.js';
import type { AnsiblePaths } from '../../../../runner/src/hosts/rules/ansibleSettings.js';
import {
  bundledName,
  collectionsNamed,
  pathsHere,
  placesOnHost,
  playbookOnHost,
} from '../../../../runner/src/hosts/rules/bundleLayout.js';
import { eventsToTheEnd } from '../../../../runner/src/hosts/rules/commandEnds.js';
import { pulledEvents, pullScript } from '../../../../runner/src/hosts/pullScript.js';

const SHA = 'a'.repeat(64);
const paths: AnsiblePaths = {
  ...{ library: '/runner/ansible', directory: '/work/shop/ansible', configuration: '/home/me/.ansible.cfg' },
  ...{
    configured: new Map([['defaults.roles_path', '../roles']]),
    collections: ['/c'],
    env: { ANSIBLE_FORKS: '9' },
  },
};

describe('a bundle', () => {
  it('has the folders of the deployment and of the runner, and the configuration that counts', () => {
    expect(bundledName(paths, '/work/shop/ansible/web.yml')).to.equal('project/web.yml');
    expect(bundledName(paths, '/work/shop/ansible/..data/x')).to.equal('project/..data/x');
    expect(bundledName(paths, '/runner/ansible/roles/php/tasks/main.yml')).to.equal(
      'library/roles/php/tasks/main.yml',
    );
    expect(bundledName(paths, '/home/me/.ansible.cfg')).to.equal('configuration/ansible.cfg');
    expect(bundledName(paths, '/etc/passwd')).to.equal(undefined);
  });

  it('is used on a host without anything of this machine', () => {
    const places = placesOnHost(paths, SHA);
    expect(JSON.stringify(places)).not.to.match(/work|runner|home|FORKS/);
    expect(playbookOnHost(paths, '/work/shop/ansible/web.yml', SHA)).to.equal(
      `/var/lib/automation-stack/bundles/${SHA}/project/web.yml`,
    );
    expect(() => playbookOnHost(paths, '/elsewhere/web.yml', SHA))
      .to.throw()
      .with.property('code', 'CONFIG_INVALID');
  });

  it('has its files named as they are here where a host tells of them', () => {
    const told = `in '/var/lib/automation-stack/bundles/${SHA}/project/web.yml', /var/lib/automation-stack/bundles/${SHA}/library/roles/x`;
    expect(pathsHere(paths, told)).to.equal(`in '/work/shop/ansible/web.yml', /runner/ansible/roles/x`);
  });

  it('has the collections that its files name', () => {
    const texts = [
      '- community.docker.docker_container:\n    name: x\n- ansible.builtin.copy:\n    dest: /a\n',
      `    src: "{{ lookup('amazon.aws.aws_secret', 'x') }}"\n    when: a.b.c == 1\n`,
    ];
    expect(collectionsNamed(texts)).to.deep.equal(['amazon.aws', 'community.docker']);
  });
});

describe('the script of a host', () => {
  const request = {
    ...{ id: 'r', region: 'eu-west-1', bucket: 'b', bundle: { key: 'k', sha256: SHA } },
    values: { key: `it's "$(id)" \`x\``, sha256: SHA },
  };

  it('gives the program its request as it is, and ends as that does', () => {
    const program = 'import sys\nsys.stdout.write(sys.stdin.read())\nsys.exit(4)\n';
    const { status, stdout } = spawnSync('/bin/sh', ['-c', pullScript(program, request)]);
    expect(status).to.equal(4);
    expect(JSON.parse(String(stdout))).to.deep.equal(request);
  });

  it('prints events that are read again, and nothing where it was cut off', () => {
    const packed = gzipSync('{"event":"play"}\n').toString('base64');
    expect(pulledEvents(`#automation-stack:events\n${packed}\n`)).to.deep.equal(['{"event":"play"}']);
    expect(pulledEvents(`#automation-stack:events\n${packed.slice(0, 10)}`)).to.equal(undefined);
    expect(pulledEvents('Killed')).to.equal(undefined);
  });
});

describe('a host whose Ansible has said nothing', () => {
  const host = { name: 'web-1', address: 'i-1', instanceId: 'i-1', port: 22, user: 'admin', groups: [] };
  const recap = { ok: 1, changed: 0, failed: 0, unreachable: 0, skipped: 0, rescued: 0 };
  const told = (failed: number): readonly AnsibleEvent[] => [
    {
      event: 'host',
      host: 'web-1',
      status: failed > 0 ? 'failed' : 'ok',
      task: 'One',
      path: 'x:1',
      msg: 'own words',
    },
    { event: 'stats', hosts: { 'web-1': { ...recap, failed } } },
  ];
  const failures = (end: Parameters<typeof eventsToTheEnd>[1], events: readonly AnsibleEvent[] = []) => {
    const outcome = new PlaybookOutcome();
    for (const event of eventsToTheEnd(host, end, events)) outcome.take(event);
    return outcome.failures;
  };

  it('is unreachable where its agent did not answer', () => {
    for (const status of ['Undeliverable', 'DeliveryTimedOut'])
      expect(failures({ status, exitCode: -1, stderr: '' })[0]).to.include({
        host: 'web-1',
        unreachable: true,
      });
  });

  it('failed where it was cut short, and in its own words where it has some', () => {
    const end = (status: string) => ({ status, exitCode: 1, stderr: '' });
    const begun = told(0).slice(0, 1);
    expect(failures(end('ExecutionTimedOut'), begun)[0]?.message).to.contain('run-command.timeout');
    expect(failures(end('Failed'), told(0))).to.have.length(1);
    expect(failures(end('Failed'), told(1))).to.have.length(1);
    expect(failures(end('Failed'), told(1))[0]?.message).to.equal('own words');
    expect(failures(end('Success'), told(0))).to.deep.equal([]);
  });

  it('failed in the words of the program, or as AWS says it ended', () => {
    const stderr = 'warning\nautomation-stack: s3://b/k is not the one of this run\n';
    const [own] = failures({ status: 'Failed', exitCode: 1, stderr });
    expect(own).to.include({ unreachable: false, message: 's3://b/k is not the one of this run' });
    const [threshold] = failures({ status: 'Terminated', exitCode: -1, stderr: '' });
    expect(threshold?.message).to.contain('max-errors');
    expect(failures(undefined)[0]?.message).to.contain('unknown');
  });
});
