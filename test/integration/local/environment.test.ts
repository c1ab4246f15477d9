import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { sshAnswers } from '../../../runner/src/local/sshTrust.js';
import type { DaemonRecord } from '../../../runner/src/local/daemons.js';
import type { LocalStatus } from '../../../runner/src/local/localStatus.js';
import { Instances } from '../../support/instances.js';
import { testLocalContext } from '../../support/localContext.js';

const run = promisify(execFile);
const RUNNER = resolve('runner');

/** An instance of its own, so that a person's local environment beside it is left alone. */
const INSTANCE = { AUTOMATION_STACK_LOCAL_INSTANCE: '9' };

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('the local environment, on this machine', function () {
  this.timeout(300_000);
  const { settings } = testLocalContext(INSTANCE);
  let variables: Record<string, string> = {};
  const env = () => ({ ...process.env, ...INSTANCE, ...variables });

  const command = async (file: string, args: readonly string[], cwd = process.cwd()): Promise<Outcome> => {
    try {
      return { code: 0, ...(await run(file, [...args], { cwd, env: env() })) };
    } catch (error) {
      const failed = error as { code?: number; stdout?: string; stderr?: string };
      return { code: failed.code ?? -1, stdout: failed.stdout ?? '', stderr: failed.stderr ?? '' };
    }
  };
  const runner = (...args: string[]) => command(process.execPath, [RUNNER, 'local', ...args]);
  const ok = async (outcome: Promise<Outcome>): Promise<string> => {
    const { code, stdout, stderr } = await outcome;
    expect(code, stderr + stdout).to.equal(0);
    return stdout;
  };
  const data = async <T>(outcome: Promise<Outcome>): Promise<T> => {
    const last = (await outcome).stdout.trim().split('\n').at(-1) ?? '{}';
    return JSON.parse(last) as T;
  };
  const ssh = (port: number, ...words: string[]) =>
    command('ssh', [
      ...['-i', settings.privateKey, '-o', `UserKnownHostsFile=${settings.knownHosts}`],
      ...['-o', 'StrictHostKeyChecking=yes', '-o', 'IdentitiesOnly=yes', '-o', 'BatchMode=yes'],
      ...['-p', String(port), 'deploy@127.0.0.1', ...words],
    ]);

  before(async () => {
    await runner('down');
    await ok(runner('up'));
    const lines = (await ok(runner('env'))).trim().split('\n');
    variables = Object.fromEntries(
      lines.map((line) => {
        const [, name = '', value = ''] = /^export (\w+)='(.*)'$/.exec(line) ?? [];
        return [name, value];
      }),
    );
  });
  after(async () => void (await ok(runner('down'))));

  it('says what it did, and has nothing to do the second time', async () => {
    const started = Date.now();
    await ok(runner('up'));
    expect(Date.now() - started).to.be.lessThan(10_000);
    expect((await runner('status')).code).to.equal(0);
  });

  it('listens on loopback and on its own bridge, nowhere else', async () => {
    const listening = (await ok(command('ss', ['-ltnH'])))
      .split('\n')
      .map((line) => line.trim().split(/\s+/)[3] ?? '');
    const ports = [settings.emulatorPort, settings.slackPort, settings.metadataPort];
    const ours = listening.filter((address) => ports.includes(Number(address.split(':').at(-1))));
    expect(ours).to.have.length(4);
    for (const address of ours)
      expect(address).to.match(new RegExp(`^(127\\.0\\.0\\.1|${settings.gateway.replaceAll('.', '\\.')}):`));
    expect(networkInterfaces()[settings.bridge]?.[0]?.address).to.equal(settings.gateway);
  });

  it('keeps its private key to its user', async () => {
    expect((await stat(settings.privateKey)).mode & 0o077).to.equal(0);
    expect((await stat(settings.state)).mode & 0o077).to.equal(0);
  });

  it('makes hosts side by side, each reached over SSH with its own known key and systemd inside', async () => {
    const names = ['web-1', 'web-2', 'web-3'];
    await Promise.all(names.map((name) => ok(runner('create', 'host', name))));
    const { hosts } = await data<LocalStatus>(runner('status', '--json'));
    expect(new Set(hosts.map(({ slot }) => slot)).size).to.equal(3);
    for (const host of hosts) {
      const { stdout, stderr } = await ssh(host.sshPort, 'hostname && sudo id -u && systemctl is-active ssh');
      expect(stdout.trim().split('\n'), stderr).to.deep.equal([host.name, '0', 'active']);
    }
    const keys = (await readFile(settings.knownHosts, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[2]);
    expect(new Set(keys).size).to.equal(3);
    const [first] = hosts;
    await ok(runner('create', 'host', first?.name ?? ''));
    expect((await data<LocalStatus>(runner('status', '--json'))).hosts[0]).to.deep.equal(first);
    const moved = await runner('create', 'host', hosts[0]?.name ?? '', 'slot=9');
    expect([moved.code, moved.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 2 && text.includes('slot 9'),
    );
    const pull = `curl -s http://${settings.gateway}:${settings.emulatorPort}/v2/`;
    expect((await ssh(first?.sshPort ?? 0, pull)).stdout).to.equal('{}');
    await Promise.all(names.map((name) => ok(runner('delete', 'host', name))));
    expect(await readFile(settings.knownHosts, 'utf8')).to.equal('');
    expect(await ok(runner('delete', 'host', 'web-1'))).to.contain('did not exist');
  });

  it('refuses kinds, names, settings and slots that cannot be, with exit code 2', async () => {
    for (const words of [
      ['hots', 'web-1'],
      ['host', 'Web_1'],
      ['host', 'web-1', 'slto=1'],
      ['host', 'web-1', 'slot=30'],
      ['host', 'web-1', 'slot=x'],
      ['load-balancer', 'web-1', 'type=lambda'],
    ]) {
      expect((await runner('create', ...words)).code, words.join(' ')).to.equal(2);
    }
  });

  it('makes flask-fleet’s hosts and load balancer by Terraform, plans nothing after, and destroys them', async () => {
    const scratch = await mkdtemp(join(tmpdir(), 'flask-fleet-'));
    try {
      await cp('examples/flask-fleet/terraform/local', scratch, {
        recursive: true,
        filter: (file) => !/\.terraform|tfstate/.test(file),
      });
      const terraform = (...args: string[]) => command('terraform', args, scratch);
      await ok(terraform('init', '-input=false', '-no-color'));
      await ok(terraform('apply', '-auto-approve', '-no-color', '-var-file=staging.tfvars'));
      const plan = await terraform('plan', '-detailed-exitcode', '-no-color', '-var-file=staging.tfvars');
      expect(plan.code, plan.stdout).to.equal(0);
      const outputs = JSON.parse(await ok(terraform('output', '-json'))) as Record<
        string,
        { value: unknown }
      >;
      const hosts = outputs['hosts']?.value as Record<string, { port: number; private_address: string }>;
      expect(Object.keys(hosts)).to.deep.equal(['staging-1', 'staging-2']);
      for (const [name, { port }] of Object.entries(hosts))
        expect((await ssh(port, 'hostname')).stdout.trim()).to.equal(name);

      const serve = 'echo ok > health && (sudo nohup python3 -m http.server 80 > /dev/null 2>&1 &)';
      for (const { port } of Object.values(hosts)) await ssh(port, serve);
      const url = outputs['url']?.value as string;
      let answer = '';
      for (let i = 0; i < 50 && answer !== 'ok\n'; i += 1) {
        answer = await (await fetch(`${url}health`)).text();
        await new Promise((wait) => setTimeout(wait, 100));
      }
      expect(answer).to.equal('ok\n');
      await ok(terraform('destroy', '-auto-approve', '-no-color', '-var-file=staging.tfvars'));
      for (const { port } of Object.values(hosts)) expect(await sshAnswers(port)).to.equal(false);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  });

  it('makes an ECS service that serves through its load balancer until the first deploy', async () => {
    const words = ['hello', 'cluster=shop', 'port=8000', 'desired=2'];
    await ok(runner('create', 'ecs-service', ...words));
    await ok(runner('create', 'ecs-service', ...words));
    const url = `http://127.0.0.1:${settings.emulatorPort}/_alb/hello/`;
    let text = '';
    for (let i = 0; i < 150 && !text.includes('nothing deployed yet'); i += 1) {
      text = await (await fetch(url)).text();
      await new Promise((wait) => setTimeout(wait, 100));
    }
    expect(text).to.contain('nothing deployed yet');
    const tasks = [
      'ps',
      '--quiet',
      '--filter',
      'label=com.amazonaws.ecs.container-name=web',
      '--filter',
      `network=${settings.name}`,
    ];
    const running = async () => (await ok(command('docker', tasks))).trim().split('\n').length;
    for (let i = 0; i < 100 && (await running()) < 2; i += 1)
      await new Promise((wait) => setTimeout(wait, 100));
    expect(await running()).to.equal(2);
    await ok(runner('delete', 'ecs-service', 'hello', 'cluster=shop'));
    expect(await ok(runner('delete', 'ecs-service', 'hello', 'cluster=shop'))).to.contain('did not exist');
  });

  it('leaves no instance of an emulator that was killed', async () => {
    const instances = new Instances(`http://127.0.0.1:${settings.emulatorPort}`);
    await instances.begin();
    const [id = ''] = await instances.run();
    await instances.until(id, 'running');
    expect((await data<LocalStatus>(runner('status', '--json'))).instances).to.deep.equal([
      { instanceId: id, running: true },
    ]);
    const { pid } = JSON.parse(await readFile(join(settings.state, 'emulator.json'), 'utf8')) as DaemonRecord;
    process.kill(pid, 'SIGKILL');
    await ok(runner('up'));
    expect((await data<LocalStatus>(runner('status', '--json'))).instances).to.deep.equal([]);
    // The key pair is gone with the emulator.
    await instances.run({ KeyName: undefined });
    await instances.leave();
  });

  it('changes its id when it was taken down, so that Terraform makes everything anew', async () => {
    const before = await readFile(settings.idFile, 'utf8');
    await ok(runner('up'));
    expect(await readFile(settings.idFile, 'utf8')).to.equal(before);
    await ok(runner('create', 'host', 'web-1'));
    // The instance of the test before is there too.
    expect((await data<LocalStatus>(runner('status', '--json'))).instances).to.have.length(1);
    await ok(runner('down'));
    expect((await runner('status')).code).to.equal(1);
    const left = await ok(
      command('docker', [
        'ps',
        '--all',
        '--quiet',
        '--filter',
        `label=automation-stack.local=${settings.name}`,
      ]),
    );
    const volumes = await ok(
      command('docker', [
        'volume',
        'ls',
        '--quiet',
        '--filter',
        `label=automation-stack.local=${settings.name}`,
      ]),
    );
    const network = await command('docker', ['network', 'inspect', settings.name]);
    expect([left.trim(), volumes.trim(), network.code]).to.deep.equal(['', '', 1]);
    await stat(settings.state).then(
      () => expect.fail('the state is still there'),
      () => undefined,
    );
    expect(await ok(runner('delete', 'load-balancer', 'gone'))).to.contain('did not exist');
    const create = await runner('create', 'load-balancer', 'early');
    expect([create.code, create.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 1 && text.includes('local up'),
    );
    await ok(runner('up'));
    expect(await readFile(settings.idFile, 'utf8')).to.not.equal(before);
  });
});
