import { expect } from 'chai';
import type { Host } from '../../../runner/src/domain/host.js';
import type { Route } from '../../../runner/src/domain/route.js';
import { ansibleInventory, ansiblePlaybook } from '../../../runner/src/hosts/rules/ansibleArguments.js';
import {
  parseAnsibleLine,
  PlaybookOutcome,
  type AnsibleEvent,
} from '../../../runner/src/hosts/rules/ansibleEvents.js';
import {
  connectionVariables,
  hostVariables,
  inventoryList,
} from '../../../runner/src/hosts/rules/inventoryText.js';
import {
  sshCertificateQuery,
  sshConfiguration,
  sshWords,
  ssmSession,
} from '../../../runner/src/hosts/rules/sshArguments.js';

const route = (more: Partial<Route> = {}): Route =>
  ({ address: '10.0.0.1', port: 22, user: 'me', knownHosts: ['/k'], jumps: [], ...more }) as Route;
const host = (more: Partial<Host> = {}): Host => ({
  name: 'a',
  address: '10.0.0.1',
  port: 22,
  user: 'me',
  groups: [],
  ...more,
});

describe('the words of OpenSSH', () => {
  it('name the key alias, and an agent only where a passphrase needs one', () => {
    expect(sshWords(route({ keyAlias: 'app' }))).to.include('HostKeyAlias=app');
    expect(sshWords(route({ passphrase: 'p' }), { agent: '/s' })).to.include('IdentityAgent="/s"');
    expect(sshWords(route(), { agent: '/s' }).join()).not.to.contain('IdentityAgent');
    expect(sshWords(route({ passphrase: 'p' })).join()).not.to.contain('IdentityAgent');
  });

  it('reach a jump host with its own key and the same agent, and without a key where it has none', () => {
    const proxy = (jump: Partial<Route>) =>
      sshWords(route({ jumps: [route({ address: 'bastion', ...jump })] }), { agent: '/s' }).find((word) =>
        word.startsWith('ProxyCommand='),
      ) as string;
    expect(proxy({ passphrase: 'p' }))
      .to.contain('IdentityAgent')
      .and.not.contain('IdentityFile');
    expect(proxy({ privateKey: '/id' })).to.contain('IdentityFile=');
  });

  it('keep an empty word of a ProxyCommand', () => {
    expect(sshWords(route({ proxy: ['nc', ''] }))).to.include("ProxyCommand=nc ''");
  });

  it('open a session in a region and by a profile, where there is one', () => {
    expect(ssmSession('i-1', 2222, { region: 'eu-west-1', profile: 'p' }).join(' ')).to.equal(
      'aws ssm start-session --target i-1 --document-name AWS-StartSSHSession --parameters portNumber=2222 --region eu-west-1 --profile p',
    );
    expect(ssmSession('i-1', 22, {}).join(' ')).to.match(/portNumber=22$/);
  });

  it('look at a certificate without logging in', () => {
    const { file, args, env } = sshCertificateQuery(route());
    expect(file).to.equal('ssh');
    expect(args.slice(0, 3)).to.deep.equal(['-v', '-o', 'PreferredAuthentications=none']);
    expect(args.join(' ')).to.contain('HostKeyAlgorithms=ssh-ed25519-cert-v01@openssh.com,');
    expect(args.slice(-6)).to.deep.equal(['-o', 'User="me"', '-p', '22', '10.0.0.1', 'true']);
    expect(env).to.deep.equal({ LC_ALL: 'C', SHELL: '/bin/sh' });
  });

  it('ask what would be done to reach a host', () => {
    const typed = (...given: Parameters<typeof sshConfiguration>) =>
      sshConfiguration(...given).args.join(' ');
    expect(sshConfiguration('app', [], undefined).file).to.equal('ssh');
    expect(typed('app', ['-v'], undefined)).to.equal('-G -F none -v app');
    expect(typed('app', [], '/c', { user: 'me', port: 2222 })).to.equal('-G -F /c -o User="me" -p 2222 app');
  });
});

describe('what Ansible knows of a host', () => {
  it('has its facts only where there are any', () => {
    const known = hostVariables(
      host({ privateAddress: '10.0.0.9', instanceId: 'i-1', httpPort: 8080 }),
      route(),
    );
    expect(known).to.include({ private_address: '10.0.0.9', instance_id: 'i-1', http_port: 8080 });
    expect(hostVariables(host(), route())).to.not.have.any.keys(
      'private_address',
      'instance_id',
      'http_port',
    );
    expect(connectionVariables(route())).not.to.have.property('ansible_ssh_private_key_file');
  });

  it('is data, however deep, where it looks like a template', () => {
    const { _meta } = inventoryList(
      [host({ vars: { a: '{{ x }}', b: ['{{ y }}', 1], c: { d: null, e: true } } })],
      () => route(),
    ) as {
      _meta: { hostvars: Record<string, Record<string, unknown>> };
    };
    expect(_meta.hostvars['a']).to.deep.include({
      a: { __ansible_unsafe: '{{ x }}' },
      b: [{ __ansible_unsafe: '{{ y }}' }, 1],
      c: { d: null, e: true },
      ansible_host: '10.0.0.1',
    });
  });

  it('is no group that Ansible has by itself', () => {
    const list = inventoryList([host({ groups: ['all', 'ungrouped', 'web'] })], () => route());
    expect(list['all']).to.deep.equal({ children: ['web', 'ungrouped'] });
    expect(list['web']).to.deep.equal({ hosts: ['a'] });
  });
});

