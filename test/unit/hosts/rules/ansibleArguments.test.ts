import { expect } from 'chai';
import { parseAnsibleConfig } from '../../../../runner/src/hosts/rules/ansibleConfig.js';
import {
  ansibleInventory,
  ansiblePlaybook,
  VAULT_PASSWORD,
  VAULT_SCRIPT,
} from '../../../../runner/src/hosts/rules/ansibleArguments.js';
import { parseAnsibleLine, PlaybookOutcome } from '../../../../runner/src/hosts/rules/ansibleEvents.js';
import {
  hostVariables,
  inventoryDocument,
  inventoryList,
} from '../../../../runner/src/hosts/rules/inventoryText.js';
import type { Host } from '../../../../runner/src/domain/host.js';
import { routesBy } from '../../../support/routes.js';

const executable = '/venv/bin/ansible-playbook';
const places = {
  library: '/stack/ansible',
  directory: '/shop/ansible',
  configuration: '/stack/ansible/ansible.cfg',
  configured: new Map<string, string>(),
  collections: ['/tools/collections'],
  env: {},
};

describe('the ansible-inventory call', () => {
  it('sees the variables that lie beside the playbooks', () => {
    const { args } = ansibleInventory({ places, executable, inventory: '/shop/hosts' });
    expect(args.join(' ')).to.equal('--inventory /shop/hosts --list --playbook-dir /shop/ansible');
  });
});

