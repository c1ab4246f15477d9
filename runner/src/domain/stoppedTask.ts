/** A task that ended, as far as telling why needs. */
export interface StoppedTask {
  readonly id: string;
  readonly taskDefinition: string;
  /** `EssentialContainerExited`, `TaskFailedToStart`, `ServiceSchedulerInitiated`, `SpotInterruption` … */
  readonly stopCode?: string | undefined;
  readonly reason?: string | undefined;
  readonly createdMs?: number | undefined;
  readonly startedMs?: number | undefined;
  readonly stoppedMs?: number | undefined;
  readonly containers: readonly StoppedContainer[];
}

export interface StoppedContainer {
  readonly name: string;
  readonly exitCode?: number | undefined;
  readonly reason?: string | undefined;
}

/** Ends that say something about the release; scale-in, a lost machine or a person stopping a task say nothing. */
const CODES_WITH_REASON = new Set(['EssentialContainerExited', 'TaskFailedToStart']);
const FAILED_CHECK = /failed .*health check|unhealthy/i;
const OUT_OF_MEMORY = /OutOfMemory|\boom\b/i;

/**
 * Why a task could not start though its release may be good: no capacity, no network interface or address, a registry
 * or a service that throttles. ECS starts another one, and its circuit breaker counts.
 * Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
 */
const TRIED_AGAIN = [
  /capacity (?:is )?(?:currently )?unavailable|\bRESOURCE:|insufficient (?:instance )?capacity/i,
  /network interface|\beni\b|InsufficientFreeAddresses|PrivateIpAddressLimit/i,
  /toomanyrequests|too many requests|pull rate limit|rate (?:exceeded|limit)|throttl|RequestLimitExceeded/i,
];

/** What a task that could not start says, where the platform tries again by itself; else undefined. */
export function triedAgain(task: StoppedTask): string | undefined {
  if (task.stopCode !== 'TaskFailedToStart' || task.containers.some(({ exitCode }) => exitCode !== undefined))
    return undefined;
  const reasons = [task.reason, ...task.containers.map(({ reason }) => reason)];
  return reasons.find((reason) => TRIED_AGAIN.some((one) => one.test(reason ?? '')));
}

/** Which tasks a rollout started. */
export interface TasksOf {
  readonly taskDefinition: string;
  /** When the deployment was created, by the platform's clock: a revision may have failed before, and be tried again. */
  readonly sinceMs?: number;
}

/** Whether a rollout started a task. A second of tolerance: some platforms keep whole seconds only. */
export const isOf = (task: StoppedTask, { taskDefinition, sinceMs = 0 }: TasksOf): boolean =>
  task.taskDefinition === taskDefinition && (task.createdMs ?? Infinity) >= sinceMs - 1000;

/** Tasks of a rollout that ended because of what they run, oldest first; old ones are stopped by every rollout. */
export function failedTasks(tasks: readonly StoppedTask[], of: TasksOf): readonly StoppedTask[] {
  return tasks
    .filter((task) => isOf(task, of))
    .filter((task) => CODES_WITH_REASON.has(task.stopCode ?? '') || FAILED_CHECK.test(task.reason ?? ''))
    .filter((task) => triedAgain(task) === undefined)
    .sort((a, b) => (a.stoppedMs ?? 0) - (b.stoppedMs ?? 0));
}

/** The container that ended the task: one with a bad exit code, else one with a reason, else the given one. */
export function failedContainer(task: StoppedTask, configured: string): StoppedContainer | undefined {
  const named = (name: string) => task.containers.find((one) => one.name === name);
  const failed = task.containers.filter((one) => one.exitCode !== undefined && one.exitCode !== 0);
  return (
    failed.find((one) => one.name === configured) ??
    failed[0] ??
    task.containers.find((one) => one.reason !== undefined && one.reason !== '') ??
    named(configured) ??
    task.containers[0]
  );
}

/** Why a task ended, in a sentence without full stop. */
export function stoppedWords(task: StoppedTask, configured: string): string {
  const container = failedContainer(task, configured);
  const lived =
    task.startedMs !== undefined && task.stoppedMs !== undefined
      ? `, ${lifetime(task.stoppedMs - task.startedMs)}`
      : '';
  if (task.stopCode === 'TaskFailedToStart' || container?.exitCode === undefined) {
    return `task ${task.id} was stopped${lived}: ${task.reason || container?.reason || 'no reason given'}`;
  }
  // The platform itself says so: nothing has to be guessed from the code.
  const meaning = OUT_OF_MEMORY.test(container.reason ?? '')
    ? 'it used more memory than it may'
    : EXIT_CODES[container.exitCode];
  const words = meaning === undefined ? '' : ` (${meaning})`;
  return `container ${container.name} exited with code ${container.exitCode}${words}${lived}`;
}

const EXIT_CODES: Readonly<Record<number, string>> = {
  0: 'it exited; a service has to keep running',
  125: 'the container could not be created',
  126: 'the command cannot be executed',
  127: 'the command was not found',
  137: 'killed, often because it used too much memory',
  139: 'segmentation fault',
  143: 'ended by SIGTERM',
};

const lifetime = (ms: number): string =>
  ms < 100 ? 'at once' : `${(ms / 1000).toFixed(1)} s after it started`;
