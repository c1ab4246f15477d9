import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { Deployment } from '../../support/deployment.js';
import { ansibleAlone, leave, network, provision } from '../../support/innerNetwork.js';
import { rejection } from '../../support/rejection.js';

const run = promisify(execFile);
const DONE = '1 host provisioned, 1 change';

/** Stands in for the AWS CLI: pipes its streams to an SSH server, as a session of Session Manager does. */
const FAKE_AWS = `#!/usr/bin/env node
const { appendFileSync } = require('node:fs');
const { connect } = require('node:net');
const words = process.argv.slice(2);
appendFileSync(process.env.AWS_LOG, JSON.stringify(words) + '\\n');
const target = words[words.indexOf('--target') + 1];
if (target !== 'i-0abc') {
  console.error('An error occurred (TargetNotConnected) when calling the StartSession operation: ' + target + ' is not connected.');
  process.exit(254);
}
const socket = connect(Number(process.env.SSH_PORT), '127.0.0.1');
process.stdin.pipe(socket).pipe(process.stdout);
socket.on('close', () => process.exit(0));
`;

describe('ways to a host', function () {
  this.timeout(120_000);
  const made: Deployment[] = [];
  const deployment = async (...wishes: Parameters<typeof network.deployment>): Promise<Deployment> => {
    const one = await network.deployment(...wishes);
    made.push(one);
    return one;
  };
  const outer = () => ({ address: '127.0.0.1', port: network.place('outer').sshPort });
  const fixed = async (name: string) => `${name} ${await network.hostKey('outer')}\n`;

  before(() => network.up());
  afterEach(() => leave(made));

  describe('by Session Manager', () => {
    const withAws = async (inventory: Record<string, unknown>, knownHosts: string): Promise<Deployment> => {
      const stack = await deployment(
        { transport: 'ssm', ...inventory },
        { files: { 'bin/aws': FAKE_AWS }, knownHosts },
      );
      chmodSync(join(stack.directory, 'bin', 'aws'), 0o755);
      const again = await stack.again({
        PATH: `${join(stack.directory, 'bin')}:${process.env['PATH']}`,
        AWS_LOG: join(stack.directory, 'aws.log'),
        SSH_PORT: String(network.place('outer').sshPort),
      });
      made.push(again);
      return again;
    };
    const asked = ({ directory }: Deployment) =>
      readFileSync(join(directory, 'aws.log'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as string[]);

    it('reach an instance by its id, the runner and Ansible with the same words', async () => {
      const hosts = { app: { 'instance-id': 'i-0abc' } };
      const stack = await withAws({ hosts }, await fixed('i-0abc'));
      expect(await provision(stack)).to.equal(DONE);
      const calls = asked(stack);
      expect(calls.length).to.be.greaterThan(1);
      expect(calls[0]?.join(' ')).to.equal(
        'ssm start-session --target i-0abc --document-name AWS-StartSSHSession --parameters portNumber=22 --region eu-west-1',
      );
      expect(new Set(calls.map((call) => call.join(' '))).size).to.equal(1);
    });

    it('reach hosts behind an instance, and check the keys of both', async () => {
      const jump = { 'instance-id': 'i-0abc' };
      const hosts = { app: { address: network.place('middle').privateAddress } };
      const stack = await withAws(
        { hosts, jump },
        (await fixed('i-0abc')) + (await network.knownHosts(['middle'])),
      );
      expect(await provision(stack)).to.equal(DONE);
      const unknown = await withAws({ hosts, jump }, await network.knownHosts(['middle']));
      const error = await rejection(provision(unknown), 'SSH_HOST_KEY_UNKNOWN');
      expect(error.message).to.match(/^jump host i-0abc is not in the known_hosts file/);
    });

    it('say what AWS says where there is no session', async () => {
      const stack = await withAws({ hosts: { app: { 'instance-id': 'i-0def' } } }, '');
      const error = await rejection(provision(stack), 'SSH_UNREACHABLE');
      expect(error.evidence.join('\n')).to.include('TargetNotConnected');
      expect(error.next).to.include('describe-instance-information');
    });

    it('say what is missing on this machine', async () => {
      const stack = await deployment(
        { transport: 'ssm', hosts: { app: { 'instance-id': 'i-0abc' } } },
        { env: { PATH: '/nonexistent' } },
      );
      const { context } = stack;
      const ssh = await context.ssh(await context.environment('staging'));
      const host = {
        name: 'app',
        address: 'i-0abc',
        instanceId: 'i-0abc',
        port: 22,
        user: 'deploy',
        groups: [],
      };
      const error = await rejection(ssh.ready(host), 'TOOL_MISSING');
      expect(error.next).to.include('tools install aws-cli session-manager');
    });
  });

  describe('over IPv6', () => {
    let relay: Server | undefined;
    before(
      () =>
        new Promise<void>((resolve, reject) => {
          relay = createServer((socket) => {
            const { sshPort } = network.place('outer');
            socket.pipe(connect(sshPort, '127.0.0.1')).pipe(socket);
            socket.on('error', () => undefined);
          });
          relay.once('error', reject).listen(0, '::1', resolve);
        }),
    );
    after(() => relay?.close());

    for (const address of ['::1', '[::1]']) {
      it(`reach ${address} on a port of its own`, async () => {
        const { port } = relay?.address() as { port: number };
        const stack = await deployment(
          { hosts: { app: { address, port } } },
          { knownHosts: await fixed(`[::1]:${port}`) },
        );
        expect(await provision(stack)).to.equal(DONE);
      });
    }
  });

  describe('with an encrypted key', () => {
    const encrypted = async (inventory: Record<string, unknown>, env: Record<string, string> = {}) => {
      const stack = await deployment(
        { hosts: { app: outer() }, 'private-key': 'my keys/id', ...inventory },
        { env, files: { 'my keys/id': readFileSync(network.settings.privateKey, 'utf8') } },
      );
      const key = join(stack.directory, 'my keys', 'id');
      chmodSync(key, 0o600);
      await run('ssh-keygen', ['-q', '-p', '-P', '', '-N', `it's "open"`, '-f', key]);
      return stack;
    };

    it('log in by the passphrase, the runner and Ansible, and leave no agent behind', async () => {
      const stack = await encrypted({ passphrase: '${env:KEY_WORDS}' }, { KEY_WORDS: `it's "open"` });
      expect(await provision(stack)).to.equal(DONE);
      const { stdout } = await run('ps', ['-eo', 'args']);
      expect(stdout).not.to.match(/ssh-agent -D -a .*automation-stack-private/);
    });

    it('say that the passphrase is wrong, or that there is none', async () => {
      const wrong = await encrypted({ passphrase: '${env:KEY_WORDS}' }, { KEY_WORDS: 'no' });
      const error = await rejection(provision(wrong), 'SSH_AUTH_FAILED');
      expect(error.message).to.include('cannot be decrypted with the passphrase of `inventory.passphrase`');
      expect((await rejection(ansibleAlone(wrong), 'SSH_AUTH_FAILED')).message).to.equal(error.message);
      const none = await rejection(provision(await encrypted({})), 'SSH_AUTH_FAILED');
      expect(none.next).to.include('inventory.passphrase').and.to.include('ssh-add');
    });

    it('log in by an agent that holds it', async () => {
      const stack = await encrypted({});
      const socket = join(stack.directory, 'agent');
      const pid = /SSH_AGENT_PID=(\d+)/.exec((await run('ssh-agent', ['-s', '-a', socket])).stdout)?.[1];
      try {
        const env = { ...process.env, SSH_AUTH_SOCK: socket };
        await run('ssh-add', ['-q', network.settings.privateKey], { env });
        const again = await stack.again({ SSH_AUTH_SOCK: socket });
        made.push(again);
        expect(await provision(again)).to.equal(DONE);
      } finally {
        process.kill(Number(pid));
      }
    });
  });

  describe('by OpenSSH’s configuration', () => {
    const CONFIG = (port: number, key: string) => `
Host bastion
  HostName 127.0.0.1
  Port ${port}
  User deploy
Host app.internal
  HostName ${network.place('middle').privateAddress}
  ProxyJump bastion
  User deploy
Host *
  IdentityFile "${key}"
`;
    const files = () => ({
      'ssh/config': CONFIG(outer().port, network.settings.privateKey),
      '.ssh/config': CONFIG(outer().port, network.settings.privateKey),
    });
    const plain = { user: undefined, 'private-key': undefined, hosts: { app: { address: 'app.internal' } } };

    it('go where it says, if the environment names it', async () => {
      const stack = await deployment({ ...plain, 'ssh-config': 'ssh/config' }, { files: files() });
      expect(await provision(stack)).to.equal(DONE);
    });

    it('go by a command that it names', async () => {
      const { address, port } = outer();
      const config = `Host app.internal\n  ProxyCommand nc ${address} ${port} # %h\n  HostKeyAlias "web one"\n`;
      const nc = `#!/usr/bin/env python3
import socket, sys, threading, os
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
def up():
    while True:
        d = os.read(0, 65536)
        if not d: break
        s.sendall(d)
    s.shutdown(socket.SHUT_WR)
threading.Thread(target=up, daemon=True).start()
while True:
    d = s.recv(65536)
    if not d: break
    os.write(1, d)
`;
      const stack = await deployment(
        { hosts: { app: { address: 'app.internal' } }, 'ssh-config': 'ssh/config' },
        {
          files: { 'ssh/config': config.replace('"web one"', 'web-one'), 'bin/nc': nc },
          knownHosts: await fixed('web-one'),
        },
      );
      chmodSync(join(stack.directory, 'bin', 'nc'), 0o755);
      const again = await stack.again({ PATH: `${join(stack.directory, 'bin')}:${process.env['PATH']}` });
      made.push(again);
      expect(await provision(again)).to.equal(DONE);
    });

    it('take no notice of the user’s own, neither the runner nor Ansible', async () => {
      const stack = await deployment({ hosts: { app: { address: 'app.internal' } } }, { files: files() });
      mkdirSync(join(stack.directory, 'empty'));
      const again = await stack.again({ HOME: stack.directory });
      made.push(again);
      expect((await rejection(provision(again), 'SSH_UNREACHABLE')).message).to.include('does not resolve');
      expect(await ansibleAlone(again)).to.have.nested.property('[0].unreachable', true);
    });
  });

  it('from an inventory of Ansible, whose variables stay Ansible’s', async () => {
    const { privateAddress } = network.place('middle');
    const files = {
      'inventories/production/hosts.ini': [
        '[web_servers]',
        `app ansible_host=${privateAddress} ansible_user=deploy color=blue`,
        '[all_servers:children]',
        'web_servers',
        '[control]',
        'localhost ansible_connection=local',
      ].join('\n'),
      'inventories/production/group_vars/all.yml': `greeting: "{{ color | upper }}"\n`,
      'inventories/production/host_vars/app.yml': [
        // Ours go before it; what it says of the way is understood.
        `ansible_ssh_common_args: "-o StrictHostKeyChecking=no -o ProxyJump=deploy@127.0.0.1:${outer().port}"`,
        'ansible_ssh_private_key_file: keys/id',
      ].join('\n'),
      'ansible/keys/id': readFileSync(network.settings.privateKey, 'utf8'),
      'ansible/tell.yml': `
- hosts: all_servers
  gather_facts: false
  tasks:
    - ansible.builtin.assert: { that: "greeting == 'BLUE' and groups['web_servers'] == ['app']" }
    - ansible.builtin.raw: "true"
`,
    };
    const inventory = { user: undefined, 'private-key': undefined, file: 'inventories/production' };
    const stack = await deployment(inventory, { files });
    chmodSync(join(stack.directory, 'ansible', 'keys', 'id'), 0o600);
    expect(await provision(stack)).to.equal(DONE);
    // The key of each host is checked all the same.
    writeFileSync(join(stack.directory, 'known hosts'), await network.knownHosts(['outer']));
    const strict = await stack.again();
    made.push(strict);
    await rejection(provision(strict), 'SSH_HOST_KEY_UNKNOWN');
    expect(await ansibleAlone(strict)).to.have.nested.property('[0].unreachable', true);
  });
});
