import { StackError } from '../../../../base/errors.js';
import type { Invocation } from '../../../../base/ports.js';
import { newerOrSame } from '../../../../base/versionOrder.js';
import type { ExecRequest } from '../../../../context/operations.js';
import { shortName } from '../../../../domain/ecsService.js';
import { shortTask } from '../../../../domain/taskName.js';
import type { Task, TaskDefinition } from '../../../../adapters/aws/ecs.js';
import { executeCommand, type ExecSession } from '../../../../adapters/aws/ecsOperate.js';
import { quoteArguments } from '../../../../adapters/ssh/quote.js';
import { taskId } from '../stopTask.js';
import { findContainer } from '../taskDefinition.js';
import { execLacks } from '../rules/execReadiness.js';
import type { OnHost } from '../targetOptions.js';
import { chooseTask } from './listTasks.js';
import type { EcsParts } from './parts.js';

const PLUGIN = 'session-manager-plugin';
/** The variable that newer plugins read the session from: others see argv. */
const SESSION_VARIABLE = 'AWS_SSM_START_SESSION_RESPONSE';
/** The last version that only takes it in argv. Source: awscli/customizations/sessionmanager.py of the AWS CLI */
const FROM_VARIABLE_AFTER = '1.2.497.0';

/** Opens a session of ECS Exec in a container, and hands the terminal over to the plugin of Session Manager. */
export async function execInTask(parts: EcsParts, onHost: OnHost, request: ExecRequest): Promise<number> {
  const { options, scope } = parts;
  const { signal, command } = request;
  const version = await pluginVersion(onHost, signal);
  const task = await chooseTask(parts, request.task, signal);
  const { definition } = await parts.api.describeTaskDefinition(task.taskDefinitionArn ?? '', signal);
  const container = findContainer(definition, request.container ?? options.config.container).name ?? '';
  await requireReady(parts, task, definition, container, signal);
  request.note(
    `${shortTask(taskId(task))} (${shortName(task.taskDefinitionArn ?? '')}), container ${container}`,
  );
  const ask = { task: task.taskArn ?? '', container, command: quoteArguments(command) };
  const session = await executeCommand(options.aws, scope, ask, signal);
  onHost.secrets.register(session.TokenValue);
  const runtimeId = task.containers?.find(({ name }) => name === container)?.runtimeId ?? '';
  const target = `ecs:${scope.cluster.split('/').at(-1)}_${taskId(task)}_${runtimeId}`;
  return request.terminal.handOver(
    await pluginCall(onHost, options.aws.region, session, version, target),
    signal,
  );
}

/** It signs the end of the session by itself: with the variables that AWS's own tools get. */
async function pluginCall(
  onHost: OnHost,
  region: string,
  session: ExecSession,
  version: string,
  target: string,
): Promise<Invocation> {
  const { args, env } = pluginWords(session, {
    version,
    target,
    region,
    endpoint: onHost.sessionsAt,
  });
  return { file: PLUGIN, args, env: { ...(await onHost.awsVariables()), ...env } };
}

/**
 * What the plugin is called with, as the AWS CLI does it.
 * @param of its version, what the session is opened to, and where
 */
export function pluginWords(
  session: ExecSession,
  of: {
    readonly version: string;
    readonly target: string;
    readonly region: string;
    readonly endpoint: string | undefined;
  },
): { readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> } {
  const { version, target, region, endpoint = `https://ssm.${region}.${suffix(region)}` } = of;
  const text = JSON.stringify(session);
  const byVariable = version !== FROM_VARIABLE_AFTER && newerOrSame(version, FROM_VARIABLE_AFTER);
  return {
    args: [
      byVariable ? SESSION_VARIABLE : text,
      region,
      'StartSession',
      '',
      JSON.stringify({ Target: target }),
      endpoint,
    ],
    env: byVariable ? { [SESSION_VARIABLE]: text } : {},
  };
}

const suffix = (region: string) => (region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com');

/** @throws StackError TOOL_MISSING */
async function pluginVersion({ processes }: OnHost, signal: AbortSignal): Promise<string> {
  const asked = { file: PLUGIN, args: ['--version'] };
  const { stdout } = await processes.run(asked, { signal, captureStdout: true, timeoutMs: 20_000 });
  return stdout.trim();
}

/** @throws StackError EXEC_UNAVAILABLE with all that lacks */
async function requireReady(
  { api, options, scope }: EcsParts,
  task: Task,
  definition: TaskDefinition,
  container: string,
  signal: AbortSignal,
): Promise<void> {
  const service = await api.describeService(signal);
  const own = task.containers?.find(({ name }) => name === container);
  const agent = own?.managedAgents?.find(({ name }) => name === 'ExecuteCommandAgent');
  const restart = `node runner restart --env ${scope.environment} --target ${options.name}`;
  const lacks = execLacks(
    {
      isEnabled: task.enableExecuteCommand === true,
      isServiceEnabled: service.enableExecuteCommand === true,
      agent: agent?.lastStatus,
      agentReason: agent?.reason,
      taskRole: task.overrides?.taskRoleArn ?? definition.taskRoleArn,
      hasReadOnlyRoot: findContainer(definition, container).readonlyRootFilesystem === true,
      platformVersion: task.launchType === 'FARGATE' ? task.platformVersion : undefined,
    },
    restart,
  );
  const [first, ...others] = lacks;
  if (first === undefined) return;
  throw new StackError('EXEC_UNAVAILABLE', `no session can be opened in ${container}: ${first.why}`, {
    where: `task ${taskId(task)}, environment ${scope.environment}`,
    evidence: others.map(({ why }) => `also: ${why}`),
    next: lacks.map(({ next }) => next).join(' '),
  });
}
