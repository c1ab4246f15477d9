import type { Clock } from '../../runner/src/base/ports.js';

/** What a migration does on the engine of a test. */
export interface FakeCommand {
  /** Milliseconds until it ends; for ever where left out. */
  readonly takesMs?: number;
  readonly exitCode?: number;
  readonly says?: readonly string[];
  /** It ends with 0 when it is asked to end. */
  readonly obeys?: boolean;
}

interface FakeContainer {
  name: string;
  readonly host: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly input: string;
  readonly startedMs: number;
  readonly does: FakeCommand;
  /** Where it was ended from outside. */
  ended?: { readonly atMs: number; readonly exitCode: number };
}

type Result = { readonly exitCode: number; readonly stdout: string; readonly stderr: string };
const done = (stdout = ''): Result => ({ exitCode: 0, stdout, stderr: '' });
const missing = (name: string): Result => ({
  exitCode: 1,
  stdout: '',
  stderr: `Error: No such container: ${name}\n`,
});

/** The engines of hosts, as far as containers of migrations go. */
export class FakeMigrations {
  readonly containers: FakeContainer[] = [];
  /** Names of all that were started, by host. */
  readonly started: string[] = [];
  /** How many ran at the same time, at most. */
  mostAtOnce = 0;
  does: FakeCommand = { takesMs: 5000, says: ['applying 0042'] };

  constructor(private readonly clock: Clock) {}

  /** @returns undefined of commands that are about other containers */
  answer(host: string, argv: readonly string[], input = ''): Result | undefined {
    const [tool, verb] = argv;
    if (tool === 'timeout')
      return this.stateOf(host, argv.at(-1)) === 'running' ? { ...done(), exitCode: 124 } : done();
    if (tool !== 'docker') return undefined;
    const last = argv.at(-1) ?? '';
    const found = this.containers.find((one) => one.name === last && one.host === host);
    if (verb === 'run') return this.run(host, argv, input);
    if (verb === 'container' && argv.some((word) => word === 'label=automation-stack.migration'))
      return done(this.list(host));
    if (!last.includes('-migrate-') && verb !== 'rename') return undefined;
    if (verb === 'rename') {
      const named = this.containers.find((one) => one.name === argv[2] && one.host === host);
      if (named === undefined) return missing(argv[2] ?? '');
      named.name = last;
      return done();
    }
    if (verb === 'rm') return this.remove(host, argv.slice(2));
    if (found === undefined) return missing(last);
    if (verb === 'kill') {
      if (this.stateOf(host, last) !== 'running') return { ...done(), exitCode: 1 };
      const isAsked = argv.includes('TERM');
      if (isAsked && found.does.obeys === false) return done();
      found.ended = { atMs: this.nowMs, exitCode: isAsked && found.does.obeys === true ? 0 : 137 };
      return done();
    }
    if (verb === 'logs') return done(this.log(found, argv));
    const state = this.stateOf(host, last);
    const exitCode = found.ended?.exitCode ?? (state === 'running' ? 0 : (found.does.exitCode ?? 0));
    return done(JSON.stringify({ Status: state, ExitCode: exitCode, OOMKilled: false, Error: '' }));
  }

  private get nowMs(): number {
    return this.clock.now().getTime();
  }

  private stateOf(host: string, name: string | undefined): string | undefined {
    const found = this.containers.find((one) => one.name === name && one.host === host);
    if (found === undefined) return undefined;
    const endMs = found.ended?.atMs ?? found.startedMs + (found.does.takesMs ?? Infinity);
    return this.nowMs >= endMs ? 'exited' : 'running';
  }

  private run(host: string, argv: readonly string[], input: string): Result {
    const name = argv[argv.indexOf('--name') + 1] ?? '';
    if (this.containers.some((one) => one.name === name && one.host === host))
      return {
        exitCode: 125,
        stdout: '',
        stderr: `The container name "/${name}" is already in use by container "1".`,
      };
    const labels = Object.fromEntries(
      argv.flatMap((word, at) =>
        word === '--label' ? [(argv[at + 1] ?? '').split('=') as [string, string]] : [],
      ),
    );
    this.started.push(`${name} on ${host}`);
    this.containers.push({ name, host, labels, input, startedMs: this.nowMs, does: this.does });
    const running = this.containers.filter((one) => this.stateOf(one.host, one.name) === 'running').length;
    this.mostAtOnce = Math.max(this.mostAtOnce, running);
    return done('1\n');
  }

  private list(host: string): string {
    return this.containers
      .filter((one) => one.host === host)
      .map(
        (one) => `${one.name}|${this.stateOf(host, one.name)}|${one.labels['automation-stack.migration']}\n`,
      )
      .join('');
  }

  private remove(host: string, names: readonly string[]): Result {
    for (const name of names) {
      const at = this.containers.findIndex((one) => one.name === name && one.host === host);
      if (at === -1 || this.stateOf(host, name) === 'running') return { ...missing(name) };
      this.containers.splice(at, 1);
    }
    return done();
  }

  private log(found: FakeContainer, argv: readonly string[]): string {
    const since = argv.includes('--since') ? (argv[argv.indexOf('--since') + 1] ?? '') : '';
    return (found.does.says ?? [])
      .map((line, at) => `${new Date(found.startedMs + at).toISOString().replace('Z', '000000Z')} ${line}`)
      .filter((line) => line >= since)
      .map((line) => `${line}\n`)
      .join('');
  }
}
