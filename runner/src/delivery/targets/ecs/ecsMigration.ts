import {
  begunMigration,
  clientToken,
  judgeMigration,
  startedBy,
  startedByPrefix,
  type BegunMigration,
  type MigrationScope,
  type MigrationRecord,
} from '../../../domain/migration.js';
import { shortName } from '../../../domain/ecsService.js';
import type { Service, Task } from '../../../adapters/aws/ecs.js';
import type { EcsTasks } from '../../../adapters/aws/ecsTasks.js';
import { migrationTask, runTaskInput } from './migrationTask.js';
import { migrationError, watchMigration, type WatchOptions } from './migrationWatch.js';
import { stopStarted, taskId } from './stopTask.js';

export interface MigrationOptions extends WatchOptions {
  readonly place: MigrationScope;
  readonly version: string;
  /** The service as it stands: its network and launch type are the migration's too. */
  readonly service: Service;
  /** ARN of the revision to run. */
  readonly taskDefinition: string;
  readonly command: readonly string[];
  /** Variables beside those of the revision. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Runs a migration to its end. One that a killed run began is gone on with, not begun again; one that ended well is
 * not run twice.
 *
 * @throws StackError MIGRATION_FAILED with exit code and last lines; AWS_*; the signal's reason on abort
 */
export async function migrate(options: MigrationOptions): Promise<MigrationRecord> {
  const { clock, rollout, subject, taskDefinition, command, tasks, version, place: scope } = options;
  const begun = begunMigration(rollout.begun);
  const already = 'the run that was cut off has migrated already';
  if (begun?.ended !== undefined) {
    subject.progress('migrate', already);
    return begun.ended;
  }
  const left = await findLeft(options, begun);
  if (left?.ended === true) {
    subject.progress('migrate', already);
    return { ...named(left.task), exitCode: 0, seconds: 0 };
  }
  const name =
    left?.task.startedBy ?? startedBy(startedByPrefix(version, scope), taskDefinition, clock.now());
  rollout.signal.throwIfAborted();
  await rollout.journal('migrate', { taskDefinition: shortName(taskDefinition), startedBy: name });
  if (left !== undefined) {
    subject.progress(
      'migrate',
      `continues with task ${taskId(left.task)}, which a run that was cut off started`,
    );
    return watchMigration(options, left.task);
  }
  const input = runTaskInput(options.service, {
    taskDefinition,
    command,
    container: options.container,
    startedBy: name,
    environment: options.environment,
    clientToken: clientToken(name, taskDefinition),
  });
  const { task, refused } = await tasks.run(input);
  if (task === undefined) {
    const reason = `the platform has no capacity for its task (${refused})`;
    throw options.words?.failure(reason, []) ?? migrationError(options, reason, []);
  }
  subject.progress('migrate', `${command.join(' ')} (task ${taskId(task)})`);
  return watchMigration(options, task);
}

/** A migration of this release that is under way, or that a killed run has brought to its end unnoticed. */
async function findLeft(
  { tasks, rollout, container, version, place: scope, definition }: MigrationOptions,
  begun: BegunMigration | undefined,
): Promise<{ readonly task: Task; readonly ended: boolean } | undefined> {
  const family = definition.family ?? '';
  const prefix = startedByPrefix(version, scope);
  // Under the environment's lock nobody else migrates: what runs here was left by a run that was killed.
  const running = await tasks.ofFamily(family, 'RUNNING', rollout.signal);
  const left = running.find((one) => one.startedBy?.startsWith(prefix) === true);
  if (left !== undefined) return { task: left, ended: false };
  if (begun === undefined) return undefined;
  const stopped = await tasks.ofFamily(family, 'STOPPED', rollout.signal);
  const task = stopped.find((one) => one.startedBy === begun.startedBy);
  if (task === undefined) return undefined;
  const { state } = judgeMigration(migrationTask(task), container);
  return state === 'failed' ? undefined : { task, ended: state === 'ended-well' };
}

/** Stops what a killed run left running, before its targets go back. */
export async function stopBegun(
  options: Pick<MigrationOptions, 'clock' | 'rollout' | 'subject'> & {
    readonly tasks: EcsTasks;
    readonly family: string;
  },
): Promise<void> {
  const { tasks, clock, rollout, subject, family } = options;
  const begun = begunMigration(rollout.begun);
  if (begun === undefined || begun.ended !== undefined) return;
  const reason = 'The deployment that started this migration is undone';
  const { signal } = rollout;
  await stopStarted({ tasks, clock, subject, signal, family, phase: 'migrate', reason }, [begun.startedBy]);
}

const named = (task: Task) => ({
  taskDefinition: shortName(task.taskDefinitionArn ?? ''),
  task: taskId(task),
});