describe('the ansible-playbook call', () => {
  it('names inventory and playbook, and nothing that was not asked for', () => {
    const { file, args, cwd } = ansiblePlaybook({
      places,
      executable,
      playbook: '/shop/ansible/site.yml',
      inventory: '/tmp/i.yml',
    });
    expect(file).to.equal('/venv/bin/ansible-playbook');
    expect(args).to.deep.equal(['--inventory', '/tmp/i.yml', '/shop/ansible/site.yml']);
    expect(cwd).to.equal('/shop/ansible');
  });

  it('takes limit, variables, tags, forks and the vault script', () => {
    const { args } = ansiblePlaybook({
      places,
      executable,
      playbook: 'site.yml',
      inventory: 'i.yml',
      limit: ['web-1', 'web-2'],
      variables: '/tmp/v.json',
      tags: ['docker', 'users'],
      forks: 7,
      vaultScript: '/tmp/vault',
      dryRun: true,
    });
    expect(args).to.deep.equal([
      ...['--inventory', 'i.yml', '--limit', 'web-1,web-2', '--extra-vars', '@/tmp/v.json'],
      ...[
        '--tags',
        'docker,users',
        '--forks',
        '7',
        '--vault-password-file',
        '/tmp/vault',
        '--check',
        '--diff',
      ],
      'site.yml',
    ]);
  });

  it('shows how files differ while it changes them, gathers no facts that nobody uses, and takes Mitogen’s strategy', () => {
    const call = (more: object) =>
      ansiblePlaybook({ places, executable, playbook: 'p', inventory: 'i', ...more });
    expect(call({ diff: true }).args)
      .to.include('--diff')
      .and.not.to.include('--check');
    expect(call({ diff: true, dryRun: true }).args.filter((word) => word === '--diff')).to.have.length(1);
    expect(call({ withoutFacts: true }).env).to.include({ ANSIBLE_GATHERING: 'explicit' });
    expect(call({}).env).not.to.have.property('ANSIBLE_GATHERING');
    const said = { ...places, configured: parseAnsibleConfig('[defaults]\ngathering = smart') };
    expect(call({ withoutFacts: true, places: said }).env).not.to.have.property('ANSIBLE_GATHERING');
    expect(call({ mitogen: '/m/strategy' }).env).to.include({
      ANSIBLE_STRATEGY: 'mitogen_linear',
      ANSIBLE_STRATEGY_PLUGINS: '/m/strategy',
    });
    expect(call({}).env).to.have.property('ANSIBLE_STRATEGY', undefined);
  });

  it('checks host keys, pipelines, and finds the deployment’s roles before the generic ones', () => {
    const { env } = ansiblePlaybook({ places, executable, playbook: 'site.yml', inventory: 'i.yml' });
    expect(env).to.include({
      ANSIBLE_CONFIG: '/stack/ansible/ansible.cfg',
      ANSIBLE_HOST_KEY_CHECKING: 'True',
      ANSIBLE_PIPELINING: 'True',
      ANSIBLE_ROLES_PATH:
        '/shop/ansible/roles:/stack/ansible/roles:~/.ansible/roles:/usr/share/ansible/roles:/etc/ansible/roles',
      ANSIBLE_STDOUT_CALLBACK: 'automation_stack',
      ANSIBLE_CALLBACK_PLUGINS:
        '/stack/ansible/plugins/callback:~/.ansible/plugins/callback:/usr/share/ansible/plugins/callback',
      ANSIBLE_COLLECTIONS_PATH: '/tools/collections:~/.ansible/collections:/usr/share/ansible/collections',
    });
  });

  it('runs the same tasks on the same hosts whatever the shell or an ansible.cfg says of tags and inventories', () => {
    const { env } = ansiblePlaybook({ places, executable, playbook: 'site.yml', inventory: 'i.yml' });
    expect(env).to.include({
      ANSIBLE_RUN_TAGS: 'all',
      ANSIBLE_SKIP_TAGS: '',
      ANSIBLE_INVENTORY_ENABLED: 'yaml',
      ANSIBLE_TRANSPORT: 'ssh',
    });
    const tagged = ansiblePlaybook({
      places,
      executable,
      playbook: 'site.yml',
      inventory: 'i.yml',
      tags: ['a', 'b'],
    });
    expect(tagged.env?.['ANSIBLE_RUN_TAGS']).to.equal('a,b');
  });

  it('takes what selects out of the user’s environment, and leaves what serves the connection', () => {
    const shell = { ...places, env: { ANSIBLE_SSH_ARGS: '-C' } };
    const { env = {} } = ansiblePlaybook({
      places: shell,
      executable,
      playbook: 'site.yml',
      inventory: 'i.yml',
    });
    for (const name of [
      'ANSIBLE_INVENTORY',
      'ANSIBLE_STRATEGY',
      'ANSIBLE_ANY_ERRORS_FATAL',
      'ANSIBLE_VARS_ENABLED',
    ]) {
      expect(env).to.have.property(name, undefined);
    }
    for (const name of [
      'ANSIBLE_SSH_ARGS',
      'ANSIBLE_REMOTE_USER',
      'ANSIBLE_VAULT_PASSWORD_FILE',
      'ANSIBLE_TIMEOUT',
    ]) {
      expect(env).not.to.have.property(name);
    }
  });

  describe('of a project with an ansible.cfg', () => {
    const said = parseAnsibleConfig(
      [
        '[defaults]',
        '# roles_path = no',
        'Roles_Path = galaxy:../shared:~/r ; where they are',
        'interpreter_python: /usr/bin/python3.11',
        'forks=9',
        'host_key_checking = False',
        'collections_path =',
        '    /opt/c:',
        '    vendor',
        '[ssh_connection]',
        'ssh_args = -o ProxyJump=bastion',
        'pipelining = False',
      ].join('\r\n'),
    );
    const project = { ...places, configuration: '/shop/ansible.cfg', configured: said };
    const call = (more: object = {}) =>
      ansiblePlaybook({
        places: project,
        executable,
        playbook: 'p',
        inventory: 'i',
        usualForks: 20,
        ...more,
      });

    it('says nothing that it says, and joins the paths', () => {
      const { env = {}, args } = call();
      for (const name of ['PYTHON_INTERPRETER', 'SSH_ARGS', 'PIPELINING'])
        expect(env).not.to.have.property(`ANSIBLE_${name}`);
      expect(env['ANSIBLE_ROLES_PATH']).to.equal(
        '/shop/galaxy:/shared:~/r:/shop/ansible/roles:/stack/ansible/roles',
      );
      expect(env['ANSIBLE_COLLECTIONS_PATH']).to.equal('/opt/c:/shop/vendor:/tools/collections');
      expect(args).not.to.include('--forks');
      expect(env).to.include({ ANSIBLE_CONFIG: '/shop/ansible.cfg', ANSIBLE_RETRY_FILES_ENABLED: 'False' });
    });

    it('checks host keys all the same', () =>
      expect(call().env).to.include({ ANSIBLE_HOST_KEY_CHECKING: 'True' }));

    it('goes by what the configuration or the shell says first', () => {
      expect(call({ forks: 3 }).args.join(' ')).to.contain('--forks 3');
      const env = { ANSIBLE_ROLES_PATH: '/mine', ANSIBLE_PIPELINING: 'False' };
      expect(call({ places: { ...project, env } }).env).to.include({
        ANSIBLE_ROLES_PATH: '/mine:/shop/ansible/roles:/stack/ansible/roles',
      });
      expect(call({ places: { ...places, env } }).env).not.to.have.property('ANSIBLE_PIPELINING');
    });
  });

  it('tells Ansible folders with colons and dollars as seen from where it runs, and refuses what cannot be told', () => {
    const odd = { ...places, directory: '/srv/a:b/$HOME', configuration: '/srv/a:b/$HOME/ansible.cfg' };
    const { env } = ansiblePlaybook({ places: odd, executable, playbook: 'p', inventory: 'i' });
    expect(env).to.include({ ANSIBLE_CONFIG: 'ansible.cfg' });
    expect(env?.['ANSIBLE_ROLES_PATH']).to.match(/^roles:\/stack/);
    const wrong = { ...places, library: '/opt/x:y/ansible' };
    expect(() => ansiblePlaybook({ places: wrong, executable, playbook: 'p', inventory: 'i' })).to.throw(
      'colon',
    );
  });

  it('hands secrets over by the environment alone', () => {
    const secrets = { [VAULT_PASSWORD]: 'open-sesame' };
    const { args, env } = ansiblePlaybook({
      places,
      executable,
      playbook: 'site.yml',
      inventory: 'i.yml',
      secrets,
    });
    expect(args.join(' ')).not.to.include('open-sesame');
    expect(env?.[VAULT_PASSWORD]).to.equal('open-sesame');
    expect(VAULT_SCRIPT).to.equal(`#!/bin/sh\nprintf '%s' "$${VAULT_PASSWORD}"\n`);
  });
});

