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
import { taskFailure, watchMigration, type WatchOptions } from './migrationWatch.js';
import { migrateOnce } from '../migrateOnce.js';
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
  /** What has to be done before it is begun. */
  readonly before?: (() => Promise<void>) | undefined;
}

/**
 * Runs a migration as a task of a revision, to its end.
 *
 * @throws StackError MIGRATION_FAILED with exit code and last lines; AWS_*; the signal's reason on abort
 */
export function migrate(options: MigrationOptions): Promise<MigrationRecord> {
  const { clock, taskDefinition, command, tasks, version, place: scope } = options;
  const data = { taskDefinition: shortName(taskDefinition) };
  return migrateOnce<Task>(
    { ...options, words: command.join(' ') },
    {
      findLeft: async (begun) => {
        const left = await findLeft(options, begun);
        return left === undefined ? undefined : { ...left, startedBy: left.task.startedBy ?? '', data };
      },
      named: () => ({
        startedBy: startedBy(startedByPrefix(version, scope), taskDefinition, clock.now()),
        data,
      }),
      async start({ startedBy: name }) {
        const input = runTaskInput(options.service, {
          taskDefinition,
          command,
          container: options.container,
          startedBy: name,
          environment: options.environment,
          clientToken: clientToken(name, taskDefinition),
        });
        const { task, refused } = await tasks.run(input);
        if (task !== undefined) return task;
        throw taskFailure(options, `the platform has no capacity for its task (${refused})`, []);
      },
      nameOf: (task) => `task ${taskId(task)}`,
      watch: (task) => watchMigration(options, task),
    },
    options.before,
  );
}

/** A migration of this release that is under way, or that a killed run has brought to its end unnoticed. */
async function findLeft(
  { tasks, rollout, container, version, place: scope, definition }: MigrationOptions,
  begun: BegunMigration | undefined,
): Promise<{ readonly task: Task; readonly ended?: MigrationRecord } | undefined> {
  const family = definition.family ?? '';
  const prefix = startedByPrefix(version, scope);
  // Under the environment's lock nobody else migrates: what runs here was left by a run that was killed.
  const running = await tasks.ofFamily(family, 'RUNNING', rollout.signal);
  const left = running.find((one) => one.startedBy?.startsWith(prefix) === true);
  if (left !== undefined) return { task: left };
  if (begun === undefined) return undefined;
  const stopped = await tasks.ofFamily(family, 'STOPPED', rollout.signal);
  const task = stopped.find((one) => one.startedBy === begun.startedBy);
  if (task === undefined) return undefined;
  const { state } = judgeMigration(migrationTask(task), container);
  if (state === 'failed') return undefined;
  return state === 'running' ? { task } : { task, ended: { ...named(task), exitCode: 0, seconds: 0 } };
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
