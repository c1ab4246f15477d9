import { StackError, wordsWithout } from '../../../base/errors.js';
import type { Clock } from '../../../base/ports.js';
import type { Host } from '../../../domain/host.js';
import type { MigrationRecord } from '../../../domain/migration.js';
import type { SshHosts } from '../../../adapters/ssh/sshHosts.js';
import { watchTask, type TaskOutput, type WatchTaskOptions } from '../watchTask.js';
import { dockerLogs, parseStamped, ToldLines } from './rules/dockerLog.js';
import { inspectState, judgeContainer, stoppedName, type ContainerVerdict } from './migrationContainer.js';

/** A migration's container gets this long to end in order. */
const STOP_SECONDS = 30;
/** Lines kept as evidence. */
const KEPT = 15;
/** `timeout` ends with this where it had to end the command. */
const TIMED_OUT = 124;

/** A container on one host. */
export interface HostContainer {
  readonly host: Host;
  readonly name: string;
}

export interface ContainerWatchOptions extends WatchTaskOptions {
  readonly ssh: Pick<SshHosts, 'execAsRoot'>;
  /** What names the lines that it prints: `migrate web`. */
  readonly source: string;
}

/**
 * Waits for the end of a migration's container and tells what it prints. Whatever ends the waiting early stops it.
 * @throws StackError MIGRATION_FAILED with exit code and last lines, also where the host no longer answers; the signal's
 *   reason on abort
 */
export async function watchContainer(
  options: ContainerWatchOptions,
  container: HostContainer,
): Promise<MigrationRecord> {
  const { ssh, rollout, source, words } = options;
  const { host, name } = container;
  const output = new ContainerOutput(ssh, container, (line) => rollout.stage.output(source, line));
  try {
    return await watchTask(options, {
      name: nameOf(container),
      output,
      async look(signal) {
        const verdict = await lookAt(ssh, container, signal);
        if (verdict.state === 'failed')
          return { ...verdict, evidence: [`docker logs ${name} (on ${host.name})`] };
        if (verdict.state === 'running') return verdict;
        const record = { task: name, host: host.name, exitCode: 0 };
        return { state: 'ended-well', record, tidy: () => removeContainers(ssh, host, [name]) };
      },
      async stop() {
        const unstopped = await stopContainer(ssh, container);
        if (unstopped === undefined) output.name = stoppedName(name);
        return unstopped;
      },
    });
  } catch (error) {
    if (!(error instanceof StackError) || !error.code.startsWith('SSH_')) throw error;
    throw words.failure(
      `${host.name} does not answer any more: how it ended, or whether it still runs there, is not known`,
      [wordsWithout(host.name, error), ...output.last],
    );
  }
}

/** `shop-web-migrate-0123abcd on web-1` */
export const nameOf = ({ host, name }: HostContainer): string => `${name} on ${host.name}`;

/** How a container stands. @throws StackError SSH_* */
export async function lookAt(
  ssh: Pick<SshHosts, 'execAsRoot'>,
  { host, name }: HostContainer,
  signal?: AbortSignal,
): Promise<ContainerVerdict> {
  const { exitCode, stdout, stderr } = await ssh.execAsRoot(host, inspectState(name), signalled(signal));
  if (exitCode === 0) return judgeContainer(name, stdout);
  if (/no such container/i.test(stderr)) return judgeContainer(name, undefined);
  // An engine that restarts answers again; it says nothing of what its containers did.
  return { state: 'running', words: `the engine of ${host.name} does not answer: ${stderr.trim()}` };
}

/**
 * Stops a container and waits for that. It is named anew first: a command that obeys may end with 0, and who looks later
 * has to know that it did not come to its end.
 * @returns what went wrong, in words; never throws, as it follows a failure that is to be told
 */
export async function stopContainer(
  ssh: Pick<SshHosts, 'execAsRoot'>,
  container: HostContainer,
): Promise<string | undefined> {
  const { host, name } = container;
  const stopped = stoppedName(name);
  const exec = (argv: readonly string[], seconds = STOP_SECONDS) =>
    ssh.execAsRoot(host, argv, { timeoutMs: (seconds + 15) * 1000 });
  try {
    await exec(['docker', 'rename', name, stopped]);
    await exec(['docker', 'kill', '--signal', 'TERM', stopped]);
    const waited = await exec(['timeout', String(STOP_SECONDS), 'docker', 'wait', stopped]);
    if (waited.exitCode === TIMED_OUT) await exec(['docker', 'kill', stopped]);
    const verdict = await lookAt(ssh, { host, name: stopped });
    if (verdict.state !== 'running') return undefined;
    return `${nameOf(container)} did not stop: ${verdict.words}`;
  } catch (error) {
    return `${nameOf(container)} could not be stopped and may still run: ${(error as Error).message}`;
  }
}

/** Removes containers that have ended; one that runs stays. */
export async function removeContainers(
  ssh: Pick<SshHosts, 'execAsRoot'>,
  host: Host,
  names: readonly string[],
): Promise<void> {
  if (names.length > 0) await ssh.execAsRoot(host, ['docker', 'rm', ...names]);
}

/** What a container prints, read on from where the last reading ended. */
class ContainerOutput implements TaskOutput {
  private readonly told = new ToldLines();
  private kept: string[] = [];
  name: string;

  constructor(
    private readonly ssh: Pick<SshHosts, 'execAsRoot'>,
    private readonly container: HostContainer,
    private readonly tell: (line: string) => void,
  ) {
    ({ name: this.name } = container);
  }

  get last(): readonly string[] {
    return this.kept;
  }

  async readOn(signal?: AbortSignal): Promise<void> {
    const argv = dockerLogs(this.name, { since: this.told.since });
    const { stdout, stderr } = await this.ssh.execAsRoot(this.container.host, argv, signalled(signal));
    this.told.again();
    const lines = `${stdout}\n${stderr}`
      .split('\n')
      .flatMap((text) => parseStamped(text) ?? [])
      .sort((one, other) => (one.stamp < other.stamp ? -1 : one.stamp > other.stamp ? 1 : 0))
      .filter((line) => this.told.take(line))
      .map(({ line }) => line);
    lines.forEach(this.tell);
    this.kept = [...this.kept, ...lines].slice(-KEPT);
  }

  finish = (_clock: Clock) => this.readLast();
  finishPatiently = (_clock: Clock) => this.readLast();

  /** The engine has all that a container said when it has ended; a host that is gone takes it along. */
  private async readLast(): Promise<void> {
    await this.readOn().catch(() => undefined);
  }
}

const signalled = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });
