import { createHash, randomUUID } from 'node:crypto';
import { StackError } from '../../../../base/errors.js';
import type { TaskEnd, TaskRequest } from '../../../../context/operations.js';
import { judgeMigration, stoppedFromOutside } from '../../../../domain/migration.js';
import { shortName } from '../../../../domain/ecsService.js';
import { failedContainer } from '../../../../domain/stoppedTask.js';
import { shortTask } from '../../../../domain/taskName.js';
import { stoppedTask, type Task, type TaskDefinition } from '../../../../adapters/aws/ecs.js';
import { readLog } from '../../../../adapters/aws/logs.js';
import { nextPollMs, TASK_POLLS } from '../../../rules/pollSchedule.js';
import { logStream } from '../diagnosis.js';
import { migrationTask, runTaskInput } from '../migrationTask.js';
import { STOP_SECONDS, stopTask, taskId } from '../stopTask.js';
import type { ServiceDescription } from '../serviceDescription.js';
import { TaskLog } from '../taskLog.js';
import { findContainer } from '../taskDefinition.js';
import type { EcsParts } from './parts.js';

/** What runs, and what it is made from. */
interface Started {
  readonly task: Task;
  readonly definition: Pick<TaskDefinition, 'family' | 'containerDefinitions'>;
  readonly container: string;
}

/**
 * Runs a command as a task of the service's own task definition, where and as the service runs, and tells what it prints.
 * Whatever ends the watching (a signal, AWS out of reach) stops the task.
 */
export async function runOneOff(parts: EcsParts, request: TaskRequest): Promise<TaskEnd> {
  const started = await start(parts, request);
  const { options, tasks, scope } = parts;
  const { clock, aws } = options;
  const { task, definition, container } = started;
  const stream = logStream(definition, container, taskId(task));
  if (stream === undefined) request.note(`${container} does not log by awslogs: what it prints is not shown`);
  const log = new TaskLog(
    stream,
    (where, from, signal) => readLog(aws, where, from, signal),
    (line) => request.tell(line, 'stdout'),
  );
  const startedMs = clock.now().getTime();
  let over = false;
  let standing = '';
  try {
    for (;;) {
      await clock.sleep(nextPollMs(clock.now().getTime() - startedMs, TASK_POLLS), request.signal);
      const seen = await tasks.describe(task.taskArn ?? '', request.signal);
      const now = seen === undefined ? undefined : migrationTask(seen);
      const verdict = now === undefined ? undefined : judgeMigration(now, container);
      if (seen !== undefined && verdict !== undefined && verdict.state !== 'running') {
        over = true;
        if (verdict.state === 'ended-well' && verdict.othersRun)
          await tasks.stop(task.taskArn ?? '', 'The command has ended');
        await (verdict.state === 'failed' ? log.finishPatiently(clock) : log.finish(clock));
        return endOf(seen, container, scope, verdict.state === 'failed' ? verdict.reason : undefined);
      }
      await log.readOn(request.signal);
      const words = (now?.lastStatus ?? 'PROVISIONING').toLowerCase();
      if (words !== standing && words !== 'running')
        request.note(`task ${shortTask(taskId(task))} is ${words}`);
      standing = words;
    }
  } catch (error) {
    if (over) throw error;
    request.note(`stopping task ${shortTask(taskId(task))}`);
    const own = definition.containerDefinitions?.find(({ name }) => name === container);
    const seconds = own?.stopTimeout ?? STOP_SECONDS;
    const reason = 'The command that started this task was interrupted';
    const unstopped = await stopTask(tasks, clock, task, { reason, seconds });
    await log.finish(clock).catch(() => undefined);
    if (unstopped !== undefined) request.note(unstopped);
    throw error;
  }
}

/** Starts the task: of what the service runs, or of a release, whose revision is registered where there is none. */
async function start(parts: EcsParts, { release, command, signal, note }: TaskRequest): Promise<Started> {
  const { api, options, reader, scope, tasks } = parts;
  const ahead = release === undefined ? undefined : await parts.next(release, signal);
  const described = ahead?.described ?? (await reader.read(signal));
  refuseVolumes(scope, described);
  const taskDefinition =
    ahead?.next.changed === true
      ? await api.register(ahead.next.input, signal)
      : (described.service.taskDefinition ?? '');
  const container = findContainer(described.definition, options.config.container).name ?? '';
  const id = createHash('sha256').update(randomUUID()).digest('hex');
  const input = runTaskInput(described.service, {
    taskDefinition,
    container,
    command,
    startedBy: `task/${id.slice(0, 16)}`,
    clientToken: id,
  });
  signal.throwIfAborted();
  const { task, refused } = await tasks.run(input);
  if (task === undefined) {
    throw new StackError('TASK_FAILED', `the platform has no capacity for the task (${refused})`, {
      where: `service ${scope.service}, environment ${scope.environment}`,
      next: 'Wait or add capacity, then run the command again.',
    });
  }
  note(`task ${shortTask(taskId(task))} of ${shortName(taskDefinition)}: ${command.join(' ')}`);
  const containerDefinitions =
    ahead?.next.input.containerDefinitions ?? described.definition.containerDefinitions;
  return { task, definition: { family: described.definition.family, containerDefinitions }, container };
}

/** @throws StackError TASK_FAILED where its container never came to an end of its own */
function endOf(
  task: Task,
  container: string,
  { service, environment }: EcsParts['scope'],
  failed: string | undefined,
): TaskEnd {
  const seen = stoppedTask(task);
  const own = seen.containers.find(({ name }) => name === container);
  const revision = shortName(task.taskDefinitionArn ?? '');
  const { exitCode, reason } = own ?? {};
  if (exitCode !== undefined && !stoppedFromOutside(seen))
    return { task: taskId(task), revision, exitCode, ...(reason ? { reason } : {}) };
  const why = failedContainer(seen, container)?.reason;
  throw new StackError('TASK_FAILED', failed ?? `task ${seen.id} ended without an exit code`, {
    where: `service ${service}, environment ${environment}`,
    evidence: [...(seen.reason ? [`stopped: ${seen.reason}`] : []), ...(why ? [`${container}: ${why}`] : [])],
    next: 'Fix what the platform says, then run the command again.',
  });
}

/** @throws StackError TASK_FAILED where only a service can give the task its volumes */
function refuseVolumes(
  { service, environment }: EcsParts['scope'],
  { definition }: ServiceDescription,
): void {
  const volume = definition.volumes?.find(({ configuredAtLaunch }) => configuredAtLaunch === true);
  if (volume === undefined) return;
  throw new StackError(
    'TASK_FAILED',
    `the volume ${volume.name} is configured at launch, which a one-off task cannot do`,
    {
      where: `service ${service}, environment ${environment}`,
      next: `Run it in a task of the service: node runner exec --env ${environment} -- COMMAND`,
    },
  );
}
