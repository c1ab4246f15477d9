import { randomBytes } from 'node:crypto';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** The runner as users start it: built. */
export const runnerPath = join(root, 'runner');

export interface RunResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<RunResult>;
  /** Resolves when stderr or stdout has matched; rejects with the output where it ends before. */
  readonly until: (pattern: RegExp) => Promise<void>;
}

/** A copy of an example with a repository of its own, and the built runner on the local environment. */
export class Project {
  readonly directory: string;

  private constructor(readonly env: Readonly<Record<string, string>>) {
    this.directory = realpathSync(mkdtempSync(join(tmpdir(), 'automation-stack-project-')));
  }

  /** @param example folder in examples/ */
  static copyOf(example: string): Project {
    const project = new Project(localVariables());
    cpSync(join(root, 'examples', example), project.directory, {
      recursive: true,
      filter: (path) => !/\.automation-stack|\.terraform|tfstate/.test(path),
    });
    // Tags are immutable: projects that begin with the same version must not share a repository.
    const id = randomBytes(4).toString('hex');
    for (const config of ['automation-stack.yml', 'local.yml'])
      if (existsSync(join(project.directory, config)))
        project.write(config, project.read(config).replace(/(repository: )(\S+)/g, `$1test-${id}/$2`));
    // Nor the names of what Terraform makes: a demo beside the tests has the example's own.
    const names = 'terraform/local/main.tf';
    project.write(names, project.read(names).replace(/"(?:hello|flask|blue-green|wordpress)-/g, `"t${id}-`));
    project.takeRoles();
    project.repository();
    return project;
  }

  /** A project of these files. */
  static of(files: Readonly<Record<string, string>>): Project {
    const project = new Project(localVariables());
    for (const [name, text] of Object.entries(files)) project.write(name, text);
    project.repository();
    return project;
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.directory, name), text);
  }

  read(name: string): string {
    return readFileSync(join(this.directory, name), 'utf8');
  }

  append(name: string, text: string): void {
    appendFileSync(join(this.directory, name), text);
  }

  git(...args: string[]): string {
    const identity = [
      '-c',
      'user.name=test',
      '-c',
      'user.email=test@example.invalid',
      '-c',
      'commit.gpgsign=false',
    ];
    const { status, stdout, stderr } = spawnSync('git', [...identity, ...args], {
      cwd: this.directory,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
    return stdout.trim();
  }

  commit(message: string): void {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message', message);
  }

  /** Starts the runner; `until` waits for something it says. */
  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
    const child = spawn(process.execPath, [runnerPath, ...args], {
      cwd: this.directory,
      env: { ...this.env, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    const watchers = new Set<() => void>();
    child.stdout.on(
      'data',
      (chunk: Buffer) => ((stdout += chunk.toString()), watchers.forEach((look) => look())),
    );
    child.stderr.on(
      'data',
      (chunk: Buffer) => ((stderr += chunk.toString()), watchers.forEach((look) => look())),
    );
    const ended = new Promise<RunResult>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
    });
    const until = (pattern: RegExp) =>
      new Promise<void>((resolve, reject) => {
        const look = () => {
          if (!pattern.test(stdout + stderr)) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
        void ended.then(() => reject(new Error(`it ended without ${String(pattern)}:\n${stderr}${stdout}`)));
      });
    return { child, ended, until };
  }

  /** Runs the runner to its end. */
  run(...args: string[]): Promise<RunResult> {
    return this.start(args).ended;
  }

  /** Runs the runner and throws with its output where it does not end with the exit code. */
  async expect(exitCode: number, ...args: string[]): Promise<RunResult> {
    const result = await this.run(...args);
    if (result.exitCode === exitCode) return result;
    throw new Error(
      `node runner ${args.join(' ')} ended with ${result.exitCode}, not ${exitCode}:\n${result.stderr}${result.stdout}`,
    );
  }

  /** The result of a command as data. */
  async json<T>(...args: string[]): Promise<T> {
    const { stdout } = await this.expect(0, ...args, '--json');
    return JSON.parse(stdout.trim().split('\n').at(-1) as string) as T;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Roles of the repository that its configuration names: a copy has them beside it, in its own repository. */
  private takeRoles(): void {
    for (const config of ['automation-stack.yml', 'local.yml'].filter((file) =>
      existsSync(join(this.directory, file)),
    )) {
      const text = this.read(config);
      for (const [, role = ''] of text.matchAll(/\.\.\/\.\.\/ansible\/roles\/(\w+)/g))
        cpSync(join(root, 'ansible/roles', role), join(this.directory, 'roles', role), { recursive: true });
      this.write(config, text.replaceAll('../../ansible/roles/', 'roles/'));
    }
  }

  private repository(): void {
    this.write('.gitignore', '.automation-stack/\n.terraform/\nterraform.tfstate*\nreports/\n');
    this.git('init', '--quiet', '--initial-branch=develop');
    this.commit('feat: begin');
    this.git('tag', '--annotate', 'v0.1.0', '--message', 'v0.1.0');
    this.git('branch', 'main');
  }
}

/** What `local env` exports, on top of this process's environment. */
export function localVariables(): Record<string, string> {
  const { status, stdout, stderr } = spawnSync(process.execPath, [runnerPath, 'local', 'env', '--json'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the local environment is not up: ${stderr}`);
  const own = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return {
    ...Object.fromEntries(own),
    ...(JSON.parse(stdout) as Record<string, string>),
    AUTOMATION_STACK_WHO: 'tester',
  };
}
