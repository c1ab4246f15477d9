import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createKeyFile } from '../../../runner/src/adapters/ssh/keyFile.js';
import { fingerprint, KnownHosts } from '../../../runner/src/adapters/ssh/knownHosts.js';
import type { KeyMismatch } from '../../../runner/src/adapters/ssh/sshSettings.js';
import type { Host } from '../../../runner/src/domain/host.js';
import { keysOnConsole, instanceAt } from '../../../runner/src/hosts/rules/learnedKeys.js';
import type { Route } from '../../../runner/src/domain/route.js';
import { createHostKeys, keepGiven, type HostKeyDependencies } from '../../../runner/src/hosts/hostKeys.js';
import { rejection } from '../../support/rejection.js';
import { routesBy } from '../../support/routes.js';

/** An Ed25519 host key in wire format. */
function hostKey(): Buffer {
  const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  const text = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  return Buffer.concat([text(Buffer.from('ssh-ed25519')), text(Buffer.from(x, 'base64url'))]);
}
const line = (key: Buffer) => `ssh-ed25519 ${key.toString('base64')}`;
const consoleOf = (...keys: Buffer[]) =>
  [
    '[   12.3] cloud-init[901]: ci-info: no authorized keys',
    '-----BEGIN SSH HOST KEY KEYS-----',
    ...keys.map((key) => `${line(key)} root@ip-10-0-2-7`),
    '-----END SSH HOST KEY KEYS-----',
    'login:',
  ].join('\r\n');

const UNKNOWN: KeyMismatch = { kind: 'unknown', byAuthority: false };
const CHANGED: KeyMismatch = { kind: 'changed', knownTypes: ['ssh-ed25519'], byAuthority: false };
const NOW = new Date('2026-03-01T12:00:00Z');

