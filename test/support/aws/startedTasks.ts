import { answered, asking, jsonOf, type Json, type Truth } from './exchange.js';

/** Messages that AWS keeps of a service. */
const KEPT = 100;

/**
 * What ECS says of each task that it starts for a service: `(service web) has started 2 tasks: (task …) (task …).` The
 * emulator says nothing of it.
 */
export function startedTasks(): Truth {
  return async (request, send) => {
    const answer = await send(request);
    if (request.action !== 'ECS.DescribeServices' || answer.status !== 200) return answer;
    const { cluster } = jsonOf(request);
    const { services = [], ...rest } = jsonOf(answer);
    const told = (services as Json[]).map(async (service) => {
      const serviceName = service['serviceName'];
      const { taskArns = [] } = jsonOf(await send(asking(request, 'ListTasks', { cluster, serviceName })));
      if ((taskArns as string[]).length === 0) return service;
      const { tasks } = jsonOf(await send(asking(request, 'DescribeTasks', { cluster, tasks: taskArns })));
      const started = (tasks as Json[]).map((task) => ({
        id: `started-${String(task['taskArn'])}`,
        createdAt: task['createdAt'],
        message: `(service ${String(serviceName)}) has started 1 tasks: (task ${String(task['taskArn']).split('/').at(-1)}).`,
      }));
      const events = [...started, ...((service['events'] ?? []) as Json[])];
      const newestFirst = events.sort((one, other) => Number(other['createdAt']) - Number(one['createdAt']));
      return { ...service, events: newestFirst.slice(0, KEPT) };
    });
    return answered(answer, { ...rest, services: await Promise.all(told) });
  };
}
