import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SecretRegistry } from '../../runner/src/secrets/redact.js';
import { createGit, type Git } from '../../runner/src/adapters/git/git.js';
import { createProcesses } from '../../runner/src/adapters/process/processes.js';

/** A real git repository in a directory of its own, out of reach of this machine's settings. */
export class Repository {
  readonly directory: string;

  constructor(name = 'repository') {
    this.directory = join(realpathSync(mkdtempSync(join(tmpdir(), 'automation-stack-git-'))), name);
    mkdirSync(this.directory);
  }

  /** An empty repository on branch main. */
  static empty(): Repository {
    const repository = new Repository();
    repository.git('init', '--quiet', '--initial-branch', 'main');
    return repository;
  }

  /** One with files, committed. */
  static of(files: Readonly<Record<string, string>>, message = 'feat: begin'): Repository {
    const repository = Repository.empty();
    repository.commit(message, files);
    return repository;
  }

  /** A clone of this one, by the ways of a network. */
  clone(...options: readonly string[]): Repository {
    const clone = new Repository('clone');
    clone.git('clone', '--quiet', ...options, `file://${this.directory}`, '.');
    return clone;
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.directory, path)), { recursive: true });
      writeFileSync(join(this.directory, path), content);
    }
  }

  read(path: string): string {
    return readFileSync(join(this.directory, path), 'utf8');
  }

  /** Commits everything; the hash. */
  commit(message: string, files: Readonly<Record<string, string>> = {}): string {
    this.write(files);
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '--message', message);
    return this.git('rev-parse', 'HEAD');
  }

  git(...args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync('git', args, {
      cwd: this.directory,
      env: environment({}),
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
    return stdout.trim();
  }

  /** The runner's git here, or in a directory below. */
  opened(env: Readonly<Record<string, string>> = {}, below = '.'): Git {
    const cwd = join(this.directory, below);
    const all = environment(env);
    return createGit(
      createProcesses({ cwd, env: all, redactor: () => new SecretRegistry().lines() }),
      cwd,
      all,
    );
  }

  remove(): void {
    rmSync(dirname(this.directory), { recursive: true, force: true });
  }
}

function environment(more: Readonly<Record<string, string>>): Record<string, string> {
  const path = process.env['PATH'] ?? '';
  const nobody = { HOME: '/nonexistent', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  const author = { GIT_AUTHOR_NAME: 'Test', GIT_AUTHOR_EMAIL: 'test@example.com' };
  const committer = { GIT_COMMITTER_NAME: 'Test', GIT_COMMITTER_EMAIL: 'test@example.com' };
  return { PATH: path, ...nobody, ...author, ...committer, ...more };
}
