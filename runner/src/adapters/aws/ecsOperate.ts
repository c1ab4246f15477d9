import type { AwsClients } from './clients.js';
import type { EcsScope, Service } from './ecs.js';
import { sdk } from './sdk.js';

/** A session of ECS Exec, as the plugin of Session Manager takes it. The token opens it: it is a secret. */
export interface ExecSession {
  readonly SessionId: string;
  readonly StreamUrl: string;
  readonly TokenValue: string;
}

/** Changes only how many tasks are wanted. */
export async function setDesiredCount(
  aws: AwsClients,
  { cluster, service, environment }: EcsScope,
  desiredCount: number,
  signal?: AbortSignal,
): Promise<Service> {
  const { UpdateServiceCommand } = await sdk.ecs();
  const command = new UpdateServiceCommand({ cluster, service, desiredCount });
  const answer = await aws.call(await aws.ecs(), command, {
    action: 'ecs:UpdateService',
    resource: `${cluster}/${service}`,
    environment,
    ...(signal === undefined ? {} : { signal }),
  });
  return answer.service ?? {};
}

/**
 * Asks for a session that runs a command in a container of a task.
 * @param command as one line of a shell
 */
export async function executeCommand(
  aws: AwsClients,
  { cluster, environment }: EcsScope,
  ask: { readonly task: string; readonly container: string; readonly command: string },
  signal?: AbortSignal,
): Promise<ExecSession> {
  const { ExecuteCommandCommand } = await sdk.ecs();
  // There is no other way: AWS refuses a session that is not interactive.
  const command = new ExecuteCommandCommand({ cluster, ...ask, interactive: true });
  const { session = {} } = await aws.call(await aws.ecs(), command, {
    action: 'ecs:ExecuteCommand',
    resource: ask.task,
    environment,
    ...(signal === undefined ? {} : { signal }),
  });
  const { sessionId = '', streamUrl = '', tokenValue = '' } = session;
  return { SessionId: sessionId, StreamUrl: streamUrl, TokenValue: tokenValue };
}
