import { StackError } from '../../../base/errors.js';
import type { StageSubject } from '../../../events/stage.js';
import type { Clock } from '../../../base/ports.js';
import { faultWords, stopCause } from '../../../domain/stopCause.js';
import {
  failedTasks,
  failedContainer,
  isOf,
  stoppedWords,
  triedAgain,
  type StoppedTask,
  type TasksOf,
} from '../../../domain/stoppedTask.js';
import {
  stoppedTask,
  type ContainerDefinition,
  type EcsApi,
  type TaskDefinition,
} from '../../../adapters/aws/ecs.js';
import type { LogStream } from '../../../adapters/aws/logs.js';

/** What finding out why a task failed needs. */
export interface DiagnosisScope {
  readonly api: EcsApi;
  readonly clock: Clock;
  readonly definition: TaskDefinition;
  /** Name of the configured container. */
  readonly container: string;
  readonly environment: string;
  readonly cluster: string;
  readonly service: string;
  /** Last lines of a log stream, oldest first; never throws but on abort. */
  readonly logLines: (stream: LogStream, signal?: AbortSignal) => Promise<readonly string[]>;
  /** ARNs of tasks that have ended and say nothing about the release: they are not described again. */
  readonly cleared: Set<string>;
  /** Why tasks of the release could not start, where the platform tries again by itself. */
  readonly triedAgain: Set<string>;
  /** The target, which each such reason is told of once. */
  readonly subject: StageSubject;
}

/** CloudWatch takes a moment to show the last lines of a container that just died. */
const LOG_ATTEMPTS = 3;
const LOG_GAP_MS = 1000;

/** Tasks described at a time while one that failed is searched for. */
const DESCRIBED = 100;

/**
 * Tasks of a rollout that ended because of what they run, oldest first; two API calls a hundred ended tasks. A service
 * that moves often, or crashes every few seconds, has hundreds of them in no order: all are gone through until one is
 * found, but those that are known to say nothing cost no second call.
 */
export async function stoppedOf(
  scope: Pick<DiagnosisScope, 'api' | 'cleared' | 'triedAgain' | 'subject'>,
  of: TasksOf,
  signal?: AbortSignal,
): Promise<readonly StoppedTask[]> {
  const { api, cleared } = scope;
  const arns = (await api.listTasks('STOPPED', signal)).filter((arn) => !cleared.has(arn));
  for (let start = 0; start < arns.length; start += DESCRIBED) {
    const tasks = await api.describeTasks(arns.slice(start, start + DESCRIBED), signal);
    const stopped = tasks.map(stoppedTask);
    for (const one of stopped) if (isOf(one, of)) noteTriedAgain(scope, one);
    const failed = failedTasks(stopped, of);
    if (failed.length > 0) return failed;
    for (const task of tasks) {
      // Why one of ours ended may be told a moment after it began to stop.
      const settled = task.lastStatus === 'STOPPED' || task.taskDefinitionArn !== of.taskDefinition;
      if (settled && task.taskArn !== undefined) cleared.add(task.taskArn);
    }
  }
  return [];
}

function noteTriedAgain(
  { triedAgain: known, subject }: Pick<DiagnosisScope, 'triedAgain' | 'subject'>,
  task: StoppedTask,
): void {
  const reason = triedAgain(task);
  if (reason === undefined || known.has(reason)) return;
  known.add(reason);
  subject.progress('tasks', `a task could not start, ECS tries again: ${reason}`);
}

/**
 * What is only looked for to explain a failure: where AWS does not tell, the failure stands without it.
 * @throws the signal's reason on abort, and whatever is a bug
 */
export async function orFallback<T>(asked: Promise<T>, otherwise: T, signal: AbortSignal): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof StackError) return otherwise;
    throw error;
  }
}

