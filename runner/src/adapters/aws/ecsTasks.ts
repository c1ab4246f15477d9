import type { AwsClients } from './clients.js';
import type { EcsScope, RunTaskCommandInput, Task } from './ecs.js';
import { describeTasks, listTasks } from './ecsPages.js';
import { sdk } from './sdk.js';

/** Tasks that belong to no service: those that run to their end. */
export interface EcsTasks {
  /**
   * Starts one task. Safe to repeat: with the client token, several requests start only one task.
   * @returns the task, or why the platform found no place for it
   */
  run(input: RunTaskCommandInput): Promise<{ readonly task?: Task; readonly refused?: string }>;
  /** @returns undefined if the platform does not know it (any more) */
  describe(arn: string, signal?: AbortSignal): Promise<Task | undefined>;
  stop(arn: string, reason: string): Promise<void>;
  /** Tasks of a family that run (or start), or that ended in the last hour. */
  ofFamily(family: string, desired: 'RUNNING' | 'STOPPED', signal?: AbortSignal): Promise<readonly Task[]>;
}

export function createEcsTasks(aws: AwsClients, { cluster, environment }: EcsScope): EcsTasks {
  const what = (action: string, resource: string, signal?: AbortSignal) => ({
    action: `ecs:${action}`,
    resource,
    environment,
    ...(signal === undefined ? {} : { signal }),
  });
  const describe = (arns: readonly string[], resource: string, signal?: AbortSignal) =>
    describeTasks(aws, { cluster, arns, what: what('DescribeTasks', resource, signal) });

  return {
    async run(input) {
      const { RunTaskCommand } = await sdk.ecs();
      // Not abortable: without its name the task could not be stopped.
      const command = new RunTaskCommand({ ...input, cluster, count: 1 });
      const answer = await aws.call(
        await aws.ecs(),
        command,
        what('RunTask', input.taskDefinition ?? cluster),
      );
      const [task] = answer.tasks ?? [];
      if (task !== undefined) return { task };
      const reasons = (answer.failures ?? []).map((one) =>
        [one.reason, one.detail].filter(Boolean).join(': '),
      );
      return { refused: [...new Set(reasons)].join(', ') || 'no reason given' };
    },
    async describe(arn, signal) {
      return (await describe([arn], arn, signal))[0];
    },
    async stop(arn, reason) {
      const { StopTaskCommand } = await sdk.ecs();
      const command = new StopTaskCommand({ cluster, task: arn, reason });
      await aws.call(await aws.ecs(), command, what('StopTask', arn));
    },
    async ofFamily(family, desired, signal) {
      const arns = await listTasks(aws, {
        filter: { cluster, family, desiredStatus: desired },
        what: what('ListTasks', family, signal),
      });
      return describe(arns, family, signal);
    },
  };
}
