import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { copyOf, Repository } from './repositories.js';

/** A deployment as `node runner history --json` tells it. */
export interface Deployment {
  readonly version: string;
  readonly status: string;
  readonly url?: string;
  readonly approvedBy?: string;
}

const RUNNER = 'runner/index.js';

/** Variables of the local environment; those that Jenkins gives as credentials are apart. */
export async function localVariables(): Promise<{ plain: Record<string, string>; slackToken: string }> {
  const { stdout } = await execa(process.execPath, [RUNNER, 'local', 'env', '--json']);
  const { SLACK_BOT_TOKEN: slackToken = '', ...plain } = JSON.parse(stdout) as Record<string, string>;
  return { plain, slackToken };
}

/** hello-ecs with a repository, names, ledger and Terraform state of its own, as teams have them. */
export class HelloEcs {
  /** Folder of its jobs. */
  readonly name: string;

  private constructor(
    private readonly home: string,
    id: string,
    readonly repository: Repository,
    private readonly variables: Readonly<Record<string, string>>,
  ) {
    this.name = `hello-${id}`;
  }

  /**
   * @param home folder of ledger and state; the repository is `application` in `served`
   * @param id a letter and up to eight more
   */
  static async make(
    home: string,
    served: string,
    id: string,
    variables: Readonly<Record<string, string>>,
  ): Promise<HelloEcs> {
    const repository = await new Repository(join(served, 'application'), 'develop').begin();
    const app = new HelloEcs(home, id, repository, variables);
    await copyOf(process.cwd(), ['examples/hello-ecs'], join(home, 'example'));
    await cp(join(home, 'example/examples/hello-ecs'), repository.folder, { recursive: true });
    await repository.write('.gitignore', '.automation-stack/\n.terraform/\nterraform.tfstate*\n');
    await repository.change('terraform/local/main.tf', (text) => text.replaceAll('"hello-', `"${id}-`));
    await repository.change('terraform/local/versions.tf', (text) =>
      text.replace('terraform {', 'terraform {\n  backend "local" {}'),
    );
    await repository.change('automation-stack.yml', (text) =>
      text
        .replace('repository: hello-ecs/web', `repository: test-${id}/web`)
        .replace(
          '      var-files: [staging.tfvars]',
          `      var-files: [staging.tfvars]\n      backend-config: ['workspace_dir=${home}/terraform']`,
        )
        .replace('promotion: { from: staging }', 'promotion: { from: staging, approval: required }')
        .replace('\nimages:', `\nstate: { location: ${home}/ledger }\n\nimages:`),
    );
    for (const part of ['backend-config', 'approval: required', 'state: {', `test-${id}/web`])
      if (!(await app.configuration()).includes(part))
        throw new Error(`hello-ecs could not be given ${part}`);
    await repository.commit('feat: begin');
    await repository.tag('v0.1.0');
    return app;
  }

  /** Its entry in applications.yml. */
  entry(url: string): string {
    return [
      'applications:',
      `  - name: ${this.name}`,
      `    repository: ${url}`,
      '    branches: [develop, main]',
      '    environments: [staging, production]',
      '',
    ].join('\n');
  }

  /** A commit on develop that changes what is delivered. */
  async change(title: string, health = '3s'): Promise<string> {
    await this.repository.change('app/index.html', (text) => `${text}<!-- ${title} -->\n`);
    const yaml = (await this.configuration()).replace(/for: \w+ \}/, `for: ${health} }`);
    await this.repository.write('automation-stack.yml', yaml);
    return this.repository.commit(title);
  }

  /** What develop has, on main. */
  async mergeToMain(): Promise<void> {
    const { repository } = this;
    const isThere = (await repository.git('branch', '--list', 'main')) !== '';
    if (!isThere) return void (await repository.git('branch', 'main'));
    await repository.git('checkout', '--quiet', 'main');
    await repository.git('merge', '--quiet', '--no-ff', '--message', 'Merge branch develop', 'develop');
    await repository.git('checkout', '--quiet', 'develop');
  }

  /** Newest first. */
  async deployments(environment: string): Promise<readonly Deployment[]> {
    const { stdout } = await this.runner('history', '--env', environment, '--json');
    const last = stdout.trim().split('\n').at(-1) ?? '{}';
    return (JSON.parse(last) as { deployments?: Deployment[] }).deployments ?? [];
  }

  /** What the environment answers itself, through its load balancer. */
  async health(environment: string): Promise<{ readonly status: string; readonly version: string }> {
    const url = (await this.deployments(environment)).find((one) => one.url !== undefined)?.url;
    if (url === undefined) throw new Error(`no deployment to ${environment} says where it is`);
    return (await fetch(new URL('health', url))).json() as Promise<{ status: string; version: string }>;
  }

  /** The texts that Slack got about a build: its message, and what is in its thread. */
  async slack(buildUrl: string): Promise<readonly string[]> {
    const sink = this.variables['SLACK_API_URL']?.replace('/api/', '/messages') ?? '';
    const all = (await (await fetch(sink)).json()) as { ts: string; thread_ts?: string; text: string }[];
    const heads = all.filter((one) => one.thread_ts === undefined && JSON.stringify(one).includes(buildUrl));
    const times = heads.map(({ ts }) => ts);
    const replies = all.filter(({ thread_ts: thread }) => thread !== undefined && times.includes(thread));
    return [...heads, ...replies].map(({ text }) => text);
  }

  /** Takes away what was deployed. */
  async remove(): Promise<void> {
    for (const environment of ['staging', 'production'])
      await this.runner('destroy', '--env', environment, '--yes', '--confirm', environment).catch(
        () => undefined,
      );
  }

  private configuration(): Promise<string> {
    return readFile(join(this.repository.folder, 'automation-stack.yml'), 'utf8');
  }

  private runner(...words: string[]) {
    return execa(process.execPath, [RUNNER, ...words, '-C', this.repository.folder], { env: this.variables });
  }
}

/** The library of this work tree as a release carries it, with a tag, and a list with one application: what the configuration names. */
export async function makeRepositories(served: string, version: string, list: string): Promise<void> {
  const library = await new Repository(join(served, 'library')).begin();
  await copyOf(process.cwd(), ['vars', 'src', 'resources', 'pipelines'], library.folder);
  await execa(process.execPath, ['scripts/pack.mjs']);
  await cp('resources/automation-stack', join(library.folder, 'resources/automation-stack'), {
    recursive: true,
  });
  await library.commit('feat: the library under test');
  await library.tag(version);
  const delivery = await new Repository(join(served, 'delivery')).begin();
  await mkdir(delivery.folder, { recursive: true });
  await writeFile(join(delivery.folder, 'applications.yml'), list);
  await delivery.commit('feat: begin');
}
