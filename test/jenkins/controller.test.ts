import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Agent } from './agent.js';
import type { JenkinsClient } from './client.js';
import { startController, type Controller } from './controllers.js';
import { given } from './given.js';
import { jobPath, until } from './http.js';
import { GitServer } from './repositories.js';
import { HelloEcs, localVariables, makeRepositories } from './shop.js';

const what = given(process.env);
const AGENT = 'automation-stack-suite';
/** A tag like those of releases, so that jenkins.yaml need not be changed. */
const VERSION = 'v0.0.0-suite';

/** What builds on our agent see of this process's environment: not what speaks of this run of tests itself. */
const ownEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || /^(JENKINS|TEST|BUILD|JOB|GIT)_/.test(name) ? [] : [[name, value]],
    ),
  );

/**
 * From configuration as code to a rollback on a real controller, with agent, Docker engine and local environment of this
 * machine. Each test goes on where the one before it ended.
 */
describe('a real Jenkins controller', function () {
  if (typeof what === 'string') {
    it(`is not driven: ${what} (test/jenkins/README.md)`);
    return;
  }
  this.timeout(900_000);
  this.bail(true);

  let home: string;
  let server: GitServer;
  let app: HelloEcs;
  let controller: Controller | undefined;
  let agent: Agent | undefined;
  let client: JenkinsClient;
  let develop: string;
  let main: string;
  let slackToken: string;
  /** What staging ran before its last release. */
  let previous: string;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'controller-'));
    const served = join(home, 'served');
    await mkdir(served);
    const local = await localVariables();
    ({ slackToken } = local);
    app = await HelloEcs.make(home, served, `c${randomBytes(3).toString('hex')}`, local.plain);
    [develop, main] = ['develop', 'main'].map((branch) => `${app.name}/delivery/${branch}`) as [
      string,
      string,
    ];
    server = await GitServer.start(served);
    await makeRepositories(served, VERSION, app.entry(server.urlOf('application')));
    controller = await startController(what, join(home, 'controller'), {
      AUTOMATION_STACK_REPOSITORY: server.urlOf('library'),
      AUTOMATION_STACK_VERSION: VERSION,
      DELIVERY_REPOSITORY: server.urlOf('delivery'),
      JENKINS_ADMIN_ADDRESS: 'admin@example.invalid',
      'git-token': 'not-asked-for',
      'slack-bot-token': slackToken,
      'jenkins-agent-ssh-key': 'not-used',
      'hosts-ssh-key': 'not-used',
    });
    ({ client } = controller);
    const java = what.kind === 'war' ? what.java : 'java';
    agent = await Agent.join(
      client,
      AGENT,
      join(home, 'agent'),
      { ...ownEnvironment(), ...local.plain },
      java,
    );
  });
  // Whatever failed: what the controller itself said is half of the reason.
  afterEach(async function () {
    if (this.currentTest?.state === 'failed' && controller !== undefined)
      console.log(
        `The controller's own log:\n${await controller.log().catch((error: Error) => error.message)}`,
      );
  });
  after(async () => {
    if (controller !== undefined) {
      await agent?.leave(client);
      await controller.remove([app.name]);
    }
    await app?.remove();
    await server?.stop();
    if (home !== undefined) await rm(home, { recursive: true, force: true });
  });

  /** The last build of each job that a test has seen: Jenkins also looks for branches by itself. */
  const seen = new Map<string, number>();
  /** Looks for branches, and waits for the build of the newest commit that comes of it. */
  const built = async (job: string): Promise<number> => {
    await client.scan(`${app.name}/delivery`);
    const indexing = `${jobPath(`${app.name}/delivery`)}indexing/consoleText`;
    const log = async () => (await client.http.get(indexing)).text;
    const number = await client.buildAfter(job, seen.get(job) ?? 0, 180, log);
    seen.set(job, number);
    return number;
  };
  const started = async (job: string, parameters: Record<string, string> = {}): Promise<number> => {
    const number = await client.start(job, parameters);
    seen.set(job, number);
    return number;
  };
  const newest = async (environment: string) => (await app.deployments(environment))[0];

  it('gets the seed job from its configuration, with triggers of its own', async () => {
    const { text } = await client.http.get('job/seed/config.xml');
    expect(text).to.contain('hudson.triggers.SCMTrigger').and.to.contain('hudson.triggers.TimerTrigger');
    expect(text).to.contain(`refs/tags/${VERSION}`);
  });

  it('runs the seed job as soon as it looks for a change, which makes the jobs of the application', async () => {
    // It looks every five minutes; this is the same look, now.
    if ((await client.lastBuild('seed')) === 0) await client.http.post('job/seed/polling');
    const number = await client.buildAfter('seed', 0, 120);
    await client.ends('seed', number, 'SUCCESS');
    const { jobs } = await client.http.json<{ jobs: { name: string }[] }>(jobPath(app.name), 'jobs[name]');
    expect(jobs.map(({ name }) => name)).to.have.members(['delivery', 'rollback']);
  });

  it('builds develop and brings it to staging, with no secret in the log', async () => {
    const number = await built(develop);
    const { description } = await client.ends(develop, number, 'SUCCESS', 600);
    const deployment = await newest('staging');
    expect(deployment?.status).to.equal('healthy');
    expect(description).to.contain(deployment?.version);
    expect(await app.health('staging')).to.include({ version: deployment?.version });
    expect(await client.console(develop, number)).not.to.contain(slackToken);
  });

  it('asks before production; a refusal changes nothing and is told', async () => {
    await app.mergeToMain();
    const number = await built(main);
    const question = await client.asks(main, number);
    expect(question.message).to.contain('production');
    await client.refuse(main, number, question);
    const { url, description } = await client.ends(main, number, 'NOT_BUILT');
    expect(description).to.contain('refused by');
    const deployed = (await app.deployments('production')).filter(({ status }) => status === 'healthy');
    expect(deployed).to.deep.equal([]);
    expect((await app.slack(url)).join('\n')).to.contain('refused');
  });

  it('goes on where it asked after a restart, keeps the seed’s triggers, and promotes what was approved', async () => {
    const number = await started(main);
    const before = await client.asks(main, number);
    await controller?.restart();
    await agent?.online(client, 180);
    const question = await client.asks(main, number, 120);
    expect(question.id).to.equal(before.id);
    const { text } = await client.http.get('job/seed/config.xml');
    expect(text).to.contain('hudson.triggers.SCMTrigger');
    await client.proceed(main, number, question);
    await client.ends(main, number, 'SUCCESS', 600);
    const production = await newest('production');
    expect(production).to.include({ status: 'healthy', version: (await newest('staging'))?.version });
    expect(JSON.stringify(production)).to.contain(client.http.access.user);
  });

  it('undoes a deployment that is stopped, waits for that, and tells it', async () => {
    const version = (await newest('staging'))?.version;
    await app.change('fix: a long look', '2m');
    const number = await built(develop);
    await until(
      'a deployment to staging is under way',
      300,
      async () => ((await newest('staging'))?.status === 'running' ? true : undefined),
      { seen: async () => client.console(develop, number) },
    );
    // The new tasks are there by then, so that there is something to undo.
    await new Promise((resolve) => setTimeout(resolve, 5000));
    await client.stop(develop, number);
    const { url, description } = await client.ends(develop, number, 'ABORTED', 300);
    expect((await newest('staging'))?.status).to.equal('interrupted');
    expect(await app.health('staging')).to.include({ version });
    expect(description).to.not.equal(null);
    // Whoever stopped it reads the way back on the screen, and the others in Slack.
    for (const told of [await client.console(develop, number), (await app.slack(url)).join('\n')])
      expect(told).to.contain(`staging is back on ${version}`);
  });

  it('brings the next release to staging', async () => {
    previous = (await app.health('staging')).version;
    await app.change('fix: a short look');
    await client.ends(develop, await built(develop), 'SUCCESS', 600);
    expect((await app.health('staging')).version).not.to.equal(previous);
  });

  it('does nothing again that another build of the same commit has done, where it is asked to resume', async () => {
    const parameters = await client.parameters(develop);
    expect(parameters).to.include('resume');
    const before = await app.deployments('staging');
    await client.ends(develop, await started(develop, { resume: 'true' }), 'SUCCESS', 300);
    expect(await app.deployments('staging')).to.deep.equal(before);
  });

  it('goes back to the release before by the rollback job', async () => {
    const rollback = `${app.name}/rollback`;
    const number = await started(rollback, { environment: 'staging', reason: 'the suite says so' });
    await client.ends(rollback, number, 'SUCCESS', 600);
    expect((await app.health('staging')).version).to.equal(previous);
  });

  it('gives its locks back', async () => {
    const script = `
      import org.jenkins.plugins.lockableresources.LockableResourcesManager
      println LockableResourcesManager.get().resources.findAll { it.locked }*.name
    `;
    expect(await client.http.script(script)).to.equal('[]');
  });
});
