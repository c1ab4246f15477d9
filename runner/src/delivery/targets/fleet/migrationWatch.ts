import { StackError, wordsWithout } from '../../../base/errors.js';
import type { Clock } from '../../../base/ports.js';
import type { MigrationRecord } from '../../../domain/migration.js';
import type { SshHosts } from '../../../adapters/ssh/sshHosts.js';
import { watchTask, type TaskOutput, type WatchTaskOptions } from '../watchTask.js';
import { nameOf, type HostMigration, type MigrationRunner } from './migrationRunner.js';
import { ToldLines } from './rules/dockerLog.js';

/** Lines kept as evidence. */
const KEPT = 15;

export interface MigrationWatchOptions extends WatchTaskOptions {
  readonly ssh: Pick<SshHosts, 'execAsRoot'>;
  readonly runner: MigrationRunner;
  /** What names the lines that it prints: `migrate web`. */
  readonly source: string;
}

/**
 * Waits for the end of a migration and tells what it prints. Whatever ends the waiting early stops it.
 * @throws StackError MIGRATION_FAILED with exit code and last lines, also where the host no longer answers; the signal's
 *   reason on abort
 */
export async function watchHostMigration(
  options: MigrationWatchOptions,
  migration: HostMigration,
): Promise<MigrationRecord> {
  const { ssh, runner, rollout, source, words } = options;
  const { host, name } = migration;
  const output = new MigrationOutput(options, migration, (line) => rollout.stage.output(source, line));
  try {
    return await watchTask(options, {
      name: nameOf(migration),
      output,
      async look(signal) {
        const verdict = await runner.lookAt(ssh, migration, signal);
        if (verdict.state === 'failed')
          return { ...verdict, evidence: [`${runner.logCommand(name)} (on ${host.name})`] };
        if (verdict.state === 'running') return verdict;
        const record = { task: name, host: host.name, exitCode: 0 };
        return { state: 'ended-well', record, tidy: () => runner.remove(ssh, host, [name]) };
      },
      async stop() {
        const unstopped = await runner.stop(ssh, migration);
        if (unstopped === undefined) output.name = runner.stoppedName(name);
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

/** What a migration prints, read on from where the last reading ended. */
class MigrationOutput implements TaskOutput {
  private readonly told = new ToldLines();
  private kept: string[] = [];
  name: string;

  constructor(
    private readonly options: Pick<MigrationWatchOptions, 'ssh' | 'runner'>,
    private readonly migration: HostMigration,
    private readonly tell: (line: string) => void,
  ) {
    ({ name: this.name } = migration);
  }

  get last(): readonly string[] {
    return this.kept;
  }

  async readOn(signal?: AbortSignal): Promise<void> {
    const { ssh, runner } = this.options;
    const asked = { host: this.migration.host, name: this.name };
    const found = await runner.read(ssh, asked, { since: this.told.since, signal });
    this.told.again();
    const lines = [...found]
      .sort((one, other) => (one.stamp < other.stamp ? -1 : one.stamp > other.stamp ? 1 : 0))
      .filter((line) => this.told.take(line))
      .map(({ line }) => line);
    lines.forEach(this.tell);
    this.kept = [...this.kept, ...lines].slice(-KEPT);
  }

  finish = (_clock: Clock) => this.readLast();
  finishPatiently = (_clock: Clock) => this.readLast();

  /** The host has all that it said when it has ended; a host that is gone takes it along. */
  private async readLast(): Promise<void> {
    await this.readOn().catch(() => undefined);
  }
}