describe('the calls of Ansible', () => {
  const places = {
    library: '/l',
    directory: '/d',
    configuration: '/c',
    configured: new Map<string, string>(),
    collections: [],
    env: {},
  };
  const call = (more: object = {}) =>
    ansiblePlaybook({ places, executable: 'x', playbook: 'p', inventory: 'i', ...more });

  it('read an inventory of the user’s own first, by the plugins that ansible.cfg names', () => {
    const { args, env } = call({ ownInventory: 'own' });
    expect(args).to.deep.equal(['--inventory', 'own', '--inventory', 'i', 'p']);
    expect(env).to.have.property('ANSIBLE_INVENTORY_ENABLED', undefined);
    expect(call().env?.['ANSIBLE_INVENTORY_ENABLED']).not.to.equal(undefined);
  });

  it('keep their files and sockets where they are told, and name no tags where there are none', () => {
    const { env } = call({ temporary: '/t', sockets: '/s' });
    expect(env).to.include({ ANSIBLE_LOCAL_TEMP: '/t', ANSIBLE_SSH_CONTROL_PATH_DIR: '/s' });
    expect(call().env).to.not.have.any.keys('ANSIBLE_LOCAL_TEMP', 'ANSIBLE_SSH_CONTROL_PATH_DIR');
    expect(call({ tags: [] }).args).to.deep.equal(['--inventory', 'i', 'p']);
  });

  it('read an inventory with the vault’s password, and fail where a part of it cannot be read', () => {
    const { args, env, cwd } = ansibleInventory({
      places,
      executable: 'x',
      inventory: 'i',
      vaultScript: '/v',
      secrets: { S: 's' },
    });
    expect(args.slice(-2)).to.deep.equal(['--vault-password-file', '/v']);
    expect(cwd).to.equal('/d');
    expect(env).to.include({ ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED: 'True', S: 's' });
    expect(env).to.have.property('ANSIBLE_INVENTORY_ENABLED', undefined);
  });
});

describe('the end of a playbook', () => {
  const after = (...events: object[]) => {
    const outcome = new PlaybookOutcome();
    for (const event of events) outcome.take(event as AnsibleEvent);
    return outcome;
  };
  const failed = { event: 'host', host: 'a', status: 'failed', task: 't', path: 'f:1' };
  const recap = (failures: number, unreachable: number) => ({
    event: 'stats',
    hosts: { a: { failed: failures, unreachable } },
  });

  it('is a failure with what is known of it', () => {
    expect(after({ ...failed, rc: 3, output: ['x'], report: { y: 1 } }).failures).to.deep.equal([
      {
        host: 'a',
        unreachable: false,
        task: 't',
        message: 'exit code 3',
        where: 'f:1',
        output: ['x'],
        report: { y: 1 },
      },
    ]);
    const [bare] = after({ ...failed, status: 'unreachable' }).failures;
    expect(bare).to.deep.include({ unreachable: true, message: 'failed', output: [] });
    expect(bare).not.to.have.property('report');
  });

  it('is one without words where only the recap tells', () => {
    expect(after(recap(1, 0)).failures).to.deep.equal([
      { host: 'a', unreachable: false, task: '', message: 'failed without a message', where: '', output: [] },
    ]);
    expect(after(recap(0, 1)).failures[0]?.unreachable).to.equal(true);
    expect(after(failed, recap(0, 0)).failures).to.deep.equal([]);
  });

  it('is told by the events of hosts alone', () => {
    expect(after({ ...failed, event: 'task' }).failures).to.deep.equal([]);
    expect(after({ ...failed, ignored: true }).failures).to.deep.equal([]);
    expect(after({ ...failed, status: 'changed' }).failures).to.deep.equal([]);
    expect([...after({ ...failed, status: 'changed' }).workedOn]).to.deep.equal(['a']);
    expect(after({ event: 'play', hosts: { a: {} } }).hosts).to.deep.equal({});
  });

  it('is read from our own lines alone', () => {
    expect(parseAnsibleLine('no line of ours')).to.equal(undefined);
    expect(parseAnsibleLine('{"event":5}')).to.equal(undefined);
    expect(parseAnsibleLine('{"event":"host"')).to.equal(undefined);
    expect(parseAnsibleLine('words {"event":"host"}')).to.deep.equal({ event: 'host' });
  });
});
