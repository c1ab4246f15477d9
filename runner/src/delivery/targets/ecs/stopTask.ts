import { poll } from '../../../base/poll.js';
import type { Clock } from '../../../base/ports.js';
import type { Task } from '../../../adapters/aws/ecs.js';
import type { EcsTasks } from '../../../adapters/aws/ecsTasks.js';
import type { StageSubject } from '../../../events/stage.js';

/** A stopped container gets this long to end in order, unless its definition says otherwise. */
export const STOP_SECONDS = 30;
const POLL_MS = 1000;

/**
 * Stops a task and waits until its containers have ended. No signal ends the waiting: this is what a signal asks for.
 * @param seconds what its containers get to end in order
 * @returns what went wrong, in words; never throws, as it follows a failure that is to be told
 */
export async function stopTask(
  tasks: EcsTasks,
  clock: Clock,
  task: Task,
  options: { readonly reason: string; readonly seconds: number },
): Promise<string | undefined> {
  const arn = task.taskArn ?? '';
  const limit = options.seconds + 5;
  try {
    await tasks.stop(arn, options.reason);
    const readStatus = async () => {
      const seen = await tasks.describe(arn);
      return seen === undefined || hasEnded(seen) ? true : undefined;
    };
    if ((await poll(readStatus, { clock, limitMs: limit * 1000, gapMs: POLL_MS })) === true) return undefined;
    return `task ${taskId(task)} did not stop within ${limit} s`;
  } catch (error) {
    return `task ${taskId(task)} could not be stopped: ${(error as Error).message}`;
  }
}

/**
 * Stops the tasks that a killed run left running.
 * @param startedBy what their `startedBy` says; nothing is asked where there are none
 */
export async function stopStarted(
  options: {
    readonly tasks: EcsTasks;
    readonly clock: Clock;
    readonly subject: StageSubject;
    readonly signal: AbortSignal;
    readonly family: string;
    /** Of the steps that are told. */
    readonly phase: string;
    /** What AWS says of a task that was stopped so. */
    readonly reason: string;
  },
  startedBy: readonly string[],
): Promise<void> {
  if (startedBy.length === 0) return;
  const { tasks, clock, subject, signal, family, phase, reason } = options;
  const running = await tasks.ofFamily(family, 'RUNNING', signal);
  for (const task of running.filter((one) => startedBy.includes(one.startedBy ?? ''))) {
    subject.progress(phase, `stopping task ${taskId(task)}, which the run that was cut off started`);
    const unstopped = await stopTask(tasks, clock, task, { reason, seconds: STOP_SECONDS });
    if (unstopped !== undefined) subject.progress(phase, unstopped);
  }
}

function hasEnded({ lastStatus, containers = [] }: Task): boolean {
  if (lastStatus === 'STOPPED') return true;
  return containers.length > 0 && containers.every((one) => one.lastStatus === 'STOPPED');
}

/** The last part of its ARN. */
export const taskId = (task: Task): string => (task.taskArn ?? '').split('/').at(-1) ?? '';
