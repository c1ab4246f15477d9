import { randomBytes } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { JenkinsClient } from './client.js';
import { additions, type Values } from './configuration.js';
import type { Given, GivenAddress, GivenWar } from './given.js';
import { JenkinsProblem, jobPath, NotReachable, tail } from './http.js';
import { Program } from './program.js';

/** Of this work tree; the suite reads it as a new controller would. */
const CONFIGURATION = 'pipelines/controller/jenkins.yaml';
const START_SECONDS = 300;

/** A controller with our configuration, for the suite to drive. */
export interface Controller {
  readonly client: JenkinsClient;
  restart(): Promise<void>;
  /** What the controller itself has said last, where it can be known. */
  log(): Promise<string>;
  /** Leaves nothing behind: no process, no folder, and none of these jobs on a controller that goes on. */
  remove(jobs: readonly string[]): Promise<void>;
}

/**
 * @param folder for what a controller of our own needs
 * @param values of everything that the configuration refers to, but for the controller's address and passwords
 */
export function startController(what: Given, folder: string, values: Values): Promise<Controller> {
  return what.kind === 'war' ? OwnController.start(what, folder, values) : SomeController.take(what, values);
}

/** Started from a war file on loopback, with a home of its own; configured by the files as they are shipped. */
class OwnController implements Controller {
  client!: JenkinsClient;
  private program!: Program;
  private settings: Values = {};
  private password = '';

  private constructor(
    private readonly what: GivenWar,
    private readonly folder: string,
    private readonly port: number,
  ) {}

  static async start(what: GivenWar, folder: string, values: Values): Promise<OwnController> {
    const controller = new OwnController(what, folder, await freePort());
    await controller.prepare(values);
    await controller.run();
    return controller;
  }

  async restart(): Promise<void> {
    await this.program.stop(90);
    await this.run();
  }

  log(): Promise<string> {
    return this.program.tail(80);
  }

  async remove(): Promise<void> {
    await this.program.stop(60);
    await rm(this.folder, { recursive: true, force: true });
  }

  private get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  private place(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  private async prepare(values: Values): Promise<void> {
    await mkdir(this.place('home', 'plugins'), { recursive: true });
    await mkdir(this.place('secrets'), { recursive: true, mode: 0o700 });
    const plugins = (await readdir(this.what.plugins)).filter((name) => /\.[jh]pi$/.test(name));
    if (plugins.length === 0) throw new Error(`${this.what.plugins} has no *.jpi and no *.hpi`);
    for (const name of plugins) await cp(join(this.what.plugins, name), this.place('home', 'plugins', name));
    await cp(CONFIGURATION, this.place('jenkins.yaml'));
    const all = {
      ...values,
      'jenkins-admin-password': randomBytes(12).toString('hex'),
      'jenkins-seed-password': randomBytes(12).toString('hex'),
    };
    // A secret is a file; written like an environment variable it is a setting.
    for (const [name, value] of Object.entries(all))
      if (!/^[A-Z_]+$/.test(name)) await writeFile(this.place('secrets', name), value, { mode: 0o600 });
    const settings = Object.entries(all).filter(([name]) => /^[A-Z_]+$/.test(name));
    this.settings = { ...Object.fromEntries(settings), JENKINS_URL: this.url };
    this.password = all['jenkins-admin-password'];
  }

  private async run(): Promise<void> {
    const { java, war } = this.what;
    const properties = [
      'java.awt.headless=true',
      'jenkins.install.runSetupWizard=false',
      // Where it cannot start it ends, in place of showing an error page for ever.
      'hudson.lifecycle=hudson.lifecycle.ExitLifecycle',
      'org.jenkins.plugins.lockableresources.ASYNC_SAVE=false',
    ].map((property) => `-D${property}`);
    const address = ['--httpListenAddress=127.0.0.1', `--httpPort=${this.port}`];
    this.program = new Program(
      [java, '-Xmx1g', ...properties, '-jar', war, ...address],
      {
        PATH: process.env['PATH'] ?? '',
        HOME: this.folder,
        JENKINS_HOME: this.place('home'),
        CASC_JENKINS_CONFIG: this.place('jenkins.yaml'),
        SECRETS: this.place('secrets'),
        ...this.settings,
      },
      this.place('controller.log'),
    );
    const first = new JenkinsClient({ url: this.url, user: 'admin', secret: this.password });
    await this.program.whileRunning(first.ready(START_SECONDS, () => this.log()));
    // A token outlives a restart.
    this.client ??= await first.withToken('suite');
  }
}

/** One that was there before: it gets the library and the seed job, keeps its users and agents, and goes on afterwards. */
class SomeController implements Controller {
  private constructor(readonly client: JenkinsClient) {}

  static async take({ access }: GivenAddress, values: Values): Promise<SomeController> {
    const client = new JenkinsClient(access);
    await client.ready(60);
    const yaml = additions(await readFile(CONFIGURATION, 'utf8'), { ...values, ...UNUSED }, access.user);
    await client.http.post('configuration-as-code/apply', yaml);
    return new SomeController(client);
  }

  restart(): Promise<void> {
    return this.client.restart(START_SECONDS);
  }

  async log(): Promise<string> {
    // The newest records of Jenkins' own log, as administrators see them.
    const { text } = await this.client.http.get('log/all');
    return tail(text.replace(/<[^>]*>/g, ''), 80);
  }

  async remove(jobs: readonly string[]): Promise<void> {
    for (const job of ['seed', ...jobs])
      await this.client.http.post(`${jobPath(job)}doDelete`).catch((error: unknown) => {
        // What was never made, and what a controller that went away has taken with it.
        if (!(error instanceof JenkinsProblem) && !(error instanceof NotReachable)) throw error;
      });
  }
}

/** What stands in parts of the configuration that a controller which is there already does not take. */
const UNUSED: Values = {
  JENKINS_URL: 'http://127.0.0.1/',
  'jenkins-admin-password': 'unused',
  'jenkins-seed-password': 'unused',
};

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
