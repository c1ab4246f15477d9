import type { ListTasksCommandInput, Task } from '@aws-sdk/client-ecs';
import type { CallWhat } from './call.js';
import type { AwsClients } from './clients.js';
import { refuseFailures } from './awsErrors.js';
import { everyPage } from './pages.js';
import { sdk } from './sdk.js';

/** The maximum that ListTasks returns and DescribeTasks accepts. */
const AT_ONCE = 100;

/** ARNs of all tasks that match a filter, page by page. */
export async function listTasks(
  aws: AwsClients,
  { filter, what }: { readonly filter: ListTasksCommandInput; readonly what: CallWhat },
): Promise<readonly string[]> {
  const { ListTasksCommand } = await sdk.ecs();
  const client = await aws.ecs();
  return everyPage(async (nextToken) => {
    const input = { ...filter, maxResults: AT_ONCE, ...(nextToken === undefined ? {} : { nextToken }) };
    const answer = await aws.call(client, new ListTasksCommand(input), what);
    return { items: answer.taskArns, next: answer.nextToken };
  });
}

/**
 * Describes any number of tasks, a hundred per call, in parallel. Tasks that the platform has forgotten are left out.
 * @throws StackError AWS_REFUSED if a task is missing for another reason
 */
export async function describeTasks(
  aws: AwsClients,
  {
    cluster,
    arns,
    what,
  }: { readonly cluster: string; readonly arns: readonly string[]; readonly what: CallWhat },
): Promise<readonly Task[]> {
  if (arns.length === 0) return [];
  const { DescribeTasksCommand } = await sdk.ecs();
  const client = await aws.ecs();
  const answers = await Promise.all(
    hundreds(arns).map((tasks) => aws.call(client, new DescribeTasksCommand({ cluster, tasks }), what)),
  );
  for (const { failures } of answers) refuseFailures(failures, what);
  return answers.flatMap(({ tasks }) => tasks ?? []);
}

/** EC2 ids of container instances, by their ARN, a hundred per call. */
export async function instanceIds(
  aws: AwsClients,
  {
    cluster,
    arns,
    what,
  }: { readonly cluster: string; readonly arns: readonly string[]; readonly what: CallWhat },
): Promise<ReadonlyMap<string, string>> {
  if (arns.length === 0) return new Map();
  const { DescribeContainerInstancesCommand } = await sdk.ecs();
  const client = await aws.ecs();
  const answers = await Promise.all(
    hundreds(arns).map((containerInstances) =>
      aws.call(client, new DescribeContainerInstancesCommand({ cluster, containerInstances }), what),
    ),
  );
  const found = answers.flatMap(({ containerInstances = [] }) => containerInstances);
  return new Map(found.map((one) => [one.containerInstanceArn ?? '', one.ec2InstanceId ?? '']));
}

const hundreds = (arns: readonly string[]): readonly string[][] =>
  Array.from({ length: Math.ceil(arns.length / AT_ONCE) }, (_, page) =>
    arns.slice(page * AT_ONCE, (page + 1) * AT_ONCE),
  );
