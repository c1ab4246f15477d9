import { expect } from 'chai';
import type { Host } from '../../../runner/src/domain/host.js';
import { adviceOf, advised, parseSshReport } from '../../../runner/src/hosts/rules/openSshConfig.js';

const said = (text: string) => parseSshReport(text);
const host = (more: Partial<Host> = {}): Host => ({
  name: 'a',
  address: 'app',
  port: 22,
  user: 'me',
  groups: [],
  ...more,
});

describe('what OpenSSH says of a host', () => {
  it('is an option a line, some of them several times', () => {
    expect([...said('  user me \nidentityfile /a b\nidentityfile /c\nodd\n\n')]).to.deep.equal([
      ['user', ['me']],
      ['identityfile', ['/a b', '/c']],
    ]);
  });

  it('is advice where a configuration made it other than usual', () => {
    const usual = said('hostname app\nport 22\nuser me\nidentityfile /usual\nuserknownhostsfile /k1 /k2\n');
    const given = said(
      'hostname 10.0.0.1\nport 2222\nuser you\nidentityfile none\nidentityfile /id\nuserknownhostsfile /mine /other\nhostkeyalias x\nproxycommand none\nproxyjump bastion\n',
    );
    expect(adviceOf(given, usual)).to.deep.equal({
      address: '10.0.0.1',
      port: 2222,
      user: 'you',
      privateKey: '/id',
      knownHosts: '/mine',
      keyAlias: 'x',
      proxyCommand: undefined,
      jump: 'bastion',
    });
    expect(Object.values(adviceOf(usual, usual)).filter((one) => one !== undefined)).to.deep.equal([]);
    expect(adviceOf(said(''), usual).privateKey).to.equal(undefined);
    expect(adviceOf(given, said('')).privateKey).to.equal('/id');
  });
});

describe('a host that is advised', () => {
  const advice = {
    address: '10.0.0.1',
    port: 2222,
    user: 'you',
    privateKey: '/id',
    knownHosts: '/k',
    keyAlias: 'x',
  };

  it('takes port and user only where nobody said them', () => {
    expect(advised(host({ assumed: ['port', 'user'] }), advice, {})).to.include({
      address: '10.0.0.1',
      port: 2222,
      user: 'you',
    });
    expect(advised(host(), advice, {})).to.include({ port: 22, user: 'me' });
    expect(advised(host({ assumed: ['port', 'user'] }), {}, {})).to.include({
      address: 'app',
      port: 22,
      user: 'me',
    });
  });

  it('has files by itself, by its environment, or by advice, in that order', () => {
    const files = (own: Partial<Host>, environment: object) => {
      const { privateKey, knownHosts } = advised(host(own), advice, environment);
      return [privateKey, knownHosts];
    };
    const environment = { privateKey: '/e', knownHosts: '/ek' };
    expect(files({ privateKey: '/o', knownHosts: '/ok' }, environment)).to.deep.equal(['/o', '/ok']);
    expect(files({}, environment)).to.deep.equal(['/e', '/ek']);
    expect(files({}, {})).to.deep.equal(['/id', '/k']);
    expect(advised(host(), {}, {})).to.not.have.any.keys('privateKey', 'knownHosts');
  });

  it('is reached by a command with its values in it, and known under an alias', () => {
    const { openSsh } = advised(host(), { ...advice, proxyCommand: 'nc %h %p %n %r %% %x' }, {});
    expect(openSsh).to.deep.equal({ proxyCommand: 'nc 10.0.0.1 22 app me % %x', keyAlias: 'x' });
    expect(advised(host(), {}, {}).openSsh).to.deep.equal({});
  });
});
