import { newerOrSame } from '../../../../base/versionOrder.js';

/** What a session in a container needs, as the platform tells of its task. */
export interface ExecFacts {
  /** Whether the task was started with ECS Exec. */
  readonly isEnabled: boolean;
  /** Whether tasks that the service starts now would be. */
  readonly isServiceEnabled: boolean;
  /** How the agent in the container stands: `RUNNING`, `PENDING`, `STOPPED`; undefined where there is none. */
  readonly agent?: string | undefined;
  readonly agentReason?: string | undefined;
  readonly taskRole?: string | undefined;
  readonly hasReadOnlyRoot: boolean;
  /** Of Fargate: `1.4.0`. */
  readonly platformVersion?: string | undefined;
}

/** What lacks, and what to do about it. */
export interface ExecLack {
  readonly why: string;
  readonly next: string;
}

/**
 * What a role of a task has to be allowed.
 * Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html#ecs-exec-required-iam-permissions
 */
const CHANNELS =
  'ssmmessages:CreateControlChannel, ssmmessages:CreateDataChannel, ssmmessages:OpenControlChannel and ssmmessages:OpenDataChannel';
/** The first platform version of Fargate with ECS Exec. */
const FIRST_PLATFORM = '1.4.0';

/**
 * Why no session can be opened in a container, the first cause first; empty where all is there.
 * @param restart the command that starts the tasks anew
 */
export function execLacks(facts: ExecFacts, restart: string): readonly ExecLack[] {
  if (!facts.isEnabled) {
    return [
      facts.isServiceEnabled
        ? {
            why: 'the task was started before ECS Exec was enabled for its service',
            next: `\`${restart}\` starts tasks that have it.`,
          }
        : {
            why: 'its service has ECS Exec disabled (enableExecuteCommand)',
            next: `Set execute_command = true in the module ecs-service (enable_execute_command of aws_ecs_service), apply it, then \`${restart}\`.`,
          },
    ];
  }
  if (facts.agent === 'RUNNING') return [];
  const lacks: ExecLack[] = [];
  if (facts.platformVersion !== undefined && !newerOrSame(facts.platformVersion, FIRST_PLATFORM))
    lacks.push({
      why: `Fargate ${facts.platformVersion} has no ECS Exec: it begins with ${FIRST_PLATFORM}`,
      next: `Set the service's platform version to LATEST, then \`${restart}\`.`,
    });
  if (facts.taskRole === undefined)
    lacks.push({
      why: 'the task has no task role, and without one its agent cannot open a channel',
      next: `Give the task definition a task role that is allowed ${CHANNELS}.`,
    });
  if (facts.hasReadOnlyRoot)
    lacks.push({
      why: 'its root file system is read-only, and the agent writes there',
      next: 'Set readonlyRootFilesystem to false for this container.',
    });
  if (lacks.length > 0) return lacks;
  const reason = facts.agentReason === undefined ? '' : ` (${facts.agentReason})`;
  if (facts.agent === 'PENDING')
    return [{ why: `its agent is still starting${reason}`, next: 'Run the command again in a few seconds.' }];
  return [
    {
      why:
        facts.agent === undefined
          ? 'the container has no agent of ECS Exec'
          : `its agent is ${facts.agent.toLowerCase()}${reason}`,
      next: `See that the role ${facts.taskRole} is allowed ${CHANNELS}, and that the task reaches the endpoint ssmmessages; then \`${restart}\`.`,
    },
  ];
}
