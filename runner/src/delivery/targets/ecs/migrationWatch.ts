import { formatDuration } from '../../../base/duration.js';
import { StackError } from '../../../base/errors.js';
import type { Clock } from '../../../base/ports.js';
import { nextPollMs, TASK_POLLS } from '../../rules/pollSchedule.js';
import { judgeMigration, type MigrationRecord, type MigrationTask } from '../../../domain/migration.js';
import { shortName } from '../../../domain/ecsService.js';
import type { Task, TaskDefinition } from '../../../adapters/aws/ecs.js';
import type { EcsTasks } from '../../../adapters/aws/ecsTasks.js';
import type { StageSubject } from '../../../events/stage.js';
import type { Rollout } from '../../../context/target.js';
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

/** What a task that runs to its end is called. */
export interface TaskWords {
  /** Of its steps: `migrate`. */
  readonly phase: string;
  /** `migrated`, of one that ended well. */
  readonly done: string;
  /** What it does, for whom AWS tells why a task was stopped: `migration`. */
  readonly work: string;
  failure(reason: string, evidence: readonly string[]): StackError;
}

/**
 * Waits for the end of a migration's task and tells what it prints. Whatever ends the waiting early (a signal, the
 * timeout, AWS out of reach) stops the task too: nothing goes on changing a schema that nobody watches.
 *
 * @throws StackError MIGRATION_FAILED with exit code and last lines; AWS_*; the signal's reason on abort
 */
export async function watchMigration(options: WatchOptions, task: Task): Promise<MigrationRecord> {
  const { tasks, clock, container, timeoutMs, rollout, definition, subject, source } = options;
  const stream = logStream(definition, container, taskId(task));
  const log = new TaskLog(stream, options.readLog, (line) => rollout.stage.output(source, line));
  const startedMs = clock.now().getTime();
  const elapsedMs = () => clock.now().getTime() - startedMs;
  const own = definition.containerDefinitions?.find(({ name }) => name === container);
  const seconds = own?.stopTimeout ?? STOP_SECONDS;
  const words: TaskWords = options.words ?? {
    phase: 'migrate',
    done: 'migrated',
    work: 'migration',
    failure: (reason, evidence) => migrationError(options, reason, evidence),
  };
  let reported = '';
  let over = false;
  try {
    for (;;) {
      const gapMs = Math.min(nextPollMs(elapsedMs(), TASK_POLLS), timeoutMs - elapsedMs());
      await clock.sleep(Math.max(0, gapMs), rollout.signal);
      const seen = await tasks.describe(task.taskArn ?? '', rollout.signal);
      const now = seen === undefined ? undefined : migrationTask(seen);
      const verdict = now === undefined ? undefined : judgeMigration(now, container);
      over = verdict !== undefined && verdict.state !== 'running';
      if (verdict?.state === 'ended-well') {
        const record = {
          taskDefinition: shortName(seen?.taskDefinitionArn ?? ''),
          task: taskId(task),
          exitCode: 0,
          seconds: elapsedMs() / 1000,
        };
        // Written at once: from here on it is not to be run again.
        await rollout.journal('migrated', { ...record });
        if (verdict.othersRun) await tasks.stop(task.taskArn ?? '', `The ${words.work} has ended`);
        await log.finish(clock);
        subject.progress(words.phase, `${words.done} in ${formatDuration(record.seconds * 1000)}`);
        return record;
      }
      if (verdict?.state === 'failed') {
        await log.finishPatiently(clock);
        throw words.failure(verdict.reason, evidenceOf(now, log));
      }
      await log.readOn(rollout.signal);
      const standing = `task ${(now?.lastStatus ?? 'starting').toLowerCase()}`;
      if (standing !== reported) subject.progress(words.phase, standing);
      reported = standing;
      if (elapsedMs() >= timeoutMs) {
        over = true;
        const reason = `The ${words.work} took longer than its timeout`;
        const unstopped = await stopTask(tasks, clock, task, { reason, seconds });
        await log.finishPatiently(clock);
        throw words.failure(
          `it was stopped after ${formatDuration(timeoutMs)}${options.words === undefined ? ' (migrate.timeout)' : ''}`,
          unstopped === undefined ? log.last : [unstopped, ...log.last],
        );
      }
    }
  } catch (error) {
    if (over) throw error;
    subject.progress(words.phase, `stopping task ${taskId(task)}`);
    const reason = `The run of this ${words.work} was interrupted`;
    const unstopped = await stopTask(tasks, clock, task, { reason, seconds });
    if (unstopped !== undefined) subject.progress(words.phase, unstopped);
    throw error;
  }
}

function evidenceOf(task: MigrationTask | undefined, log: TaskLog): readonly string[] {
  return [
    ...(task?.reason ? [`stopped: ${task.reason}`] : []),
    ...(task?.containers ?? []).filter((one) => one.reason).map((one) => `${one.name}: ${one.reason}`),
    ...log.last,
  ];
}

/** A failed migration: the service is as it was, the schema may not be. */
export function migrationError(
  { place: scope, definition, container }: WatchOptions,
  reason: string,
  evidence: readonly string[],
): StackError {
  const logs = logStream(definition, container, '');
  return new StackError('MIGRATION_FAILED', `the migration failed: ${reason}`, {
    where: `service ${scope.service}, environment ${scope.environment}`,
    evidence,
    next: [
      'The service was not updated, but changes of the migration stay: make sure that it can run again, then ',
      `\`node runner deploy --env ${scope.environment}\``,
      ...(logs === undefined ? [] : [` (all its output: ${tailOf(logs)} --since 1h)`]),
    ].join(''),
  });
}
