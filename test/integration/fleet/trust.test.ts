import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { createSshHosts, type SshHosts } from '../../../runner/src/adapters/ssh/sshHosts.js';
import type { Host } from '../../../runner/src/domain/host.js';
import { hostsFromOutput } from '../../../runner/src/hosts/rules/inventoryHosts.js';
import { provisionStep } from '../../../runner/src/hosts/provision.js';
import { fleet } from '../../support/fleetFixture.js';
import { rejection } from '../../support/rejection.js';
import { routesBy } from '../../support/routes.js';
import { stageOf } from '../../support/stage.js';

const run = promisify(execFile);

describe('trust between the runner and real hosts', function () {
  this.timeout(120_000);
  let folder: string;
  const opened: SshHosts[] = [];
  const hosts = () => hostsFromOutput(fleet.hostsOutput(), { source: 'test', groups: [] });
  const host = () => hosts()[0] as Host;
  const ssh = (inventory: Record<string, string>, env: Record<string, string> = {}): SshHosts => {
    const made = createSshHosts({
      routeOf: routesBy(
        {
          privateKey: inventory['private-key'] ?? fleet.settings.privateKey,
          knownHosts: inventory['known-hosts'] ?? fleet.settings.knownHosts,
          learned: join(folder, 'learned'),
        },
        folder,
      ),
      env,
    });
    opened.push(made);
    return made;
  };
  const knownHosts = (change: (text: string) => string): string => {
    const file = join(folder, 'known_hosts');
    writeFileSync(file, change(readFileSync(fleet.settings.knownHosts, 'utf8')));
    return file;
  };

  before(() => fleet.up());
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'automation-stack-trust-'))));
  afterEach(() => {
    opened.splice(0).forEach((one) => one.close());
    rmSync(folder, { recursive: true, force: true });
  });

  it('passes words to the host exactly as they are', async () => {
    const words = ["it's", '$HOME', '`id`', '"quoted"', 'a\nb', '*', '', '\\', '🙂'];
    const { stdout } = await ssh({}).exec(host(), ['printf', '%s\\0', ...words]);
    expect(stdout.split('\0').slice(0, -1)).to.deep.equal(words);
  });

  it('tells the exit code, both streams, and gives standard input', async () => {
    const result = await ssh({}).exec(host(), ['sh', '-c', 'cat; echo oops >&2; exit 7'], { input: 'hello' });
    expect(result).to.deep.equal({ exitCode: 7, stdout: 'hello', stderr: 'oops\n' });
  });

  it('gives up on a command that does not end in time', async () => {
    const error = await rejection(
      ssh({}).exec(host(), ['sleep', '60'], { timeoutMs: 300 }),
      'SSH_UNREACHABLE',
    );
    expect(error.message).to.include('did not finish');
  });

  it('ends a command when it is interrupted', async () => {
    const abort = new AbortController();
    const running = ssh({}).exec(host(), ['sleep', '60'], { signal: abort.signal });
    setTimeout(() => abort.abort(new Error('stop it')), 300);
    const error = await running.then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error?.message).to.equal('stop it');
  });

  it('asks a port of the host with Python where there is no curl', async () => {
    const only = ssh({});
    await only.execAsRoot(host(), ['mv', '/usr/bin/curl', '/usr/bin/curl.away']);
    try {
      const { error } = await only.probe(host(), { port: 9, path: '/', timeoutMs: 1000 });
      expect(error).to.match(/refused/i);
    } finally {
      await only.execAsRoot(host(), ['mv', '/usr/bin/curl.away', '/usr/bin/curl']);
    }
  });

  it('refuses a wrong key, and shows the ssh command that proves it', async () => {
    const key = join(folder, 'wrong');
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const error = await rejection(
      ssh({ 'private-key': key }).ready(host(), { timeoutMs: 5000 }),
      'SSH_AUTH_FAILED',
    );
    expect(error.message).to.include(`does not accept the key ${key} for user deploy`);
    expect(error.next).to.include(`-i ${key} -p ${host().port} deploy@127.0.0.1`);
  });

  it('refuses a host whose key changed, and shows how to take the new one', async () => {
    const other = join(folder, 'other');
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', other]);
    const changed = readFileSync(`${other}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
    const file = knownHosts(() => `[127.0.0.1]:${host().port} ${changed}\n`);
    const error = await rejection(ssh({ 'known-hosts': file }).ready(host()), 'SSH_HOST_KEY_CHANGED');
    expect(error.evidence[0]).to.match(/^host key now: ssh-ed25519 SHA256:/);
    expect(error.next).to.include(`ssh-keygen -R '[127.0.0.1]:${host().port}' -f ${file}`);
  });

  it('refuses an unknown host with its fingerprint and the command that makes it known', async () => {
    const file = knownHosts(() => '');
    const error = await rejection(ssh({ 'known-hosts': file }).ready(host()), 'SSH_HOST_KEY_UNKNOWN');
    const scanned = join(folder, 'scanned');
    writeFileSync(scanned, (await run('ssh-keyscan', ['-p', String(host().port), '127.0.0.1'])).stdout);
    const { stdout } = await run('ssh-keygen', ['-l', '-f', scanned]);
    expect(stdout).to.include(/SHA256:\S+/.exec(error.evidence[0] ?? '')?.[0]);
    expect(error.next).to.include(`ssh-keyscan -p ${host().port} 127.0.0.1 >> ${file}`);
  });

  it('knows a host from a hashed known_hosts file', async () => {
    const file = knownHosts((text) => text);
    await run('ssh-keygen', ['-H', '-f', file]);
    expect(readFileSync(file, 'utf8')).to.include('|1|');
    await ssh({ 'known-hosts': file }).ready(host());
  });

  it('logs in by the SSH agent where no key is named', async () => {
    const socket = join(folder, 'agent');
    const { stdout } = await run('ssh-agent', ['-s', '-a', socket]);
    const pid = /SSH_AGENT_PID=(\d+)/.exec(stdout)?.[1];
    try {
      await run('ssh-add', [fleet.settings.privateKey], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      const agent = createSshHosts({
        routeOf: routesBy({ knownHosts: fleet.settings.knownHosts }),
        env: { SSH_AUTH_SOCK: socket },
      });
      opened.push(agent);
      await agent.ready(host());
    } finally {
      process.kill(Number(pid));
    }
  });

  it('provisions nothing when one host is not trusted, and never asks Ansible', async () => {
    const file = knownHosts((text) =>
      text
        .split('\n')
        .filter((line) => !line.includes(`:${host().port} `))
        .join('\n'),
    );
    const deployment = await fleet.deployment({
      inventory: { 'private-key': fleet.settings.privateKey, 'known-hosts': file },
    });
    try {
      const { context } = deployment;
      const provisioning = provisionStep(
        context,
        await context.environment('staging'),
        stageOf('provision', context),
      );
      await rejection(provisioning, 'SSH_HOST_KEY_UNKNOWN');
      expect(deployment.events.some((event) => event.type === 'stage.output')).to.equal(false);
    } finally {
      deployment.remove();
    }
  });
});