describe('learning the key of a host', () => {
  let folder: string;
  let told: string[];
  let asked: string[];
  let route: Route;
  const file = () => createKeyFile(join(folder, 'known', 'hosts'));
  const text = () => readFileSync(file().path, 'utf8');
  const keys = (more: Partial<HostKeyDependencies> = {}) =>
    createHostKeys({
      file: file(),
      fromConsole: false,
      acceptFirst: false,
      console: () => Promise.resolve(''),
      certified: () => Promise.resolve(undefined),
      tell: (message) => void told.push(message),
      now: () => NOW,
      ...more,
    });
  const withConsole = (output: string) =>
    keys({
      fromConsole: true,
      console: (id) => {
        asked.push(id);
        return Promise.resolve(output);
      },
    });
  const instance = (id: string, launched = '2026-02-01T00:00:00.000Z'): Route => {
    const host: Host = { name: 'web', address: '10.0.2.7', port: 22, user: 'x', groups: [] };
    return routesBy({ learned: file().path })({ ...host, instanceId: id, launched });
  };
  const known = (key: Buffer) => new KnownHosts(text()).check('10.0.2.7', '10.0.2.7', key).kind;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'automation-stack-keys-'));
    [told, asked, route] = [[], [], instance('i-1')];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is not done where nothing allows it', async () => {
    expect(await keys().learn(route, hostKey(), UNKNOWN)).to.equal(undefined);
    expect(await keys().learn(route, hostKey(), CHANGED)).to.equal(undefined);
  });

  it('takes what the instance printed on its console, with its other keys, into a known_hosts file', async () => {
    const [shown, other] = [hostKey(), hostKey()];
    const trusted = await withConsole(consoleOf(other, shown)).learn(route, shown, UNKNOWN);
    expect(trusted).to.deep.equal({ fingerprint: fingerprint(shown), type: 'ssh-ed25519' });
    expect([known(shown), known(other), known(hostKey())]).to.deep.equal(['known', 'known', 'changed']);
    expect(asked).to.deep.equal(['i-1']);
    expect(told.join()).to.include('learned its host keys from the console of i-1');
  });

  it('refuses a host that shows another key than its console', async () => {
    const error = await rejection(
      withConsole(consoleOf(hostKey())).learn(route, hostKey(), UNKNOWN),
      'SSH_HOST_KEY_CHANGED',
    );
    expect(error.message).to.include('than i-1 printed on its console: someone may intercept the connection');
    expect(error.evidence.join()).to.match(/host key now: .*on the console: ssh-ed25519 SHA256:/);
  });

  it('waits for the console of an instance that is booting, and asks it now and then', async () => {
    const young = instance('i-1', '2026-03-01T11:58:00.000Z');
    const learning = withConsole('');
    for (const times of [1, 2]) {
      const error = await rejection(learning.learn(young, hostKey(), UNKNOWN), 'SSH_UNREACHABLE');
      expect(error.message, String(times)).to.include('has not shown its host keys on its console yet');
    }
    expect(asked).to.have.length(1);
    // One that has been there for long printed what it prints.
    expect(await withConsole('').learn(route, hostKey(), UNKNOWN)).to.equal(undefined);
  });

  it('waits as long for one whose start nobody tells, from when it is first met', async () => {
    let now = NOW.getTime();
    const unknown = { ...instance('i-1'), launched: undefined };
    const learning = keys({ fromConsole: true, acceptFirst: true, now: () => new Date(now) });
    await rejection(learning.learn(unknown, hostKey(), UNKNOWN), 'SSH_UNREACHABLE');
    now += 9 * 60_000;
    await rejection(learning.learn(unknown, hostKey(), UNKNOWN), 'SSH_UNREACHABLE');
    now += 60_000;
    expect(await learning.learn(unknown, hostKey(), UNKNOWN)).to.have.property('type', 'ssh-ed25519');
  });

  it('takes an unknown key on trust where the configuration says so, and never a changed one', async () => {
    const shown = hostKey();
    const accepting = keys({ acceptFirst: true });
    expect(await accepting.learn(route, shown, UNKNOWN)).to.have.property('fingerprint', fingerprint(shown));
    expect(known(shown)).to.equal('known');
    expect(told.join()).to.include('at its first use');
    expect(await accepting.learn(route, hostKey(), CHANGED)).to.equal(undefined);
    expect(await accepting.learn(route, hostKey(), { kind: 'revoked' })).to.equal(undefined);
  });

  it('takes nothing on trust where an authority signs the keys of these hosts', async () => {
    const authority: KeyMismatch = { ...UNKNOWN, byAuthority: true };
    expect(await keys({ acceptFirst: true }).learn(route, hostKey(), authority)).to.equal(undefined);
    const certified = { fingerprint: 'SHA256:x', type: 'ssh-ed25519' };
    const signed = keys({ certified: () => Promise.resolve(certified) });
    expect(await signed.learn(route, hostKey(), authority)).to.equal(certified);
  });

  describe('of another instance at an address', () => {
    const successor = () => instance('i-2', '2026-03-01T00:00:00.000Z');
    const words =
      'known before as i-1 (started 2026-02-01T00:00:00.000Z), now i-2 (started 2026-03-01T00:00:00.000Z)';
    beforeEach(() => keys().seen(route));

    it('is told as that where nothing is learned', async () => {
      const error = await rejection(keys().learn(successor(), hostKey(), CHANGED), 'SSH_HOST_REPLACED');
      expect(error.message).to.equal(`web was replaced by another instance: ${words}`);
      expect(error.next).to.include('host-keys: { from: [console] }');
      // The same instance with another key is no replacement.
      expect(await keys().learn(route, hostKey(), CHANGED)).to.equal(undefined);
    });

    it('replaces the old one’s key, and says so', async () => {
      const [old, fresh] = [hostKey(), hostKey()];
      await withConsole(consoleOf(old)).learn(route, old, UNKNOWN);
      await withConsole(consoleOf(fresh)).learn(successor(), fresh, CHANGED);
      expect(told.at(-1)).to.include(`It was replaced: ${words}.`);
      expect([known(fresh), known(old)]).to.deep.equal(['known', 'changed']);
      expect(instanceAt(text(), '10.0.2.7')?.instanceId).to.equal('i-2');
    });

    it('is a first use again', async () => {
      const fresh = hostKey();
      await keys({ acceptFirst: true }).learn(successor(), fresh, CHANGED);
      expect(known(fresh)).to.equal('known');
      expect(told.at(-1)).to.include(words);
    });
  });

  it('keeps keys that the hosts’ source says, those of jump hosts too, and lets go of older ones', async () => {
    const [old, fresh, other] = [hostKey(), hostKey(), hostKey()];
    const way = (key: Buffer): Route => ({
      ...route,
      hostKeys: [line(key)],
      jumps: [{ ...route, address: '2001:db8::1', port: 2222, hostKeys: [line(other)] }],
    });
    await keepGiven(file(), [way(old)]);
    await keepGiven(file(), [way(fresh)]);
    expect([known(fresh), known(old)]).to.deep.equal(['known', 'changed']);
    expect(text()).to.include(`[2001:db8::1]:2222 ${line(other)} given`);
    const before = text();
    await keepGiven(file(), [way(fresh)]);
    expect(text()).to.equal(before);
  });

  it('loses nothing when many learn at once', async () => {
    const hosts = Array.from({ length: 20 }, (_, index) => ({ ...route, address: `10.0.0.${index}` }));
    const learning = keys({ acceptFirst: true });
    await Promise.all(hosts.map((one) => learning.learn(one, hostKey(), UNKNOWN)));
    expect(text().match(/ first-use$/gm)).to.have.length(20);
  });
});

describe('host keys on a console', () => {
  const [one, two] = [hostKey(), hostKey()];

  it('are those of the last whole block, whatever stands before them on the line', () => {
    const output = `${consoleOf(one)}\n${consoleOf(two).replace('ssh-ed', '[   14.2] cloud-init[9]: ssh-ed')}`;
    expect(keysOnConsole(output)).to.deep.equal([line(two)]);
    expect(keysOnConsole(`${consoleOf(one)}\n-----BEGIN SSH HOST KEY KEYS-----\n${line(two)}`)).to.deep.equal(
      [line(one)],
    );
  });

  it('are none where the image prints none', () => expect(keysOnConsole(`${line(one)}\n`)).to.deep.equal([]));
});
