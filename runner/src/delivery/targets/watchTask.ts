import { formatDuration } from '../../base/duration.js';
import type { Clock } from '../../base/ports.js';
import type { MigrationRecord } from '../../domain/migration.js';
import type { Rollout } from '../../context/target.js';
import type { StageSubject } from '../../events/stage.js';
import { nextPollMs, TASK_POLLS } from '../rules/pollSchedule.js';
import type { TaskWords } from '../rules/taskWords.js';

/** How a command stands that runs to its end. */
export type TaskStanding =
  /** `words`: for people, `task running` */
  | { readonly state: 'running'; readonly words: string }
  /** `record`: what the ledger keeps; `tidy` removes what is left of it. */
  | {
      readonly state: 'ended-well';
      readonly record: Omit<MigrationRecord, 'seconds'>;
      readonly tidy?: (() => Promise<void>) | undefined;
    }
  /** `evidence`: what the platform says of it */
  | { readonly state: 'failed'; readonly reason: string; readonly evidence: readonly string[] };

/** What a command prints, told as it is read. */
export interface TaskOutput {
  readonly last: readonly string[];
  readOn(signal?: AbortSignal): Promise<unknown>;
  /** The rest of one that ended well. */
  finish(clock: Clock): Promise<void>;
  /** The rest of one that failed, whose last lines say why. */
  finishPatiently(clock: Clock): Promise<void>;
}

/** A command that runs on some platform. */
export interface WatchedTask {
  /** `task 0123abcd` */
  readonly name: string;
  look(signal: AbortSignal): Promise<TaskStanding>;
  /** Stops it, and waits for that. Never throws. @returns what went wrong, in words */
  stop(reason: string): Promise<string | undefined>;
  readonly output: TaskOutput;
}

export interface WatchTaskOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly rollout: Rollout;
  /** What it is of, which its steps are told of. */
  readonly subject: StageSubject;
  readonly words: TaskWords;
}

/**
 * Waits for the end of a command and tells what it prints. Whatever ends the waiting early (a signal, the timeout, a
 * platform out of reach) stops the command too: nothing goes on changing a schema that nobody watches.
 *
 * @throws StackError what its words make of a failure, with the reason and last lines; AWS_*, SSH_*; the signal's reason
 *   on abort
 */
export async function watchTask(options: WatchTaskOptions, task: WatchedTask): Promise<MigrationRecord> {
  const { clock, timeoutMs, rollout, subject, words } = options;
  const { output } = task;
  const startedMs = clock.now().getTime();
  const elapsedMs = () => clock.now().getTime() - startedMs;
  let reported = '';
  let over = false;
  try {
    for (;;) {
      const gapMs = Math.min(nextPollMs(elapsedMs(), TASK_POLLS), timeoutMs - elapsedMs());
      await clock.sleep(Math.max(0, gapMs), rollout.signal);
      const standing = await task.look(rollout.signal);
      over = standing.state !== 'running';
      if (standing.state === 'ended-well') {
        const record = { ...standing.record, seconds: elapsedMs() / 1000 };
        // Written at once: from here on it is not to be run again.
        await rollout.journal('migrated', { ...record });
        await output.finish(clock);
        await standing.tidy?.();
        subject.progress(words.phase, `${words.done} in ${formatDuration(record.seconds * 1000)}`);
        return record;
      }
      if (standing.state === 'failed') {
        await output.finishPatiently(clock);
        throw words.failure(standing.reason, [...standing.evidence, ...output.last]);
      }
      await output.readOn(rollout.signal);
      if (standing.words !== reported) subject.progress(words.phase, standing.words);
      reported = standing.words;
      if (elapsedMs() >= timeoutMs) {
        over = true;
        const unstopped = await task.stop(`The ${words.work} took longer than its timeout`);
        await output.finishPatiently(clock);
        throw words.failure(
          `it was stopped after ${formatDuration(timeoutMs)}${words.limit === undefined ? '' : ` (${words.limit})`}`,
          unstopped === undefined ? output.last : [unstopped, ...output.last],
        );
      }
    }
  } catch (error) {
    if (over) throw error;
    subject.progress(words.phase, `stopping ${task.name}`);
    const unstopped = await task.stop(`The run of this ${words.work} was interrupted`);
    if (unstopped !== undefined) subject.progress(words.phase, unstopped);
    throw error;
  }
}
