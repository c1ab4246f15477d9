import { expect } from 'chai';
import { hostsFromAnsible } from '../../../../runner/src/hosts/rules/ansibleInventory.js';
import { StackError } from '../../../../runner/src/base/errors.js';
import { shellWords } from '../../../../runner/src/base/shell.js';

const defaults = {
  source: 'inventory file hosts.ini',
  groups: [],
  path: (path: string) => `/shop/ansible/${path}`,
  noteAssumed: true,
};
const list = (hostvars: Record<string, object>, groups: Record<string, object> = {}) => ({
  _meta: { hostvars },
  all: { children: ['ungrouped', ...Object.keys(groups)] },
  ungrouped: { hosts: Object.keys(hostvars) },
  ...groups,
});
const mistake = (vars: object): string => {
  try {
    hostsFromAnsible(list({ web1: vars }), defaults);
  } catch (error) {
    return (error as StackError).message;
  }
  return 'taken';
};

describe('hosts of an Ansible inventory', () => {
  it('have the variables of their connection as their own, and keep all others', () => {
    const vars = {
      ansible_host: '10.0.0.7',
      ansible_port: 2222,
      ansible_user: 'admin',
      ansible_ssh_private_key_file: 'keys/id',
      ansible_ssh_args: '-C',
      ansible_ssh_common_args: `-o ProxyJump="a b" -o 'X=it'`,
      color: '{{ shade }}',
    };
    const [host] = hostsFromAnsible(list({ web1: vars }), defaults);
    expect(host).to.deep.include({
      name: 'web1',
      address: '10.0.0.7',
      port: 2222,
      user: 'admin',
      privateKey: '/shop/ansible/keys/id',
      assumed: [],
      vars,
      openSsh: {
        asked: ['-C', '-o', 'ProxyJump=a b', '-o', 'X=it'],
        words: ['-o', 'ProxyJump=a b', '-o', 'X=it'],
        directory: '/shop/ansible/.',
      },
    });
  });

  it('are reached by their name where they say no address, and note what nobody said', () => {
    const [host] = hostsFromAnsible(list({ 'web1.example': {} }), defaults);
    expect(host).to.deep.include({ address: 'web1.example', port: 22, assumed: ['port', 'user'] });
  });

  it('are in the groups of their groups too', () => {
    const groups = {
      site: { children: ['web', 'db'] },
      web: { hosts: ['web1'] },
      db: { hosts: ['db1'] },
      blue: { hosts: ['web1'] },
    };
    const hosts = hostsFromAnsible(list({ web1: {}, db1: {}, lone: {} }, groups), defaults);
    const found = Object.fromEntries(hosts.map((host) => [host.name, [...host.groups].sort()]));
    expect(found).to.deep.equal({ web1: ['blue', 'site', 'web'], db1: ['db', 'site'], lone: [] });
  });

  it('do not end where groups hold each other', () =>
    expect(
      hostsFromAnsible(
        list({ a: {} }, { x: { children: ['y'] }, y: { children: ['x'], hosts: ['a'] } }),
        defaults,
      ),
    ).to.have.length(1));

  it('leave this machine out', () =>
    expect(hostsFromAnsible(list({ localhost: { ansible_connection: 'local' } }), defaults)).to.deep.equal(
      [],
    ));

  it('are refused where the runner cannot know what Ansible knows', () => {
    expect(mistake({ ansible_host: '{{ ip }}' })).to.include('web1.ansible_host is a template');
    expect(mistake({ ansible_user: { __ansible_vault: '$ANSIBLE_VAULT;…' } })).to.include('is encrypted');
    expect(mistake({ ansible_connection: 'winrm' })).to.include('is reached by winrm');
    expect(mistake({ ansible_host: '-oProxyCommand=x' })).to.include(
      'web1.address is not a name or an address',
    );
    expect(mistake({ ansible_host: { __ansible_unsafe: '10.0.0.1' } })).to.equal('taken');
  });
});

describe('the words of a text', () => {
  for (const [text, words] of [
    [`-o 'A=b c' "d \\"e\\" $f" g\\ h`, ['-o', 'A=b c', 'd "e" $f', 'g h']],
    [`  a='b'"c"d  `, ['a=bcd']],
    [`'' ""`, ['', '']],
    ['', []],
  ] as const) {
    it(`are cut as a shell cuts them: ${text}`, () => expect(shellWords(text)).to.deep.equal(words));
  }
});
