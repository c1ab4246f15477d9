import { StackError } from '../../../../base/errors.js';
import type { RunningTask } from '../../../../context/operations.js';
import { shortName } from '../../../../domain/ecsService.js';
import { shortTask } from '../../../../domain/taskName.js';
import type { Task } from '../../../../adapters/aws/ecs.js';
import { taskId } from '../stopTask.js';
import { digestOf } from '../taskDefinition.js';
import type { EcsParts } from './parts.js';

/** The tasks of the service that run or start, the one that has run longest first. */
export async function serviceTasks({ api }: EcsParts, signal: AbortSignal): Promise<readonly Task[]> {
  const tasks = await api.describeTasks(await api.listTasks('RUNNING', signal), signal);
  return [...tasks].sort((one, other) => age(one) - age(other));
}

const age = ({ startedAt, createdAt }: Task): number =>
  (startedAt ?? createdAt)?.getTime() ?? Number.MAX_SAFE_INTEGER;

/**
 * What people see of a task.
 * @param container the target's; that of the task alone where it is not in it
 */
export function runningTask(task: Task, container: string | undefined): RunningTask {
  const { containers = [], lastStatus = '', healthStatus, availabilityZone } = task;
  const own = containers.find(({ name }) => name === container) ?? containers[0];
  // The reference names what was asked for; the platform's own digest may be that of one architecture of it.
  const digest = digestOf(own?.image) ?? own?.imageDigest;
  const health = own?.healthStatus ?? healthStatus;
  const startedAt = (task.startedAt ?? task.createdAt)?.toISOString();
  return {
    id: taskId(task),
    revision: shortName(task.taskDefinitionArn ?? ''),
    ...(digest === undefined ? {} : { digest }),
    status: lastStatus.toLowerCase(),
    ...(health === undefined || health === 'UNKNOWN' ? {} : { health: health.toLowerCase() }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(availabilityZone === undefined ? {} : { place: availabilityZone }),
  };
}

/**
 * The task that a session is opened in.
 * @param asked its id, or what it begins with; the first that runs where left out
 * @throws StackError TASK_NONE where none fits
 */
export async function chooseTask(
  parts: EcsParts,
  asked: string | undefined,
  signal: AbortSignal,
): Promise<Task> {
  const tasks = await serviceTasks(parts, signal);
  const running = tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING');
  const fitting = running.filter((task) => asked === undefined || taskId(task).startsWith(asked));
  const [found, other] = fitting;
  if (found !== undefined && (asked === undefined || other === undefined)) return found;
  throw noTask(parts, asked, found === undefined ? tasks : fitting, found !== undefined);
}

function noTask(
  { options, scope }: EcsParts,
  asked: string | undefined,
  tasks: readonly Task[],
  isAmbiguous: boolean,
): StackError {
  const { name } = options;
  const message = isAmbiguous
    ? `several tasks of ${name} begin with ${asked}`
    : asked === undefined
      ? `no task of ${name} is running`
      : `no task of ${name} that runs begins with ${asked}`;
  return new StackError('TASK_NONE', message, {
    where: `service ${scope.service}, environment ${scope.environment}`,
    evidence: tasks.map((task) => `${shortTask(taskId(task))} ${(task.lastStatus ?? '').toLowerCase()}`),
    next:
      tasks.length > 0
        ? `node runner tasks --env ${scope.environment} --target ${name} lists them.`
        : `node runner logs --env ${scope.environment} --target ${name} shows what the last ones said; node runner scale 1 --env ${scope.environment} --target ${name} starts one.`,
  });
}
