import { expect } from 'chai';
import type { Host } from '../../../runner/src/domain/host.js';
import { keyName, routeId, routeOf, type RouteSettings } from '../../../runner/src/domain/route.js';
import { shellQuote, shellWords } from '../../../runner/src/base/shell.js';

const settings = (more: Partial<RouteSettings> = {}): RouteSettings => ({
  learned: '/learned',
  session: (instanceId, port) => ['session', instanceId, String(port)],
  path: (name) => `/p/${name}`,
  ...more,
});
const host = (more: Partial<Host> = {}): Host => ({
  name: 'a',
  address: 'app',
  port: 22,
  user: 'me',
  groups: [],
  ...more,
});

describe('the way to a host', () => {
  it('is straight, by the agent and the usual keys, where nobody says more', () => {
    expect(routeOf(host(), settings())).to.deep.equal({
      name: 'a',
      address: 'app',
      port: 22,
      user: 'me',
      privateKey: undefined,
      knownHosts: ['/p/~/.ssh/known_hosts', '/learned'],
      jumps: [],
    });
  });

  it('is what the host says before what its environment does', () => {
    const of = (own: Partial<Host>) =>
      routeOf(host(own), settings({ privateKey: 'e', knownHosts: 'ek', passphrase: 'p', sshConfig: 'c' }));
    expect(of({})).to.include({ privateKey: '/p/e', passphrase: 'p', sshConfig: '/p/c' });
    expect(of({}).knownHosts[0]).to.equal('/p/ek');
    expect(of({ privateKey: 'o', knownHosts: 'ok' })).to.include({ privateKey: '/p/o' });
    expect(of({ knownHosts: 'ok' }).knownHosts[0]).to.equal('/p/ok');
    expect(routeOf(host(), settings({ passphrase: 'p' }))).not.to.have.property('passphrase');
  });

  it('has what a key is filed with, and the words of OpenSSH', () => {
    const facts = { hostKeys: ['k'], instanceId: 'i-1', launched: 'then' };
    expect(
      routeOf(host({ ...facts, openSsh: { keyAlias: 'x', words: ['-v'] } }), settings()),
    ).to.deep.include({ ...facts, keyAlias: 'x', sshWords: ['-v'] });
  });

  it('goes through hosts that are lent the key, each behind those before it', () => {
    const jumps = [
      host({ name: 'j1', address: 'one' }),
      host({ name: 'j2', address: 'two', privateKey: 'own' }),
    ];
    const route = routeOf(host({ privateKey: 'mine' }), settings({ jumps }));
    expect(
      route.jumps.map(({ address, privateKey, jumps: before }) => [address, privateKey, before.length]),
    ).to.deep.equal([
      ['one', '/p/mine', 0],
      ['two', '/p/own', 1],
    ]);
    const keyed = routeOf(host({ privateKey: 'mine' }), settings({ jumps, privateKey: 'e' }));
    expect(keyed.jumps[0]?.privateKey).to.equal('/p/e');
    expect(routeOf(host({ jumps: [] }), settings({ jumps })).jumps).to.deep.equal([]);
  });

  it('begins with a session where Session Manager leads there, and only there', () => {
    const ssm = settings({ transport: 'ssm' });
    expect(routeOf(host({ instanceId: 'i-1' }), ssm).proxy).to.deep.equal(['session', 'i-1', '22']);
    expect(routeOf(host(), ssm).proxy).to.deep.equal(['session', 'app', '22']);
    expect(routeOf(host({ transport: 'ssh' }), ssm)).not.to.have.property('proxy');
    const behind = routeOf(host({ jumps: [host({ name: 'j', instanceId: 'i-2' })] }), ssm);
    expect(behind).not.to.have.property('proxy');
    expect(behind.jumps[0]?.proxy).to.deep.equal(['session', 'i-2', '22']);
    const own = routeOf(host({ transport: 'ssm', jumps: [host({ name: 'j' })] }), settings());
    expect(own.jumps[0]?.proxy?.[0]).to.equal('session');
  });

  it('is the command of OpenSSH’s configuration, where nothing is gone through', () => {
    const openSsh = { proxyCommand: 'nc app 22' };
    expect(routeOf(host({ openSsh }), settings()).proxy).to.deep.equal(['/bin/sh', '-c', 'exec nc app 22']);
    expect(routeOf(host({ openSsh, jumps: [host()] }), settings())).not.to.have.property('proxy');
  });

  it('has a name of its own, and so has the key at its end', () => {
    const route = routeOf(host({ port: 2222, jumps: [host({ address: 'one' })] }), settings());
    expect(routeId(route)).to.equal('me@one:22>me@app:2222');
    expect(keyName(route)).to.equal('[app]:2222');
    expect(keyName({ address: 'app', port: 22 })).to.equal('app');
    expect(keyName({ address: 'app', port: 2222, keyAlias: 'x' })).to.equal('x');
  });
});

describe('words for a shell', () => {
  it('are quoted unless they are plainly harmless', () => {
    expect(['a-b_c@d%e+f=g:h,i.j/k', 'a b', '', "it's", '$x', 'a\n'].map(shellQuote)).to.deep.equal([
      'a-b_c@d%e+f=g:h,i.j/k',
      "'a b'",
      "''",
      "'it'\\''s'",
      "'$x'",
      "'a\n'",
    ]);
  });

  it('are cut as Python cuts them', () => {
    for (const [text, words] of [
      [' a  b\tc\n', ['a', 'b', 'c']],
      [`'a b'c "d 'e'" f`, ['a bc', "d 'e'", 'f']],
      [`"a\\"b\\\\c\\d"`, ['a"b\\c\\d']],
      ['a\\ b \\"c', ['a b', '"c']],
      [`'a`, ['a']],
      [`"a b`, ['a b']],
      [`'' ""`, ['', '']],
      ['', []],
    ] as const)
      expect(shellWords(text), text).to.deep.equal(words);
  });
});
