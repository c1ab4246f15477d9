import { answered, jsonOf, type Truth } from './exchange.js';

/** What is stopped is still listed once, as if nothing had happened; after an hour ECS forgets it altogether. */
export function slowDeletes(): Truth {
  const stopped = new Map<string, Set<'list' | 'describe'>>();
  const running = new Map<string, unknown>();
  return async (request, send) => {
    const { action } = request;
    if (action === 'ECS.StopTask') {
      const answer = await send(request);
      if (answer.status === 200) stopped.set(String(jsonOf(request)['task']), new Set(['list', 'describe']));
      return answer;
    }
    if (action === 'ECS.ListTasks') {
      const answer = await send(request);
      const { desiredStatus = 'RUNNING' } = jsonOf(request);
      if (answer.status !== 200 || desiredStatus !== 'RUNNING') return answer;
      const { taskArns = [], ...rest } = jsonOf(answer) as { taskArns?: string[] };
      const late = [...stopped].filter(([, left]) => left.delete('list')).map(([arn]) => arn);
      return answered(answer, { ...rest, taskArns: [...new Set([...taskArns, ...late])] });
    }
    if (action !== 'ECS.DescribeTasks') return send(request);
    const answer = await send(request);
    if (answer.status !== 200) return answer;
    const {
      tasks = [],
      failures = [],
      ...rest
    } = jsonOf(answer) as {
      tasks?: { taskArn: string; lastStatus: string }[];
      failures?: unknown[];
    };
    const shown = tasks.map((task) => {
      if (stopped.get(task.taskArn)?.delete('describe') === true) return running.get(task.taskArn) ?? task;
      if (task.lastStatus === 'RUNNING') running.set(task.taskArn, task);
      return task;
    });
    return answered(answer, { ...rest, tasks: shown, failures });
  };
}

/** Of several tasks that have ended, the first is known no more: DescribeTasks says MISSING. */
export function forgottenTasks(): Truth {
  return async (request, send) => {
    const answer = await send(request);
    if (request.action !== 'ECS.DescribeTasks' || answer.status !== 200) return answer;
    const {
      tasks = [],
      failures = [],
      ...rest
    } = jsonOf(answer) as {
      tasks?: { taskArn: string; lastStatus: string }[];
      failures?: unknown[];
    };
    const ended = tasks.filter(({ lastStatus }) => lastStatus === 'STOPPED');
    const [forgotten] = ended.length > 1 ? ended : [];
    if (forgotten === undefined) return answer;
    return answered(answer, {
      ...rest,
      tasks: tasks.filter((task) => task !== forgotten),
      failures: [...failures, { arn: forgotten.taskArn, reason: 'MISSING' }],
    });
  };
}
