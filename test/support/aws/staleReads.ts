import {
  answered,
  asking,
  formOf,
  jsonOf,
  listIn,
  refusal,
  withBody,
  type AwsAnswer,
  type AwsRequest,
  type Send,
  type Truth,
} from './exchange.js';

/** A revision is seen everywhere after so long. */
const REGISTERED_MS = 1000;

/**
 * ECS and load balancers are eventually consistent: the first look after a change shows what was before it.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
 */
export function staleReads(): Truth {
  const stale = new Map<string, AwsAnswer>();
  const fresh = new Set<string>();
  const registered = new Map<string, number>();
  const readOnce = (key: string): AwsAnswer | undefined => {
    const answer = stale.get(key);
    stale.delete(key);
    return answer;
  };
  return async (request, send) => {
    switch (request.action) {
      case 'ECS.UpdateService': {
        const { cluster, service } = jsonOf(request);
        const before = await send(asking(request, 'DescribeServices', { cluster, services: [service] }));
        const answer = await send(request);
        if (answer.status === 200) stale.set(serviceKey(cluster, service), before);
        return answer;
      }
      case 'ECS.DescribeServices': {
        const { cluster, services } = jsonOf(request);
        const [service] = services as unknown[];
        return readOnce(serviceKey(cluster, service)) ?? send(request);
      }
      case 'ECS.RegisterTaskDefinition': {
        const answer = await send(request);
        if (answer.status === 200)
          registered.set(arnOf(jsonOf(answer)['taskDefinition'], 'taskDefinitionArn'), Date.now());
        return answer;
      }
      case 'ECS.DescribeTaskDefinition': {
        const arn = String(jsonOf(request)['taskDefinition']);
        const atMs = registered.get(arn) ?? 0;
        registered.delete(arn);
        if (Date.now() - atMs > REGISTERED_MS) return send(request);
        return refusal(request, 400, 'ClientException', 'Unable to describe task definition.');
      }
      case 'ECS.RunTask': {
        const answer = await send(request);
        for (const task of (jsonOf(answer)['tasks'] ?? []) as unknown[]) fresh.add(arnOf(task, 'taskArn'));
        return answer;
      }
      case 'ECS.DescribeTasks':
        return withoutFresh(request, send, fresh);
      case 'ELB.RegisterTargets':
      case 'ELB.DeregisterTargets': {
        const before = await send(healthOf(request));
        const answer = await send(request);
        if (answer.status === 200) stale.set(targetKey(request), before);
        return answer;
      }
      case 'ELB.DescribeTargetHealth':
        return readOnce(targetKey(request)) ?? send(request);
      default:
        return send(request);
    }
  };
}

/** A task that has just been started is not there yet, once. */
async function withoutFresh(request: AwsRequest, send: Send, fresh: Set<string>): Promise<AwsAnswer> {
  const asked = jsonOf(request)['tasks'] as string[];
  const missing = asked.filter((arn) => fresh.delete(arn));
  const answer = await send(request);
  if (missing.length === 0 || answer.status !== 200) return answer;
  const { tasks, failures, ...rest } = jsonOf(answer);
  return answered(answer, {
    ...rest,
    tasks: (tasks as { taskArn: string }[]).filter(({ taskArn }) => !missing.includes(taskArn)),
    failures: [...((failures ?? []) as unknown[]), ...missing.map((arn) => ({ arn, reason: 'MISSING' }))],
  });
}

const serviceKey = (cluster: unknown, service: unknown): string =>
  [cluster, service].map((one) => String(one).split('/').at(-1)).join('/');

const arnOf = (found: unknown, name: string): string => String((found as Record<string, unknown>)[name]);

const targetKey = (request: AwsRequest): string => {
  const form = formOf(request);
  return `${form.get('TargetGroupArn') ?? ''} ${listIn(form, 'Targets', 'Id').join(' ')}`;
};

function healthOf(request: AwsRequest): AwsRequest {
  const form = formOf(request);
  form.set('Action', 'DescribeTargetHealth');
  return withBody(request, form.toString());
}
