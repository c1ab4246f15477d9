import { expect } from 'chai';
import {
  groupsOfTag,
  hostsFromInstances,
  hostsFromOutput,
} from '../../../../runner/src/hosts/rules/inventoryHosts.js';
import { hostAddress, inGroup } from '../../../../runner/src/domain/host.js';
import { StackError } from '../../../../runner/src/base/errors.js';
import { limitHosts } from '../../../../runner/src/hosts/inventory.js';

const defaults = { source: 'output "hosts" of staging', user: 'admin', groups: ['web'] };

describe('hosts from a Terraform output', () => {
  it('need an address; all else has a default', () => {
    expect(hostsFromOutput({ 'web-1': { address: '10.0.0.7' } }, defaults)).to.deep.equal([
      { name: 'web-1', address: '10.0.0.7', port: 22, user: 'admin', groups: ['web'] },
    ]);
  });

  it('may say everything', () => {
    const fields = {
      address: '127.0.0.1',
      port: '4600',
      user: 'deploy',
      groups: ['web', 'blue'],
      private_address: '10.1.0.7',
      instance_id: 'i-1',
      http_port: 8080,
      known_hosts: '/k',
      private_key: '/id',
      vars: { color: 'blue' },
    };
    expect(hostsFromOutput({ 'web-1': fields }, defaults)).to.deep.equal([
      {
        name: 'web-1',
        address: '127.0.0.1',
        port: 4600,
        user: 'deploy',
        groups: ['web', 'blue'],
        privateAddress: '10.1.0.7',
        instanceId: 'i-1',
        httpPort: 8080,
        knownHosts: '/k',
        privateKey: '/id',
        vars: { color: 'blue' },
      },
    ]);
  });

  it('report every mistake at once', () => {
    const wrong = { a: {}, b: 'x', c: { address: 'c', port: 70000, groups: 'web' }, d: { address: 5 } };
    try {
      hostsFromOutput(wrong, defaults);
      expect.fail('took it');
    } catch (error) {
      expect((error as StackError).code).to.equal('CONFIG_INVALID');
      expect((error as StackError).evidence).to.deep.equal([
        'a has no address',
        'b is not an object',
        'c.groups is not a list of names',
        'c.port is not a port',
        'd.address is not a text',
      ]);
    }
    expect(() => hostsFromOutput(['x'], defaults)).to.throw(/not a map of host names/);
  });
});

describe('hosts from EC2 instances', () => {
  it('are reached by the public address where there is one, and have names of their own', () => {
    const instances = [
      { name: 'web', instanceId: 'i-1', publicAddress: '54.0.0.1', privateAddress: '10.0.0.1' },
      { name: 'web', instanceId: 'i-2', privateAddress: '10.0.0.2' },
    ];
    expect(hostsFromInstances(instances, { groups: ['web'] })).to.deep.equal([
      {
        // Not `web`: to Ansible that is the group.
        name: 'web-i-1',
        address: '54.0.0.1',
        port: 22,
        user: 'ec2-user',
        groups: ['web'],
        instanceId: 'i-1',
        privateAddress: '10.0.0.1',
      },
      {
        name: 'web-i-2',
        address: '10.0.0.2',
        port: 22,
        user: 'ec2-user',
        groups: ['web'],
        instanceId: 'i-2',
        privateAddress: '10.0.0.2',
      },
    ]);
  });
});

describe('groups of EC2 instances', () => {
  const groups = (value?: string) =>
    groupsOfTag({ name: 'ci', tags: value === undefined ? {} : { groups: value } }, 'groups');

  it('are what a tag has, separated by spaces', () => {
    expect(groups('lamp  php_my-admin ')).to.deep.equal(['lamp', 'php_my-admin']);
    expect(groups('')).to.deep.equal([]);
    expect(groups()).to.deep.equal([]);
  });

  it('are refused where they are no names of groups', () => {
    for (const wrong of ['lamp, laravel', 'lamp !web', '1st', '{{ x }}'])
      expect(() => groups(wrong)).to.throw(StackError, 'is not a valid name of a group');
  });

  it('come to those of all, and no instance has the name of one', () => {
    const instances = [
      { name: 'ci', instanceId: 'i-1', groups: ['lamp', 'web'] },
      { name: 'lamp', instanceId: 'i-2' },
    ];
    expect(
      hostsFromInstances(instances, { groups: ['web'] }).map(({ name, groups: own }) => [name, own]),
    ).to.deep.equal([
      ['ci', ['web', 'lamp']],
      ['lamp-i-2', ['web']],
    ]);
  });
});

describe('the user of a host that names none', () => {
  it('is the same wherever the host was found', () => {
    const defaults = { source: 'test', groups: [] };
    const [listed] = hostsFromOutput({ web: { address: '10.0.0.1' } }, defaults);
    const [found] = hostsFromInstances([{ name: 'web', instanceId: 'i-1' }], defaults);
    expect([listed?.user, found?.user]).to.deep.equal(['ec2-user', 'ec2-user']);
  });
});

describe('names of hosts', () => {
  const named = (...names: string[]) =>
    hostsFromOutput(Object.fromEntries(names.map((name) => [name, { address: 'a' }])), defaults);

  for (const name of [
    'web 1',
    'a,b',
    'web[0]',
    '!web',
    '~web',
    '@file',
    '-x',
    'a:b',
    '{{ x }}',
    '',
    'all',
    '*',
  ]) {
    it(`are refused where Ansible would read more in them: ${JSON.stringify(name)}`, () =>
      expect(() => named(name)).to.throw(StackError, 'does not describe hosts'));
  }

  it('may be that of a group that nobody else is in', () => {
    expect(named('web')).to.have.length(1);
    expect(() => named('web', 'other')).to.throw('web is also the name of a group');
  });

  it('are made plain where EC2 has them', () => {
    const instances = ['web 1 (blue)', 'web-1-blue', '{{ x }}', 'ünder', '-', 'all'].map((name, index) => ({
      name,
      instanceId: `i-${index}`,
    }));
    expect(hostsFromInstances(instances, { groups: [] }).map(({ name }) => name)).to.deep.equal([
      'web-1-blue',
      'web-1-blue-i-1',
      'x',
      'nder',
      'i-4',
      'all-i-5',
    ]);
  });
});

describe('choosing hosts', () => {
  const hosts = hostsFromOutput({ a: { address: 'a' }, b: { address: 'b', groups: ['db'] } }, defaults);

  it('goes by names, groups and all', () => {
    expect(limitHosts(hosts, 'b, a').map(({ name }) => name)).to.deep.equal(['a', 'b']);
    expect(limitHosts(hosts, 'db').map(({ name }) => name)).to.deep.equal(['b']);
    expect(limitHosts(hosts, 'all')).to.have.length(2);
    expect(limitHosts(hosts, undefined)).to.equal(hosts);
    expect(inGroup(hosts, 'web').map(({ name }) => name)).to.deep.equal(['a']);
  });

  it('refuses a word that is neither', () => {
    expect(() => limitHosts(hosts, 'a,c')).to.throw(StackError, 'no host or group "c"');
    expect(() => limitHosts(hosts, ',')).to.throw(StackError);
  });

  it('shows a host as ssh takes it', () => {
    expect(hosts.map(hostAddress)).to.deep.equal(['admin@a', 'admin@b']);
  });
});
