import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { engineAddress } from '../../../../runner/src/adapters/docker/address.js';
import { storedCredentials } from '../../../../runner/src/adapters/docker/registryLogins.js';
import { engineFailure } from '../../../../runner/src/adapters/docker/dockerFailure.js';
import { StackError } from '../../../../runner/src/base/errors.js';
import type { Invocation, Processes } from '../../../../runner/src/base/ports.js';
import { SecretRegistry } from '../../../../runner/src/secrets/redact.js';

describe('the docker configuration', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'automation-stack-docker-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));
  const write = (config: object) => writeFileSync(join(home, 'config.json'), JSON.stringify(config));
  const env = (more: Record<string, string> = {}) => ({ DOCKER_CONFIG: home, ...more });

  describe('tells where the engine is', () => {
    it('by DOCKER_HOST first', () => {
      expect(engineAddress(env({ DOCKER_HOST: 'unix:///run/d.sock' })).options).to.deep.equal({
        socketPath: '/run/d.sock',
      });
      expect(engineAddress(env({ DOCKER_HOST: 'tcp://10.0.0.1:2375' })).options).to.deep.include({
        protocol: 'http',
        host: '10.0.0.1',
        port: 2375,
      });
      expect(engineAddress(env({ DOCKER_HOST: 'ssh://me@build.example' })).options).to.deep.include({
        protocol: 'ssh',
        host: 'build.example',
        username: 'me',
        port: 22,
      });
    });

    it('by the context in use', () => {
      const directory = join(home, 'contexts', 'meta', createHash('sha256').update('colima').digest('hex'));
      mkdirSync(directory, { recursive: true });
      writeFileSync(
        join(directory, 'meta.json'),
        JSON.stringify({ Endpoints: { docker: { Host: 'unix:///colima.sock' } } }),
      );
      write({ currentContext: 'colima' });
      expect(engineAddress(env()).words).to.equal('unix:///colima.sock');
      expect(engineAddress(env({ DOCKER_CONTEXT: 'default' })).words).to.equal('unix:///var/run/docker.sock');
    });

    it('by the default socket otherwise', () => {
      expect(engineAddress(env()).options).to.deep.equal({ socketPath: '/var/run/docker.sock' });
    });

    it('and says so where it names none', () => {
      expect(() => engineAddress(env({ DOCKER_CONTEXT: 'gone' }))).to.throw(
        StackError,
        'no Docker context called gone',
      );
      expect(() => engineAddress(env({ DOCKER_HOST: 'tcp://' }))).to.throw(StackError, 'is not an address');
      expect(() => engineAddress(env({ DOCKER_HOST: 'tcp://h:2376', DOCKER_CERT_PATH: home }))).to.throw(
        StackError,
        'no client certificates',
      );
    });
  });

  describe('holds logins', () => {
    const auth = (text: string) => Buffer.from(text).toString('base64');
    const helpers = (answers: Record<string, string>) => {
      const asked: Invocation[] = [];
      const processes: Processes = {
        run: async (invocation) => {
          asked.push(invocation);
          const stdout = answers[invocation.file];
          return { exitCode: stdout === undefined ? 1 : 0, stdout: stdout ?? '', tail: [] };
        },
      };
      return { processes, asked };
    };
    const look = (host: string, answers: Record<string, string> = {}, secrets = new SecretRegistry()) =>
      storedCredentials({ env: env(), secrets, processes: helpers(answers).processes }, host);

    it('that are found by host and become secrets', async () => {
      write({ auths: { 'registry.example': { auth: auth('me:pass:word') } } });
      const secrets = new SecretRegistry();
      expect(await look('registry.example', {}, secrets)).to.deep.equal({
        username: 'me',
        password: 'pass:word',
      });
      expect(secrets.text('it is pass:word')).to.equal('it is ***');
    });

    it('of Docker Hub under its old name', async () => {
      write({ auths: { 'https://index.docker.io/v1/': { auth: auth('me:hub-password') } } });
      expect(await look('registry-1.docker.io')).to.deep.equal({ username: 'me', password: 'hub-password' });
    });

    it('that a helper keeps, the registry’s own before the store', async () => {
      write({ credsStore: 'desktop', credHelpers: { 'registry.example': 'ecr-login' } });
      const answers = { 'docker-credential-ecr-login': '{"Username":"AWS","Secret":"token-1234"}' };
      expect(await look('registry.example', answers)).to.deep.equal({
        username: 'AWS',
        password: 'token-1234',
      });
    });

    it('or none, which is no failure', async () => {
      expect(await look('registry.example')).to.equal(undefined);
      write({ credsStore: 'desktop' });
      expect(await look('registry.example')).to.equal(undefined);
    });
  });
});

describe('an engine that does not answer', () => {
  it('is told apart from one that may not be used', () => {
    const missing = engineFailure(
      Object.assign(new Error('connect ENOENT'), { code: 'ENOENT' }),
      'unix:///x',
    ) as StackError;
    expect(missing.code).to.equal('DOCKER_UNREACHABLE');
    expect(missing.next).to.contain('systemctl start docker');
    const denied = engineFailure(
      Object.assign(new Error('connect EACCES'), { code: 'EACCES' }),
      'unix:///x',
    ) as StackError;
    expect(denied.next).to.contain('usermod -aG docker');
  });

  it('is not what an interrupt says', () => {
    const abort = new AbortController();
    const reason = new StackError('INTERRUPTED', 'interrupted');
    abort.abort(reason);
    expect(
      engineFailure(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }), 'x', abort.signal),
    ).to.equal(reason);
  });

  it('is not what a bug says', () => {
    const bug = new TypeError('x is not a function');
    expect(engineFailure(bug, 'unix:///x')).to.equal(bug);
  });
});
