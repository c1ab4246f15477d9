import { expect } from 'chai';
import {
  hostsFromInstances,
  hostsFromOutput,
  jumpsOf,
} from '../../../../runner/src/hosts/rules/inventoryHosts.js';
import { hostAddress, type Host } from '../../../../runner/src/domain/host.js';
import { adviceOf, advised, parseSshReport } from '../../../../runner/src/hosts/rules/openSshConfig.js';
import { routeOf } from '../../../../runner/src/domain/route.js';
import { routeSettings } from '../../../support/routes.js';

const defaults = { source: 'test', user: 'admin', groups: [] };
const one = (value: unknown) => jumpsOf(value, defaults)?.[0];

describe('hosts to go through', () => {
  for (const [text, address] of [
    ['bastion.example', 'admin@bastion.example'],
    ['bob@bastion.example:2222', 'bob@bastion.example:2222'],
    ['bob@[2001:db8::1]:2222', 'bob@[2001:db8::1]:2222'],
    ['2001:db8::1', 'admin@2001:db8::1'],
  ] as const) {
    it(`are read from ${text}`, () => expect(hostAddress(one(text) as Host)).to.equal(address));
  }

  it('may say more than that', () => {
    const fields = { address: '10.0.0.1', private_key: '/k', host_key: 'ssh-ed25519 AAAA bob@x' };
    expect(one(fields)).to.deep.include({ privateKey: '/k', hostKeys: ['ssh-ed25519 AAAA'] });
  });

  for (const wrong of ['-oProxyCommand=x', 'a b', 'bob@', '"@x', 7, { port: 22 }])
    it(`are refused: ${JSON.stringify(wrong)}`, () => expect(() => one(wrong)).to.throw('valid jump hosts'));

  it('are the host’s own where it names them, none where it says none', () => {
    const hosts = hostsFromOutput(
      { own: { address: 'a', jump: 'b' }, none: { address: 'a', jump: [] }, usual: { address: 'a' } },
      defaults,
    );
    const settings = routeSettings({ jumps: jumpsOf(['x', 'y'], defaults) ?? [] });
    const ways = hosts.map((host) => routeOf(host, settings).jumps.map(({ address }) => address));
    expect(ways).to.deep.equal([['b'], [], ['x', 'y']]);
  });

  it('lend nothing but the key: theirs, the environment’s, or that of the host behind', () => {
    const jumps = jumpsOf([{ address: 'x', private_key: '/x' }, 'y'], defaults) ?? [];
    const [host] = hostsFromOutput({ web: { address: 'a', private_key: '/web' } }, defaults) as [Host];
    const keys = (more: object) =>
      routeOf(host, routeSettings({ jumps, ...more })).jumps.map((hop) => hop.privateKey);
    expect(keys({})).to.deep.equal(['/x', '/web']);
    expect(keys({ privateKey: '/all' })).to.deep.equal(['/x', '/all']);
  });
});

describe('hosts that are reached by Session Manager', () => {
  const ssm = { ...defaults, transport: 'ssm' as const };

  it('need an instance id and no address', () => {
    const [host] = hostsFromOutput({ web: { instance_id: 'i-1', private_address: '10.0.0.1' } }, ssm);
    expect(host).to.include({ address: 'i-1', instanceId: 'i-1' });
    expect(() => hostsFromOutput({ web: { address: '10.0.0.1' } }, ssm)).to.throw('web has no instance_id');
  });

  it('are reached by their address behind a jump host, which is the one with a session', () => {
    const through = { ...ssm, throughJump: true };
    const [host] = hostsFromOutput({ web: { address: '10.0.0.1' } }, through) as [Host];
    const jumps = jumpsOf({ instance_id: 'i-9' }, ssm) ?? [];
    const route = routeOf(host, routeSettings({ jumps, transport: 'ssm' }));
    expect(route).to.deep.include({ address: '10.0.0.1' });
    expect(route.jumps[0]).to.deep.include({ address: 'i-9' });
    expect(route.jumps[0]?.proxy?.slice(0, 5)).to.deep.equal([
      'aws',
      'ssm',
      'start-session',
      '--target',
      'i-9',
    ]);
  });

  it('are named by their ids where EC2 tells of them, and by private addresses behind a jump host', () => {
    const instances = [
      {
        name: 'web',
        instanceId: 'i-1',
        publicAddress: '54.0.0.1',
        privateAddress: '10.0.0.1',
        launched: 'then',
      },
    ];
    const address = (more: object) => hostsFromInstances(instances, { ...defaults, ...more })[0]?.address;
    expect(address({})).to.equal('54.0.0.1');
    expect(address({ transport: 'ssm' })).to.equal('i-1');
    expect(address({ throughJump: true })).to.equal('10.0.0.1');
    expect(hostsFromInstances(instances, defaults)[0]?.launched).to.equal('then');
  });
});

describe('what OpenSSH’s configuration says', () => {
  const usual = parseSshReport(
    'hostname app\nport 22\nuser me\nidentityfile ~/.ssh/id_rsa\nproxyjump none\n',
  );
  const said = parseSshReport(
    'hostname 10.0.0.1\nport 2222\nuser bob\nidentityfile /k 1\nidentityfile ~/.ssh/id_rsa\nproxycommand nc %h %p %r %%\n',
  );
  const host: Host = { name: 'app', address: 'app', port: 22, user: 'admin', groups: [] };

  it('fills in what nobody said', () => {
    const found = advised({ ...host, assumed: ['port', 'user'] }, adviceOf(said, usual), {});
    expect(found).to.deep.include({ address: '10.0.0.1', port: 2222, user: 'bob', privateKey: '/k 1' });
    expect(found.openSsh?.proxyCommand).to.equal('nc 10.0.0.1 2222 bob %');
  });

  it('goes behind what the host or the environment says', () => {
    const found = advised({ ...host, assumed: [] }, adviceOf(said, usual), { privateKey: '/mine' });
    expect(found).to.deep.include({ port: 22, user: 'admin', privateKey: '/mine' });
  });

  it('may name a key that has one of the usual names', () => {
    const all = parseSshReport('identityfile ~/.ssh/id_rsa\nidentityfile ~/.ssh/id_ed25519\n');
    const key = (text: string) => adviceOf(parseSshReport(text), all).privateKey;
    expect(key('identityfile ~/.ssh/id_ed25519\n')).to.equal('~/.ssh/id_ed25519');
    expect(key('identityfile none\n')).to.equal(undefined);
  });

  it('is nothing where nothing is configured', () => {
    expect(Object.values(adviceOf(usual, usual)).filter((value) => value !== undefined)).to.deep.equal([]);
  });
});
