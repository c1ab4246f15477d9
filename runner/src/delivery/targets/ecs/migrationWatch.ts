import type { StackError } from '../../../base/errors.js';
import type { Clock } from '../../../base/ports.js';
import { judgeMigration, type MigrationRecord, type MigrationTask } from '../../../domain/migration.js';
import { shortName } from '../../../domain/ecsService.js';
import type { Task, TaskDefinition } from '../../../adapters/aws/ecs.js';
import type { EcsTasks } from '../../../adapters/aws/ecsTasks.js';
import type { StageSubject } from '../../../events/stage.js';
import type { Rollout } from '../../../context/target.js';
import { expandWords, type TaskWords } from '../../rules/taskWords.js';
import { watchTask, type TaskStanding } from '../watchTask.js';
import { logStream, tailOf } from './diagnosis.js';
import { migrationTask } from './migrationTask.js';
import { STOP_SECONDS, stopTask, taskId } from './stopTask.js';
import { TaskLog, type ReadLog } from './taskLog.js';

export interface WatchOptions {
  readonly tasks: EcsTasks;
  readonly clock: Clock;
  readonly place: { readonly environment: string; readonly service: string };
  /** Tells where the container logs to, and how long it takes to stop. */
  readonly definition: Pick<TaskDefinition, 'family' | 'containerDefinitions'>;
  readonly container: string;
  readonly timeoutMs: number;
  readonly rollout: Rollout;
  /** What the task is of, which its steps are told of. */
  readonly subject: StageSubject;
  readonly readLog: ReadLog;
  /** What names the lines that the task prints: `migrate web`. */
  readonly source: string;
  /** How a task is spoken of that is no migration. */
  readonly words?: TaskWords;
}

/**
 * Waits for the end of a migration's task and tells what it prints. Whatever ends the waiting early (a signal, the
 * timeout, AWS out of reach) stops the task too: nothing goes on changing a schema that nobody watches.
 *
 * @throws StackError MIGRATION_FAILED with exit code and last lines; AWS_*; the signal's reason on abort
 */
export function watchMigration(options: WatchOptions, task: Task): Promise<MigrationRecord> {
  const { tasks, clock, container, definition, source, rollout } = options;
  const stream = logStream(definition, container, taskId(task));
  const own = definition.containerDefinitions?.find(({ name }) => name === container);
  const seconds = own?.stopTimeout ?? STOP_SECONDS;
  const words = wordsOf(options);
  const arn = task.taskArn ?? '';
  return watchTask(
    { ...options, words },
    {
      name: `task ${taskId(task)}`,
      output: new TaskLog(stream, options.readLog, (line) => rollout.stage.output(source, line)),
      stop: (reason) => stopTask(tasks, clock, task, { reason, seconds }),
      async look(signal) {
        const seen = await tasks.describe(arn, signal);
        const standing = standingOf(seen, container);
        if (standing.state !== 'ended-well') return standing;
        const { othersRun, ...ended } = standing;
        const tidy = othersRun ? () => tasks.stop(arn, `The ${words.work} has ended`) : undefined;
        const taskDefinition = shortName(seen?.taskDefinitionArn ?? '');
        return { ...ended, record: { taskDefinition, task: taskId(task), exitCode: 0 }, tidy };
      },
    },
  );
}

function standingOf(
  seen: Task | undefined,
  container: string,
):
  | Exclude<TaskStanding, { state: 'ended-well' }>
  | { readonly state: 'ended-well'; readonly othersRun: boolean } {
  if (seen === undefined) return { state: 'running', words: 'task starting' };
  const now = migrationTask(seen);
  const verdict = judgeMigration(now, container);
  if (verdict.state === 'running')
    return { ...verdict, words: `task ${(now.lastStatus || 'starting').toLowerCase()}` };
  return verdict.state === 'failed' ? { ...verdict, evidence: evidenceOf(now) } : verdict;
}

const evidenceOf = (task: MigrationTask): readonly string[] => [
  ...(task.reason ? [`stopped: ${task.reason}`] : []),
  ...task.containers.filter((one) => one.reason).map((one) => `${one.name}: ${one.reason}`),
];

/** How the task is spoken of: as a migration where nothing else was said. */
function wordsOf({ place: scope, definition, container, words }: WatchOptions): TaskWords {
  const logs = logStream(definition, container, '');
  return (
    words ??
    expandWords({
      environment: scope.environment,
      where: `service ${scope.service}, environment ${scope.environment}`,
      untouched: 'The service was not updated',
      log: logs === undefined ? undefined : `${tailOf(logs)} --since 1h`,
    })
  );
}

/** The failure of a task that could not run or ended badly. */
export const taskFailure = (options: WatchOptions, reason: string, evidence: readonly string[]): StackError =>
  wordsOf(options).failure(reason, evidence);
