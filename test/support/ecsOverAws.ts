import type { RegisterTaskDefinitionCommandInput } from '../../runner/src/adapters/aws/ecs.js';
import type { AwsClients } from '../../runner/src/adapters/aws/clients.js';
import { sdk } from '../../runner/src/adapters/aws/sdk.js';
import { fakeAws, type Answer, type FakeAws } from './fakeAws.js';
import type { FakeEcs } from './fakeEcs.js';

// Loading takes real time, in which a virtual clock would go on.
await Promise.all([sdk.ecs(), sdk.elb(), sdk.logs()]);

/** ECS as a runner meets it through the SDK: the fake service behind calls that answer in pages, and refuse too much. */
export function ecsOverAws(
  ecs: FakeEcs,
  answers: Readonly<Record<string, Answer>> = {},
  over: Partial<AwsClients> = {},
): FakeAws {
  return fakeAws(
    {
      'ecs:DescribeServices': async () => ({ services: [await ecs.describeService()] }),
      'ecs:DescribeTaskDefinition': async ({ taskDefinition }) => {
        const { definition, tags } = await ecs.describeTaskDefinition(taskDefinition as string);
        return { taskDefinition: definition, tags };
      },
      'ecs:RegisterTaskDefinition': async (input) => ({
        taskDefinition: {
          taskDefinitionArn: await ecs.register(input as unknown as RegisterTaskDefinitionCommandInput),
        },
      }),
      'ecs:UpdateService': async ({ taskDefinition, forceNewDeployment = false, desiredCount }) => ({
        service: await ecs.update({
          taskDefinition: taskDefinition as string,
          force: forceNewDeployment as boolean,
          count: desiredCount as number | undefined,
        }),
      }),
      'ecs:ListTasks': async ({ desiredStatus, nextToken, maxResults = 100 }) => {
        const all = await ecs.listTasks(desiredStatus as 'RUNNING' | 'STOPPED');
        const from = Number(nextToken ?? 0);
        const to = from + Number(maxResults);
        return { taskArns: all.slice(from, to), ...(to < all.length ? { nextToken: String(to) } : {}) };
      },
      'ecs:DescribeTasks': async ({ tasks }) => {
        const asked = tasks as string[];
        if (asked.length > 100) throw new Error(`DescribeTasks takes 100 tasks, not ${asked.length}`);
        return { tasks: await ecs.describeTasks(asked) };
      },
      'ecs:DescribeContainerInstances': () => ({ containerInstances: [] }),
      'logs:GetLogEvents': () => ({ events: [{ message: 'KeyError: DATABASE_URL' }] }),
      ...answers,
    },
    over,
  );
}