/** The failure that a stopped task means: reason, exit code, last log lines. */
export async function crashError(
  scope: DiagnosisScope,
  task: StoppedTask,
  signal: AbortSignal,
): Promise<StackError> {
  const name = failedContainer(task, scope.container)?.name ?? scope.container;
  const stream = logStream(scope.definition, name, task.id);
  const lines = stream === undefined ? [] : await patientLogLines(scope, stream, signal);
  const cause = stopCause(task, scope.container);
  return failure(
    scope,
    stoppedWords(task, scope.container),
    [
      ...(cause === undefined ? [] : [`fault: ${faultWords[cause.fault]}`]),
      ...(task.reason === undefined ? [] : [`stopped: ${task.reason}`]),
      ...task.containers.filter((one) => one.reason).map((one) => `${one.name}: ${one.reason}`),
      ...lines,
    ],
    cause?.help,
  );
}

/** The failure of a release that runs but is not healthy: the reason and what its tasks last said. */
export async function unhealthyError(
  scope: DiagnosisScope,
  reason: string,
  taskIds: readonly string[],
  signal: AbortSignal,
): Promise<StackError> {
  const [id] = taskIds;
  const stream = id === undefined ? undefined : logStream(scope.definition, scope.container, id);
  const lines = stream === undefined ? [] : await scope.logLines(stream, signal);
  return failure(scope, reason, lines);
}

/**
 * A failed deploy, with what to type next.
 * @param help what mends the cause, where that is known
 */
export function failure(
  scope: DiagnosisScope,
  message: string,
  evidence: readonly string[],
  help = 'Fix the cause and deploy again:',
): StackError {
  const logs = awslogs(containerOf(scope.definition, scope.container));
  // Lasting lack of what tasks need is the likely cause then, though by itself it fails nothing.
  const unstarted = [...scope.triedAgain].map((reason) => `could not start: ${reason}`);
  return new StackError('DEPLOY_FAILED', message, {
    where: `service ${scope.service}, environment ${scope.environment}`,
    evidence: [...evidence, ...unstarted],
    next: [
      `${help}${help.endsWith('.') ? ' Then:' : ''} `,
      `node runner deploy --env ${scope.environment}`,
      ...(logs === undefined ? [] : [` (all its output: ${tailOf(logs)} --since 30m)`]),
    ].join(''),
  });
}

async function patientLogLines(
  { logLines, clock }: DiagnosisScope,
  stream: LogStream,
  signal: AbortSignal,
): Promise<readonly string[]> {
  for (let attempt = 1; ; attempt += 1) {
    const lines = await logLines(stream, signal);
    if (lines.length > 0 || attempt === LOG_ATTEMPTS) return lines;
    await clock.sleep(LOG_GAP_MS, signal);
  }
}

/**
 * Where a container of a task logs to, by the naming rule of the awslogs driver: `PREFIX/CONTAINER/TASK`.
 *
 * @returns undefined where it logs elsewhere, or names its streams itself
 */
export function logStream(
  definition: TaskDefinition,
  container: string,
  taskId: string,
): LogStream | undefined {
  const logs = awslogs(containerOf(definition, container));
  if (logs === undefined || logs.prefix === undefined) return undefined;
  const { group, prefix, region } = logs;
  return { group, stream: `${prefix}/${container}/${taskId}`, ...(region === undefined ? {} : { region }) };
}

/** What shows a log group; its region may be another one than the shell's. */
export const tailOf = ({ group, region }: { readonly group: string; readonly region?: string | undefined }) =>
  `aws logs tail ${group}${region === undefined ? '' : ` --region ${region}`}`;

/** Where a container logs to by the awslogs driver; undefined where it logs by another. */
export function awslogs(
  container: ContainerDefinition | undefined,
): { group: string; prefix: string | undefined; region: string | undefined } | undefined {
  const configuration = container?.logConfiguration;
  const group = configuration?.options?.['awslogs-group'];
  if (configuration?.logDriver !== 'awslogs' || group === undefined) return undefined;
  const { options } = configuration;
  return {
    group,
    prefix: options?.['awslogs-stream-prefix'],
    region: options?.['awslogs-region'] || undefined,
  };
}

export const containerOf = (definition: TaskDefinition, name: string): ContainerDefinition | undefined =>
  definition.containerDefinitions?.find((one) => one.name === name);
