import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { deployment, type Deployment } from '../../support/deployment.js';
import { fleet } from '../../support/fleetFixture.js';
import { newestAnsible } from '../../support/newestAnsible.js';

const HOSTS = ['test-fleet-0', 'test-fleet-1'] as const;
const FIRST = `- name: Begin
  hosts: all
  become: true
  gather_facts: false
  tasks:
    - name: Write the first file
      ansible.builtin.copy: { dest: /etc/test-first, content: "{{ greeting }}\\n", mode: "0644" }
`;
/** Waits in its middle until a test lets it go on. */
const SECOND = `- name: Go on
  hosts: all
  become: true
  gather_facts: false
  tasks:
    - name: Say that it has begun
      ansible.builtin.copy: { dest: /run/test-begun, content: "", mode: "0644" }
      changed_when: false
    - name: Wait
      ansible.builtin.wait_for: { path: /run/test-go, timeout: 100, sleep: 1 }
    - name: Write the second file
      ansible.builtin.copy: { dest: /etc/test-second, content: "{{ greeting }}\\n", mode: "0644" }
`;

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Two hosts, a process for each run. */
describe('a provisioning that is cut off, or is not alone', function () {
  this.timeout(300_000);
  let made: Deployment;
  const running: ChildProcess[] = [];

  const start = (options: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const words = ['runner', 'provision', '-C', made.directory, '--env', 'staging', ...options];
    const child = spawn(process.execPath, words, {
      env: { ...process.env, AUTOMATION_STACK_HOME: fleet.settings.home, NO_COLOR: '1', CI: 'true', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output += String(chunk)));
    const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, output })));
    return { child, ended };
  };
  const provision = (...options: string[]) => start(options);
  const onAll = (line: string) => Promise.all(HOSTS.map((host) => fleet.inside(host, 'sh', '-c', line)));
  const until = async (what: string, holds: () => Promise<boolean>) => {
    for (const since = Date.now(); !(await holds());) {
      if (Date.now() - since > 60_000) throw new Error(`${what} did not come`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  const begun = () =>
    until('the second layer', async () =>
      (await onAll('ls /run/test-begun || :')).every((text) => text !== ''),
    );
  /** Runs of Ansible for this deployment, on this machine. */
  const ansibleRuns = async () => {
    const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid,args']);
    return stdout
      .split('\n')
      .filter((line) => line.includes('ansible-playbook') && line.includes(made.directory));
  };

  before(() => fleet.up());
  beforeEach(async () => {
    await onAll('rm -f /run/test-* /etc/test-*');
    const known = fleet.hostsOutput(HOSTS) as Record<string, { address: string; port: number; user: string }>;
    const hosts = Object.fromEntries(
      Object.entries(known).map(([name, { address, port, user }]) => [name, { address, port, user }]),
    );
    const { privateKey, knownHosts, region } = fleet.settings;
    const staging = {
      aws: { region },
      inventory: { hosts, 'private-key': privateKey, 'known-hosts': knownHosts },
      provision: { playbooks: ['first.yml', 'second.yml'], vars: { greeting: 'hello' } },
    };
    made = await deployment({
      'automation-stack.yml': JSON.stringify({ application: 'shop', environments: { staging } }),
      'ansible/first.yml': FIRST,
      'ansible/second.yml': SECOND,
    });
  });
  afterEach(async () => {
    running.splice(0).forEach((child) => child.kill('SIGKILL'));
    await onAll('touch /run/test-go');
    made.remove();
  });

  it('is made whole by the next one after it was killed, which believes nothing of it', async () => {
    const cut = provision();
    await begun();
    cut.child.kill('SIGKILL');
    await cut.ended;
    // Nothing of it works on the hosts behind the next one's back.
    await until('the end of Ansible', async () => (await ansibleRuns()).length === 0);
    await onAll('touch /run/test-go');
    expect(await onAll('ls /etc/test-second 2>/dev/null || echo none')).to.deep.equal(['none', 'none']);
    const next = await provision().ended;
    expect(next.code, next.output).to.equal(0);
    expect(next.output).to.include('the last run here was cut off');
    expect(next.output)
      .to.match(/test-fleet-0\s+Begin: 1 ok/)
      .and.to.match(/test-fleet-1\s+Go on: \d ok, 1 changed/);
    expect(await onAll('cat /etc/test-first /etc/test-second')).to.deep.equal([
      'hello\nhello',
      'hello\nhello',
    ]);
    const third = await provision().ended;
    expect(third.output).to.match(/second\.yml not run on test-fleet-0, test-fleet-1/);
  });

  it('keeps a second one out, which waits where it is told to and then finds nothing to do', async () => {
    const first = provision();
    await begun();
    const refused = await provision('--only', 'first').ended;
    expect(refused.code, refused.output).to.equal(4);
    expect(refused.output).to.include('LOCKED');
    const waiting = provision('--wait', '90s');
    await onAll('touch /run/test-go');
    expect((await first.ended).code).to.equal(0);
    const waited = await waiting.ended;
    expect(waited.code, waited.output).to.equal(0);
    expect(waited.output).to.include('nothing to change');
  });

  it('is undone by nobody where it is interrupted: it says so, and the next one goes on', async () => {
    const cut = provision();
    await begun();
    cut.child.kill('SIGINT');
    const { code, output } = await cut.ended;
    expect(code, output).to.equal(130);
    expect(await ansibleRuns()).to.deep.equal([]);
    await onAll('touch /run/test-go');
    const next = await provision('--from', 'second').ended;
    expect(next.code, next.output).to.equal(0);
    expect(await onAll('cat /etc/test-second')).to.deep.equal(['hello', 'hello']);
  });

  it('works with the newest ansible-core as with the one before', async () => {
    const { bin, core } = await newestAnsible();
    const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}` };
    const newest = (...options: string[]) => start(options, env).ended;
    await onAll('touch /run/test-go');
    const checked = await newest('--check', '--diff');
    expect(checked.code, `${core}: ${checked.output}`).to.equal(5);
    expect(checked.output)
      .to.include('test-fleet-0, test-fleet-1: Begin: Write the first file')
      .and.to.include('+hello');
    const changed = await newest();
    expect(changed.code, `${core}: ${changed.output}`).to.equal(0);
    const again = await newest();
    expect(again.output).to.include('nothing to change');
    made.write({ 'ansible/second.yml': SECOND.replace('/etc/test-second', '/nowhere/test-second') });
    const failed = await newest();
    expect(failed.code).to.equal(1);
    expect(failed.output).to.match(/test-fleet-[01]: task "Write the second file": .*\/nowhere/);
    const log = /full log: (\S+)/.exec(failed.output)?.[1] ?? '';
    expect(readFileSync(log, 'utf8')).to.include('/nowhere');
  });
});