describe('the inventory for Ansible', () => {
  const way = routesBy({ knownHosts: '/my keys/known_hosts', privateKey: '/id' });
  const hosts: Host[] = [
    {
      name: 'web-1',
      address: '10.0.0.7',
      port: 2222,
      user: 'deploy',
      groups: ['web', 'all'],
      privateAddress: '10.1.0.7',
      vars: { ansible_host: 'never', color: 'blue' },
    },
    { name: 'lone', address: 'lone.example', port: 22, user: 'root', groups: [] },
  ];

  it('checks every host’s key against the same file as the runner, spaces in its name or not', () => {
    const variables = hostVariables(hosts[0] as Host, way(hosts[0] as Host));
    expect(variables).to.deep.equal({
      color: 'blue',
      ansible_host: '10.0.0.7',
      ansible_port: 2222,
      ansible_user: 'deploy',
      ansible_ssh_common_args: `-F none -o BatchMode=yes -o StrictHostKeyChecking=yes -o 'UserKnownHostsFile="/my keys/known_hosts" "/learned"' -o IdentitiesOnly=yes -o ProxyCommand=none`,
      ansible_ssh_private_key_file: '/id',
      private_address: '10.1.0.7',
    });
    const byAgent = hostVariables(hosts[0] as Host, routesBy()(hosts[0] as Host));
    expect(byAgent).not.to.have.property('ansible_ssh_private_key_file');
  });

  it('has hosts once, with their variables, and groups by name', () => {
    const document = inventoryDocument(hosts, way) as { all: { hosts: object; children: object } };
    expect(Object.keys(document.all.hosts)).to.deep.equal(['web-1', 'lone']);
    expect(document.all.children).to.deep.equal({ web: { hosts: { 'web-1': {} } } });
    expect(inventoryDocument([], way)).to.deep.equal({ all: { hosts: {} } });
  });

  it('lists as a dynamic inventory does', () => {
    const list = inventoryList(hosts, way);
    expect(list).to.deep.include({
      all: { children: ['web', 'ungrouped'] },
      ungrouped: { hosts: ['lone'] },
      web: { hosts: ['web-1'] },
    });
    expect(list['_meta']).to.have.nested.property('hostvars.web-1.ansible_port', 2222);
  });
});

