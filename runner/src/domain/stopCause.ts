import { failedContainer, type StoppedTask } from './stoppedTask.js';

/** Whose matter it is: what was released, what is configured around it, or AWS's own. */
export type Fault = 'release' | 'configuration' | 'platform';

/** Why a task ended, as far as it tells whose fault that is and what helps. */
export interface StopCause {
  readonly fault: Fault;
  /** What helps, in a sentence. */
  readonly help: string;
}

interface Rule {
  readonly says: RegExp;
  readonly fault: Fault;
  readonly help: string;
}

/**
 * What the platform says of tasks that ended, the surest first.
 * Sources: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
 * and https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-errors.html
 */
const RULES: readonly Rule[] = [
  {
    says: /toomanyrequests|too many requests|pull rate limit|rate (?:exceeded|limit)|throttl|RequestLimitExceeded/i,
    fault: 'platform',
    help: 'The registry or a service throttles: try again in a while.',
  },
  {
    says: /CannotPull.*(?:platform|architecture|manifest does not contain descriptor|no matching manifest)|exec format error/is,
    fault: 'release',
    help: 'The image is for another architecture: set `platform` of the image, or runtimePlatform of the task definition.',
  },
  {
    says: /CannotPull.*(?:not ?found|manifest unknown|does not exist|invalid reference)/is,
    fault: 'release',
    help: 'The image is not in the registry: push it again with `node runner push --force`, or deploy another release.',
  },
  {
    says: /CannotPull.*(?:AccessDenied|not authorized|denied|unauthorized|403|no basic auth)|not authorized.*ecr:|ecr:GetAuthorizationToken/is,
    fault: 'configuration',
    help: 'The execution role may not pull: allow it ecr:GetAuthorizationToken, ecr:BatchGetImage and ecr:GetDownloadUrlForLayer.',
  },
  {
    says: /CannotPull.*(?:no space left|disk)/is,
    fault: 'configuration',
    help: 'The task has too little disk: raise ephemeralStorage of the task definition, or that of the machine.',
  },
  {
    says: /(?:CannotPull|ResourceInitialization).*(?:timeout|timed out|dial tcp|deadline exceeded|i\/o|connection|no route|unable to connect|RequestCanceled)/is,
    fault: 'configuration',
    help: 'The subnet has no way to the registry or to where secrets are kept: give it a NAT gateway or VPC endpoints, and check the security group.',
  },
  {
    says: /log (?:group|driver|stream|datastream)|awslogs|CreateLogStream/i,
    fault: 'configuration',
    help: 'The log group is not there, or the execution role may not write to it: create it, or allow logs:CreateLogStream.',
  },
  {
    says: /(?:ResourceInitialization|unable to (?:pull|retrieve|fetch) secret).*(?:AccessDenied|not authorized|kms)/is,
    fault: 'configuration',
    help: 'The execution role may not read the secret: allow it ssm:GetParameters or secretsmanager:GetSecretValue, and kms:Decrypt for its key.',
  },
  {
    says: /(?:ResourceInitialization|unable to (?:pull|retrieve|fetch) secret).*(?:secret|parameter|ssm)/is,
    fault: 'configuration',
    help: 'The secret, its key or its version is not there: create it, or correct `secrets` of the task definition.',
  },
  {
    says: /ResourceInitialization.*(?:efs|mount|volume)|failed to (?:invoke EFS|mount)|CannotCreateVolume/is,
    fault: 'configuration',
    help: 'The volume cannot be mounted: check its mount targets, security group and access point.',
  },
  {
    says: /OutOfMemory|\boom\b/i,
    fault: 'release',
    help: 'It needs more memory than `memory` of the task definition gives: raise that, or find out what takes it.',
  },
  {
    says: /CannotStartContainer|CannotCreateContainer|ContainerRuntimeError|executable file not found|no such file|permission denied/i,
    fault: 'release',
    help: 'The container cannot be started as it is: check entryPoint and command, that the file is in the image, and may be executed.',
  },
  {
    says: /capacity|RESOURCE:|InsufficientFreeAddresses|PrivateIpAddressLimit|network interface|\beni\b/i,
    fault: 'platform',
    help: 'The platform had no room for the task: try again in a while, or give the service more subnets or capacity providers.',
  },
  {
    says: /failed ELB health checks|failed .*target.?group|Target\.(?:FailedHealthChecks|Timeout|ResponseCodeMismatch)/i,
    fault: 'release',
    help: 'It runs, but does not answer the load balancer’s check: see port, path and codes of the target group, the security group, and whether it needs a longer grace period.',
  },
  {
    says: /failed container health checks|unhealthy/i,
    fault: 'release',
    help: 'The container’s own check failed: run its `healthCheck.command` in the image, and see its interval, retries and start period.',
  },
  {
    says: /SpotInterruption|Spot Task was interrupted|Spot capacity/i,
    fault: 'platform',
    help: 'AWS took the Spot capacity back: nothing is wrong with the release; deploy again, or use capacity that stays.',
  },
  {
    says: /Host EC2|TerminationNotice|instance .*terminated|AgentNotConnected|InternalError|maintenance|retire/i,
    fault: 'platform',
    help: 'Its machine went away: nothing is wrong with the release; deploy again.',
  },
  {
    says: /CannotStopContainer|DockerTimeout|ContainerRuntimeTimeout/i,
    fault: 'platform',
    help: 'The machine’s container runtime does not answer in time: deploy again; if it stays so, replace the machine.',
  },
];

/** What exit codes say where the platform says nothing of its own. */
const BY_CODE: Readonly<Record<number, string>> = {
  0: 'It ended by itself: a service has to keep running in the foreground.',
  125: 'The container could not be created: check its options.',
  126: 'Its command is there and cannot be executed: check the mode of the file and its architecture.',
  127: 'Its command is not in the image: check entryPoint and command.',
  134: 'It aborted by itself: its last lines say why.',
  137: 'It was killed from outside, most often for using too much memory: raise `memory` of the task definition, or see what takes it.',
  139: 'It crashed in native code: a library of another architecture or version is the likely cause.',
  143: 'It was ended by SIGTERM: something told it to stop; see the service’s events.',
};

/** Why a task ended, whose fault that is, and what helps; undefined where nothing is known of it. */
export function stopCause(task: StoppedTask, configured: string): StopCause | undefined {
  const container = failedContainer(task, configured);
  const words = [task.reason, container?.reason, ...task.containers.map(({ reason }) => reason)];
  const said = words.filter(Boolean).join('\n');
  const code = task.stopCode ?? '';
  const rule = RULES.find(({ says }) => says.test(said)) ?? RULES.find(({ says }) => says.test(code));
  if (rule !== undefined) return { fault: rule.fault, help: rule.help };
  if (container?.exitCode !== undefined) {
    const help = BY_CODE[container.exitCode] ?? 'It ended by itself with an error: its last lines say why.';
    return { fault: 'release', help };
  }
  if (code === 'UserInitiated')
    return { fault: 'platform', help: 'A person or a tool stopped it: see CloudTrail, StopTask.' };
  if (code === 'ServiceSchedulerInitiated')
    return { fault: 'platform', help: 'ECS itself took it away: see the service’s events.' };
  return undefined;
}

/** Whose fault it is, in words. */
export const faultWords: Readonly<Record<Fault, string>> = {
  release: 'the release’s own',
  configuration: 'the configuration’s, not the application’s',
  platform: 'the platform’s, not the release’s',
};
