import { expect } from 'chai';
import { connectFailure } from '../../../../runner/src/adapters/ssh/sshFailures.js';
import { parseProbe, probeCommand } from '../../../../runner/src/adapters/ssh/sshProbe.js';
import type { Route } from '../../../../runner/src/domain/route.js';
import { routesBy } from '../../../support/routes.js';
import type { Host } from '../../../../runner/src/domain/host.js';

const host: Host = { name: 'web-1', address: '10.0.0.7', port: 2222, user: 'deploy', groups: ['web'] };
const route: Route = { ...host, knownHosts: ['/k'], privateKey: '/id', jumps: [] };
const failure = (message: string, more: object = {}) =>
  connectFailure(Object.assign(new Error(message), more), route);

describe('what goes wrong on the way to a host', () => {
  for (const [code, words] of [
    ['ECONNREFUSED', 'connection refused'],
    ['EHOSTUNREACH', 'no route to the host'],
    ['ENOTFOUND', 'its name does not resolve'],
    ['ETIMEDOUT', 'no answer in time'],
    ['ECONNRESET', 'connection closed by the host'],
  ] as const) {
    it(`says "${words}" for ${code}`, () => {
      const error = failure('x', { code });
      expect(error.code).to.equal('SSH_UNREACHABLE');
      expect(error.message).to.equal(`web-1 does not answer on SSH: ${words}`);
      expect(error.where).to.equal('deploy@10.0.0.7:2222');
    });
  }

  it('tells a refused login from a silent host, with the command that shows it', () => {
    const error = failure('All configured authentication methods failed', { level: 'client-authentication' });
    expect(error.code).to.equal('SSH_AUTH_FAILED');
    expect(error.next).to.include('ssh -i /id -p 2222 deploy@10.0.0.7 true');
  });

  it('advises the agent for a key with a passphrase', () => {
    const error = failure(
      'Cannot parse privateKey: Encrypted private OpenSSH key detected, but no passphrase given',
    );
    expect(error.code).to.equal('SSH_AUTH_FAILED');
    expect(error.next).to.include('ssh-add /id');
  });
});

describe('the files a host is trusted by', () => {
  const way = routesBy({ privateKey: 'keys/id' });

  it('are the environment’s, relative to the configuration, and ~/.ssh/known_hosts by default', () => {
    expect(way(host)).to.deep.include({
      knownHosts: ['/home/me/.ssh/known_hosts', '/learned'],
      privateKey: '/project/keys/id',
    });
  });

  it('are the host’s own where it names them', () => {
    const own = way({ ...host, knownHosts: '~/k', privateKey: '/id' });
    expect(own).to.deep.include({ knownHosts: ['/home/me/k', '/learned'], privateKey: '/id' });
  });
});

describe('a probe from the host', () => {
  it('asks loopback, with a slash before the path and whole seconds', () => {
    const argv = probeCommand({ port: 80, path: 'health?deep=1', timeoutMs: 1200 });
    expect(argv.slice(-2)).to.deep.equal(['http://127.0.0.1:80/health?deep=1', '2']);
  });

  it('reads a status, or the reason why there was none', () => {
    expect(parseProbe({ exitCode: 0, stdout: '503', stderr: '' })).to.deep.equal({ status: 503 });
    const refused = { exitCode: 7, stdout: '000', stderr: 'curl: (7) Failed to connect\n' };
    expect(parseProbe(refused)).to.deep.equal({ error: 'Failed to connect' });
    expect(parseProbe({ exitCode: 1, stdout: '', stderr: '' })).to.deep.equal({
      error: 'no answer (exit 1)',
    });
  });
});
