import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { fingerprint, keyType, KnownHosts } from '../../../../runner/src/adapters/ssh/knownHosts.js';
import { keyName } from '../../../../runner/src/domain/route.js';

/** A key in wire format: length-prefixed type, then anything. */
function key(type: string, body = 'body'): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, Buffer.from(type), Buffer.from(body)]);
}
const ed25519 = key('ssh-ed25519');
const rsa = key('ssh-rsa');
const line = (names: string, of: Buffer) => `${names} ${keyType(of)} ${of.toString('base64')} comment`;
const hashed = (name: string) => {
  const salt = Buffer.from('0123456789abcdefghij');
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
};

describe('known_hosts', () => {
  const verdict = (text: string, address = 'web.example', port = 22, shown = ed25519) =>
    new KnownHosts(text).check(keyName({ address, port }), address, shown).kind;

  it('knows a plain name, whatever its case', () => {
    expect(verdict(line('web.example', ed25519))).to.equal('known');
    expect(verdict(line('WEB.example', ed25519))).to.equal('known');
  });

  it('knows one name of several, and an address', () => {
    expect(verdict(line('web.example,10.0.0.7', ed25519), '10.0.0.7')).to.equal('known');
  });

  it('asks for [host]:port on other ports, and takes a key of the bare name too', () => {
    expect(keyName({ address: 'web.example', port: 2222 })).to.equal('[web.example]:2222');
    expect(verdict(line('[web.example]:2222', ed25519), 'web.example', 2222)).to.equal('known');
    expect(verdict(line('web.example', ed25519), 'web.example', 2222)).to.equal('known');
    expect(verdict(line('[web.example]:2222', ed25519), 'web.example', 2223)).to.equal('unknown');
  });

  it('knows hashed names', () => {
    expect(verdict(line(hashed('web.example'), ed25519))).to.equal('known');
    expect(verdict(line(hashed('[web.example]:2222'), ed25519), 'web.example', 2222)).to.equal('known');
    expect(verdict(line(hashed('other.example'), ed25519))).to.equal('unknown');
  });

  it('honours wildcards and their exceptions', () => {
    const text = line('*.example,!db.example', ed25519);
    expect(verdict(text)).to.equal('known');
    expect(verdict(text, 'db.example')).to.equal('unknown');
    expect(verdict(line('web?.example', ed25519), 'web1.example')).to.equal('known');
    expect(verdict(line('web.example', ed25519), 'webxexample')).to.equal('unknown');
  });

  it('tells a changed key from an unknown host', () => {
    const result = new KnownHosts(line('web.example', ed25519)).check(
      'web.example',
      'web.example',
      key('ssh-ed25519', 'other'),
    );
    expect(result).to.deep.equal({ kind: 'changed', knownTypes: ['ssh-ed25519'], byAuthority: false });
    expect(verdict('')).to.equal('unknown');
  });

  it('takes any of several keys of a host', () => {
    const text = [line('web.example', rsa), line('web.example', ed25519)].join('\n');
    expect(verdict(text)).to.equal('known');
    expect(verdict(text, 'web.example', 22, rsa)).to.equal('known');
  });

  it('refuses a revoked key, also where another line trusts it', () => {
    const text = [line('web.example', ed25519), `@revoked ${line('*', ed25519)}`].join('\n');
    expect(verdict(text)).to.equal('revoked');
  });

  it('passes over comments, empty and broken lines', () => {
    const text = ['# a comment', '', 'web.example ssh-ed25519'];
    expect(verdict(text.join('\r\n'))).to.equal('unknown');
  });

  it('takes no authority’s key for a host’s own, and says where one has the say', () => {
    const known = new KnownHosts(`@cert-authority ${line('*.example', ed25519)}`);
    const check = (name: string) => known.check(name, name, ed25519);
    expect(check('web.example')).to.deep.equal({ kind: 'unknown', byAuthority: true });
    expect(check('web.other')).to.deep.equal({ kind: 'unknown', byAuthority: false });
  });

  it('asks before all for the kind that is expected', () => {
    const algorithms = new KnownHosts(line('web.example', rsa)).algorithms('web.example', 'x', 'ssh-ed25519');
    expect(algorithms.slice(0, 2)).to.deep.equal(['ssh-ed25519', 'rsa-sha2-512']);
  });

  it('files IPv6 addresses and aliases as OpenSSH does', () => {
    expect(keyName({ address: '2001:db8::1', port: 22 })).to.equal('2001:db8::1');
    expect(keyName({ address: '2001:db8::1', port: 2222 })).to.equal('[2001:db8::1]:2222');
    expect(keyName({ address: 'a', port: 2222, keyAlias: 'web' })).to.equal('web');
  });

  it('asks first for the kinds of keys it holds, and never for SHA-1 signatures', () => {
    const algorithms = new KnownHosts(line('web.example', rsa)).algorithms('web.example', 'web.example');
    expect(algorithms.slice(0, 3)).to.deep.equal(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-ed25519']);
    expect(algorithms).not.to.include('ssh-rsa');
  });

  it('prints fingerprints as ssh-keygen does', () => {
    expect(fingerprint(Buffer.from(''))).to.equal('SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU');
    expect(keyType(Buffer.from('xx'))).to.equal('unknown');
  });
});