describe('what Ansible says', () => {
  const recap = { ok: 1, changed: 0, failed: 0, unreachable: 0, skipped: 0, rescued: 0 };
  const failed = (host: string, more: object = {}) =>
    ({ event: 'host', host, status: 'failed', task: 'Do it', path: '/p.yml:3', msg: 'no', ...more }) as const;

  it('is told apart from Ansible’s own words, broken lines included', () => {
    expect(parseAnsibleLine('[WARNING]: something')).to.equal(undefined);
    expect(parseAnsibleLine('{"event":"task","name":')).to.equal(undefined);
    expect(parseAnsibleLine('{"event":"play","name":"x","hosts":2}')).to.deep.equal({
      event: 'play',
      name: 'x',
      hosts: 2,
    });
  });

  it('is read behind words without an end of line, and where the recap is of a thousand hosts', () => {
    const hosts = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`host-${index}`, recap]));
    const line = `wrapper: ${JSON.stringify({ event: 'stats', hosts })}\r`;
    expect(parseAnsibleLine(line)).to.deep.equal({ event: 'stats', hosts });
  });

  it('ends in the hosts that failed, each with its last failure', () => {
    const outcome = new PlaybookOutcome();
    outcome.take(failed('a', { msg: 'first' }));
    outcome.take(failed('a', { msg: 'last', output: ['line'] }));
    outcome.take(failed('b'));
    outcome.take({ event: 'stats', hosts: { a: { ...recap, failed: 1 }, b: { ...recap, rescued: 1 } } });
    expect(outcome.failures).to.deep.equal([
      { host: 'a', unreachable: false, task: 'Do it', message: 'last', where: '/p.yml:3', output: ['line'] },
    ]);
  });

  it('counts every failure where the run was cut off before its recap', () => {
    const outcome = new PlaybookOutcome();
    outcome.take(failed('a'));
    outcome.take(failed('b', { ignored: true }));
    expect(outcome.failures.map(({ host }) => host)).to.deep.equal(['a']);
  });

  it('knows the hosts that no play worked on, over all lines of the recap', () => {
    const outcome = new PlaybookOutcome();
    outcome.take({ event: 'stats', hosts: { a: recap } });
    outcome.take({ event: 'stats', hosts: { b: { ...recap, ok: 0, skipped: 3 } } });
    expect(Object.keys(outcome.hosts)).to.deep.equal(['a', 'b']);
    expect(outcome.leftOut(['a', 'b', 'c'])).to.deep.equal(['c']);
    expect(new PlaybookOutcome().leftOut(['a'])).to.deep.equal(['a']);
  });

  it('tells the hosts on which a task did its work, gathering facts aside', () => {
    const outcome = new PlaybookOutcome();
    const done = { event: 'host', status: 'ok', task: 'Do it', path: '/p.yml:3' } as const;
    outcome.take({ ...done, host: 'a', facts: true });
    outcome.take({ ...done, host: 'b' });
    expect([...outcome.workedOn]).to.deep.equal(['b']);
  });

  it('has words for a failure without a message', () => {
    const outcome = new PlaybookOutcome();
    outcome.take(failed('a', { msg: undefined, rc: 4 }));
    outcome.take({ event: 'stats', hosts: { a: { ...recap, failed: 1 }, b: { ...recap, unreachable: 1 } } });
    expect(outcome.failures.map(({ message }) => message)).to.deep.equal([
      'exit code 4',
      'failed without a message',
    ]);
  });
});
