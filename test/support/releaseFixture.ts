import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cli, type CliResult } from './cli.js';
import { GitHubSink } from './forge/githubSink.js';
import { Repository } from './repository.js';

export const TOKEN = 'very-secret-token';
const MAIN = fileURLToPath(new URL('../../runner/src/main.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const GIT = `#!/bin/sh
"$REAL_GIT" "$@"
code=$?
case " $* " in
*" $KILL_AFTER "*) kill -9 $PPID ;;
esac
exit $code
`;

/** What nothing of this machine's own git gets into. */
const IDENTITY = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@example.com',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@example.com',
};

/** A bare `origin` on disk, a forge on loopback, and clones in which versions are made. */
export class ReleaseFixture {
  private readonly clones: Repository[] = [];
  private readonly directory = realpathSync(mkdtempSync(join(tmpdir(), 'automation-stack-origin-')));

  private constructor(
    readonly forge: GitHubSink,
    readonly seed: Repository,
  ) {}

  /** @param files beside the configuration, which releases `main` */
  static async start(files: Readonly<Record<string, string>> = {}): Promise<ReleaseFixture> {
    const forge = await GitHubSink.start();
    forge.tokens.set(TOKEN, { login: 'robot' });
    const seed = Repository.of({
      '.gitignore': '.automation-stack/\n',
      'automation-stack.yml': configuration('shop', forge),
      ...files,
    });
    const fixture = new ReleaseFixture(forge, seed);
    seed.git('init', '--quiet', '--bare', '--initial-branch', 'main', fixture.origin);
    seed.git('remote', 'add', 'origin', fixture.origin);
    seed.git('push', '--quiet', 'origin', 'main');
    return fixture;
  }

  get origin(): string {
    return join(this.directory, 'origin.git');
  }

  /** The tags of `origin`, each with the commit it stands on. */
  get tags(): Readonly<Record<string, string>> {
    const lines = this.seed.git('ls-remote', '--tags', 'origin').split('\n');
    return Object.fromEntries(
      lines.flatMap((line) => {
        const [, commit = '', name = ''] = /^(\w+)\trefs\/tags\/(.+)\^\{\}$/.exec(line) ?? [];
        return name === '' ? [] : [[name, commit]];
      }),
    );
  }

  /** The tags that the forge has a release of. */
  get released(): readonly string[] {
    return this.forge.releases.map(({ tag }) => tag);
  }

  /** A commit that is in `origin`. */
  commit(message: string, files: Readonly<Record<string, string>> = {}): string {
    const hash = this.seed.commit(message, files);
    this.seed.git('push', '--quiet', 'origin', 'main');
    return hash;
  }

  /** What a build has checked out: a clone of its own. */
  clone(...options: readonly string[]): Repository {
    const clone = new Repository('clone');
    clone.git('clone', '--quiet', ...options, `file://${this.origin}`, '.');
    this.clones.push(clone);
    return clone;
  }

  /** From now on a hook of `origin` refuses every push. */
  refusePushes(words: string): void {
    const hook = join(this.origin, 'hooks', 'pre-receive');
    mkdirSync(join(this.origin, 'hooks'), { recursive: true });
    writeFileSync(hook, `#!/bin/sh\necho '${words}' >&2\nexit 1\n`);
    chmodSync(hook, 0o755);
  }

  private env(more: Readonly<Record<string, string>>): Record<string, string> {
    return { ...IDENTITY, GITHUB_TOKEN: TOKEN, BRANCH_NAME: 'main', AUTOMATION_STACK_RUN: '', ...more };
  }

  /** The stage of a pipeline. @param below directory of the application */
  stage(clone: Repository, below = '.', more: Readonly<Record<string, string>> = {}): Promise<CliResult> {
    const cwd = join(clone.directory, below);
    return cli(['run', '--only', 'release', '--json'], { cwd, env: this.env(more) });
  }

  command(clone: Repository, args: readonly string[], below = '.'): Promise<CliResult> {
    return cli(args, { cwd: join(clone.directory, below), env: this.env({}) });
  }

  /**
   * The stage in a process of its own, which is killed right after a git command has done its work.
   * @param after words of that command; of none it ends by itself or by `onStart`
   * @returns the signal it ended by
   */
  async killed(
    clone: Repository,
    after: string,
    onStart: (pid: number) => void = () => undefined,
  ): Promise<string | null> {
    const bin = join(this.directory, 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'git'), GIT);
    chmodSync(join(bin, 'git'), 0o755);
    const path = process.env['PATH'] ?? '';
    const args = ['run', '--only', 'release', '-C', clone.directory];
    const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
      // Where tsx is found; the runner works elsewhere.
      cwd: ROOT,
      env: {
        ...this.env({ KILL_AFTER: after, REAL_GIT: realGit(), PATH: `${bin}:${path}` }),
        HOME: '/nonexistent',
      },
      stdio: 'ignore',
    });
    onStart(child.pid ?? 0);
    return new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
  }

  remove(): void {
    this.forge.stop();
    this.seed.remove();
    for (const clone of this.clones) clone.remove();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Git as this machine has it, by its whole path. */
function realGit(): string {
  const folders = (process.env['PATH'] ?? '').split(':');
  return folders.map((folder) => join(folder, 'git')).find((file) => existsSync(file)) ?? 'git';
}

/** @param more settings of `release` */
export function configuration(application: string, forge: GitHubSink, more = ''): string {
  return [
    `application: ${application}`,
    'branches: { main: production }',
    `release: { branches: [main]${more} }`,
    'environments: { production: {} }',
    'notifications:',
    `  github: { token: "\${env:GITHUB_TOKEN}", api: "${forge.api}", repository: acme/shop, status: false, comment: false }`,
    '',
  ].join('\n');
}
