import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { Agent } from './agent.js';
import { JenkinsClient } from './client.js';
import { additions, filled } from './configuration.js';
import { startController, type Controller } from './controllers.js';
import { FakeController } from './fakeController.js';
import { given } from './given.js';

const VALUES = {
  AUTOMATION_STACK_REPOSITORY: 'http://127.0.0.1:1/library/.git',
  AUTOMATION_STACK_VERSION: 'v0.0.0-suite',
  DELIVERY_REPOSITORY: 'http://127.0.0.1:1/delivery/.git',
  JENKINS_ADMIN_ADDRESS: 'admin@example.invalid',
  'git-token': 'a git token',
  'slack-bot-token': 'a slack token',
  'jenkins-agent-ssh-key': 'a key',
  'hosts-ssh-key': 'another key',
};

const PATH = { PATH: process.env['PATH'] ?? '' };

const messageOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no failure',
    (error: Error) => error.message,
  );

describe('the controllers that the suite drives', () => {
  let home: string;
  let java: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'controllers-'));
    java = join(home, 'java');
    await writeFile(
      java,
      `#!/bin/sh\nexec '${process.execPath}' '${resolve('test/jenkins/standIn.mjs')}' "$@"\n`,
    );
    await chmod(java, 0o755);
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  describe('are given by variables', () => {
    it('as a war file with plugins, before an address', () => {
      const env = { JENKINS_WAR: '/jenkins.war', JENKINS_PLUGINS: '/plugins', JENKINS_URL: 'http://x' };
      expect(given(env)).to.deep.equal({
        kind: 'war',
        war: '/jenkins.war',
        plugins: '/plugins',
        java: 'java',
      });
    });

    it('as an address with user and token', () => {
      const access = { url: 'http://x/ci/', user: 'admin', secret: 't' };
      const env = { JENKINS_URL: 'http://x/ci', JENKINS_USER: 'admin', JENKINS_TOKEN: 't' };
      expect(given(env)).to.deep.equal({ kind: 'address', access });
    });

    it('or not at all, also where a build of Jenkins has its own address', () => {
      expect(given({})).to.equal('neither JENKINS_WAR nor JENKINS_URL is set');
      expect(given({ JENKINS_URL: 'http://x/' })).to.contain('without JENKINS_USER and JENKINS_TOKEN');
      expect(given({ JENKINS_WAR: '/jenkins.war' })).to.contain('without JENKINS_PLUGINS');
    });
  });

  describe('of our own', () => {
    let plugins: string;
    let controller: Controller | undefined;
    beforeEach(async () => {
      plugins = join(home, 'plugins');
      await mkdir(join(plugins, 'git'), { recursive: true });
      for (const name of ['git.jpi', 'junit.hpi', 'README.md']) await writeFile(join(plugins, name), name);
    });
    afterEach(async () => {
      await controller?.remove([]);
      controller = undefined;
    });
    const start = () =>
      startController({ kind: 'war', war: 'jenkins.war', plugins, java }, join(home, 'own'), VALUES);

    it('get the files as they are shipped, secrets as files, and the plugins of the folder', async () => {
      controller = await start();
      expect(await readFile(join(home, 'own/jenkins.yaml'), 'utf8')).to.equal(
        await readFile('pipelines/controller/jenkins.yaml', 'utf8'),
      );
      const { text } = await controller.client.http.get('api/json');
      const seen = JSON.parse(text) as { plugins: string[]; words: string[]; env: Record<string, string> };
      expect(seen.plugins).to.have.members(['git.jpi', 'junit.hpi']);
      expect(seen.words).to.include('--httpListenAddress=127.0.0.1').and.to.include('jenkins.war');
      expect(seen.env).to.include({
        AUTOMATION_STACK_VERSION: 'v0.0.0-suite',
        SECRETS: join(home, 'own/secrets'),
      });
      expect(JSON.stringify(seen)).not.to.contain('a slack token');
      expect(await readdir(join(home, 'own/secrets'))).to.have.members([
        ...Object.keys(VALUES).filter((name) => name.includes('-')),
        'jenkins-admin-password',
        'jenkins-seed-password',
      ]);
    });

    it('have the same token after a restart, and a new session', async () => {
      controller = await start();
      const { client } = controller;
      const before = await client.session();
      await controller.restart();
      expect(controller.client).to.equal(client);
      expect(await client.session()).not.to.equal(before);
    });

    it('leave no process and no folder', async () => {
      controller = await start();
      await controller.remove([]);
      expect(await messageOf(controller.client.session())).to.contain('ECONNREFUSED');
      expect(await readdir(home)).not.to.include('own');
    });

    it('tell their last words where they end at the start', async () => {
      java = join(home, 'java');
      await writeFile(
        java,
        '#!/bin/sh\necho "ConfiguratorException: Unknown root elements: jenkns"\nexit 5\n',
      );
      expect(await messageOf(start())).to.match(/ended with exit code 5\n.*Unknown root elements: jenkns/);
    });

    it('need plugins', async () => {
      for (const name of ['git.jpi', 'junit.hpi']) await rm(join(plugins, name));
      expect(await messageOf(start())).to.contain('has no *.jpi and no *.hpi');
    });
  });

  describe('that were there before', () => {
    let fake: FakeController;
    beforeEach(async () => {
      fake = await FakeController.start();
      fake.on('GET api/json', { json: {} }).on('POST configuration-as-code/apply', {});
    });
    afterEach(() => fake.stop());
    const access = () => ({ url: fake.url, user: 'admin', secret: 'a token' });

    it('get the library and the seed job, keep the rest, and lose only our jobs afterwards', async () => {
      const controller = await startController({ kind: 'address', access: access() }, home, VALUES);
      const sent = parse(fake.asked.at(-1)?.body ?? '') as Record<string, Record<string, unknown>>;
      expect(Object.keys(sent)).to.have.members([
        'jenkins',
        'security',
        'credentials',
        'unclassified',
        'jobs',
      ]);
      expect(Object.keys(sent['jenkins'] ?? {})).to.deep.equal(['globalNodeProperties']);
      fake.on('POST job/seed/doDelete', { status: 302, headers: { Location: '/ci/' } });
      await controller.remove(['hello-1']);
      expect(fake.changes().slice(1)).to.deep.equal(['POST job/seed/doDelete', 'POST job/hello-1/doDelete']);
    });

    it('get an agent over a web socket, whose secret is in no argument', async () => {
      fake
        .on('POST scriptText', { text: '0123456789abcdef\n' })
        .on('GET jnlpJars/agent.jar', { text: 'jar' });
      fake.on('GET computer/suite/api/json', { json: { offline: true } }, { json: { offline: false } });
      const client = new JenkinsClient(access(), 5);
      const agent = await Agent.join(
        client,
        'suite',
        join(home, 'agent'),
        { PATH: process.env['PATH'] ?? '' },
        java,
      );
      const script = fake.asked.find(({ line }) => line.startsWith('POST scriptText'))?.form['script'];
      expect(script).to.contain(`new DumbSlave('suite', '${join(home, 'agent')}', launcher)`);
      expect(await readFile(join(home, 'agent/secret'), 'utf8')).to.equal('0123456789abcdef');
      await agent.leave(client);
      expect(await readFile(join(home, 'agent/agent.log'), 'utf8')).to.contain('Connected as suite');
    });

    it('are told of an agent that does not get there, with its own words', async () => {
      await writeFile(java, '#!/bin/sh\necho "SEVERE: Unknown client name: suite"\nexit 1\n');
      fake.on('POST scriptText', { text: 'secret\n' }).on('GET jnlpJars/agent.jar', { text: 'jar' });
      fake.on('GET computer/suite/api/json', { json: { offline: true } });
      const joining = Agent.join(new JenkinsClient(access(), 5), 'suite', join(home, 'agent'), PATH, java);
      expect(await messageOf(joining)).to.contain('SEVERE: Unknown client name: suite');
    });
  });

  describe('are configured', () => {
    it('by what jenkins.yaml says, each reference filled, with the seed as a user that is there', async () => {
      const yaml = await readFile('pipelines/controller/jenkins.yaml', 'utf8');
      const unused = { JENKINS_URL: 'x', 'jenkins-admin-password': 'x', 'jenkins-seed-password': 'x' };
      const sent = additions(yaml, { ...VALUES, ...unused }, 'somebody');
      expect(sent).not.to.contain('${').and.not.to.contain("userid('seed')");
      expect(sent).to.contain("userid('somebody')").and.to.contain("branch('refs/tags/v0.0.0-suite')");
      expect(sent).to.contain(`remote: ${VALUES.AUTOMATION_STACK_REPOSITORY}`);
    });

    it('by nothing that is not known', () => {
      expect(filled('${A} ${B:-b} ${C:-} ^${D}', { A: 'a' })).to.equal('a b  ^${D}');
      expect(() => filled('${NEW_NAME}', {})).to.throw('asks for NEW_NAME, which this suite does not give');
    });
  });
});
