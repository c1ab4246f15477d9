import { expect } from 'chai';
import { stopCause, type Fault } from '../../../runner/src/domain/stopCause.js';
import { stoppedWords, type StoppedTask } from '../../../runner/src/domain/stoppedTask.js';

const task = (stopCode: string | undefined, reason: string, container: object = {}): StoppedTask => ({
  id: 't1',
  taskDefinition: 'web:2',
  stopCode,
  reason,
  containers: [{ name: 'web', ...container }],
});
const start = (reason: string) => task('TaskFailedToStart', reason);
const exit = (exitCode: number, reason?: string) =>
  task('EssentialContainerExited', 'Essential container in task exited', {
    exitCode,
    ...(reason === undefined ? {} : { reason }),
  });
const SECRET = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:db-AbCdEf';
const pulling =
  'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed:';

// Texts as https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html and its pages have them.
const rows: readonly (readonly [name: string, task: StoppedTask, fault: Fault, help: RegExp])[] = [
  [
    'image gone',
    start(
      'CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref r/web@sha256:a: not found',
    ),
    'release',
    /push --force/,
  ],
  ['manifest unknown', start('CannotPullContainerError: manifest unknown'), 'release', /push --force/],
  [
    'other architecture, in the index',
    start('CannotPullContainerError: no matching manifest for linux/amd64 in the manifest list entries'),
    'release',
    /platform/,
  ],
  [
    'other architecture, by descriptor',
    start(
      "CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/amd64'",
    ),
    'release',
    /platform/,
  ],
  [
    'other architecture, at the start',
    exit(255, 'CannotStartContainerError: exec /app: exec format error'),
    'release',
    /platform/,
  ],
  [
    'pull refused',
    start('CannotPullContainerError: AccessDeniedException: not authorized to perform: ecr:BatchGetImage'),
    'configuration',
    /may not pull/,
  ],
  [
    'login refused',
    start(
      `${pulling} unable to retrieve ecr registry auth: AccessDeniedException: User is not authorized to perform: ecr:GetAuthorizationToken`,
    ),
    'configuration',
    /may not pull/,
  ],
  [
    'pull without a way',
    start(
      'CannotPullContainerError: Error response from daemon: Get "https://r/v2/": dial tcp 10.0.0.1:443: i/o timeout',
    ),
    'configuration',
    /NAT gateway/,
  ],
  [
    'secrets without a way',
    start(
      `${pulling} unable to retrieve secret from asm: RequestCanceled: request context canceled; context deadline exceeded`,
    ),
    'configuration',
    /NAT gateway/,
  ],
  [
    'registry throttles',
    start('CannotPullContainerError: toomanyrequests: You have reached your pull rate limit'),
    'platform',
    /throttles/,
  ],
  [
    'disk full',
    start('CannotPullContainerError: write /var/lib: no space left on device'),
    'configuration',
    /ephemeralStorage/,
  ],
  [
    'secret missing',
    start(
      `${pulling} failed to fetch secret ${SECRET} from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret.`,
    ),
    'configuration',
    /not there/,
  ],
  [
    'key of a secret missing',
    start(`${pulling} retrieved secret from Secrets Manager did not contain json key password`),
    'configuration',
    /its key/,
  ],
  [
    'parameter missing',
    start(`${pulling} unable to retrieve secrets from ssm: invalid ssm parameters: /shop/token`),
    'configuration',
    /not there/,
  ],
  [
    'secret refused',
    start(
      `${pulling} failed to fetch secret ${SECRET}: AccessDeniedException: not authorized to perform: secretsmanager:GetSecretValue`,
    ),
    'configuration',
    /may not read the secret/,
  ],
  [
    'key of the secret refused',
    start(`${pulling} unable to retrieve secret: AccessDeniedException: Access to KMS is not allowed`),
    'configuration',
    /kms:Decrypt/,
  ],
  [
    'log group missing',
    start(
      'ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.',
    ),
    'configuration',
    /log group/,
  ],
  [
    'log stream refused',
    start(
      'ResourceInitializationError: failed to create Cloudwatch log stream: AccessDeniedException: not authorized to perform: logs:CreateLogStream',
    ),
    'configuration',
    /logs:CreateLogStream/,
  ],
  [
    'volume',
    start('ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes'),
    'configuration',
    /mount/,
  ],
  [
    'out of memory, told',
    exit(137, 'OutOfMemoryError: Container killed due to memory usage'),
    'release',
    /memory/,
  ],
  ['out of memory, by code', exit(137), 'release', /killed from outside.*memory/],
  ['crash of native code', exit(139), 'release', /native code/],
  ['SIGTERM', exit(143), 'release', /SIGTERM/],
  ['abort', exit(134), 'release', /aborted/],
  ['its own error', exit(3), 'release', /last lines/],
  ['it just ended', exit(0), 'release', /keep running/],
  ['command not found', exit(127), 'release', /not in the image/],
  ['command not executable', exit(126), 'release', /mode of the file/],
  ['not created', exit(125), 'release', /could not be created/],
  [
    'cannot be started',
    start(
      'CannotStartContainerError: OCI runtime create failed: exec: "serve": executable file not found in $PATH',
    ),
    'release',
    /entryPoint and command/,
  ],
  [
    'check of the load balancer',
    task(
      'ServiceSchedulerInitiated',
      'Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/web/1)',
    ),
    'release',
    /target group/,
  ],
  [
    'check of the container',
    task('ServiceSchedulerInitiated', 'Task failed container health checks'),
    'release',
    /healthCheck.command/,
  ],
  ['Spot, by its code', task('SpotInterruption', ''), 'platform', /Spot/],
  ['Spot, by its words', task(undefined, 'Your Spot Task was interrupted.'), 'platform', /Spot/],
  ['machine gone', task(undefined, 'Host EC2 (instance i-1) terminated.'), 'platform', /machine went away/],
  ['machine gone, by its code', task('TerminationNotice', ''), 'platform', /machine went away/],
  ['runtime too slow', exit(137, 'CannotStopContainerError: timeout'), 'platform', /runtime/],
  [
    'runtime too slow to start',
    start('DockerTimeoutError: Could not transition to started; timed out'),
    'platform',
    /runtime/,
  ],
  [
    'no capacity',
    start('Capacity is unavailable at this time. Please try again later'),
    'platform',
    /no room/,
  ],
  [
    'no interface',
    start('Timeout waiting for network interface provisioning to complete.'),
    'platform',
    /no room/,
  ],
  ['no address', start('Unexpected EC2 error: InsufficientFreeAddressesInSubnet'), 'platform', /no room/],
  [
    'scaled in',
    task('ServiceSchedulerInitiated', 'Scaling activity initiated by (deployment ecs-svc/1)'),
    'platform',
    /ECS itself/,
  ],
  ['stopped by a person', task('UserInitiated', 'Task stopped by user'), 'platform', /CloudTrail/],
];

describe('why a task ended: whose fault, and what helps', () => {
  for (const [name, stopped, fault, help] of rows) {
    it(`${fault}: ${name}`, () => {
      const cause = stopCause(stopped, 'web');
      expect(cause?.fault).to.equal(fault);
      expect(cause?.help).to.match(help).and.to.match(/\.$/);
    });
  }

  it('is not guessed where nothing is known of it', () => {
    expect(stopCause(start('something new'), 'web')).to.equal(undefined);
  });

  it('does not call it a guess where the platform says that memory ran out', () => {
    expect(stoppedWords(exit(137, 'OutOfMemoryError: Container killed'), 'web')).to.equal(
      'container web exited with code 137 (it used more memory than it may)',
    );
    expect(stoppedWords(exit(137), 'web')).to.contain('often because');
  });
});
