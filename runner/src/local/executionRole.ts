import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  IAMClient,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { emulatorClient, unless } from './awsTools.js';
import type { LocalSettings } from './settings.js';

const POLICY = 'execution';
const roleName = (service: string): string => `${service}-execution`;

/** The role by which a service's tasks are started. */
export const executionRoleArn = ({ account }: LocalSettings, service: string): string =>
  `arn:aws:iam::${account}:role/${roleName(service)}`;

/**
 * Makes the role that Terraform's roles module makes on AWS: it pulls any image, writes the logs of its service and reads its secrets.
 * The emulator starts tasks without one, but `verify` asks what it may do.
 * @param service whose logs are in a group of its own
 * @param logGroup name of that group
 * @param secrets ARNs
 */
export async function createExecutionRole(
  settings: LocalSettings,
  service: string,
  { logGroup, secrets }: { readonly logGroup: string; readonly secrets: readonly string[] },
): Promise<void> {
  const { account, region } = settings;
  const client = new IAMClient(emulatorClient(settings));
  const RoleName = roleName(service);
  const trust = statement({
    Action: 'sts:AssumeRole',
    Principal: { Service: 'ecs-tasks.amazonaws.com' },
  });
  const input = { RoleName, AssumeRolePolicyDocument: documentOf([trust]) };
  await unless(['EntityAlreadyExistsException'], () => client.send(new CreateRoleCommand(input)));
  const logs = `arn:aws:logs:${region}:${account}:log-group:${logGroup}:*`;
  const PolicyDocument = documentOf([
    statement({ Action: ['ecr:GetAuthorizationToken'], Resource: '*' }),
    statement({
      Action: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      Resource: `arn:aws:ecr:${region}:${account}:repository/*`,
    }),
    statement({ Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: logs }),
    ...(secrets.length === 0
      ? []
      : [statement({ Action: ['secretsmanager:GetSecretValue', 'ssm:GetParameters'], Resource: secrets })]),
  ]);
  await client.send(new PutRolePolicyCommand({ RoleName, PolicyName: POLICY, PolicyDocument }));
  client.destroy();
}

/** Removes it, where it is there. */
export async function deleteExecutionRole(settings: LocalSettings, service: string): Promise<void> {
  const client = new IAMClient(emulatorClient(settings));
  const RoleName = roleName(service);
  const gone = ['NoSuchEntityException'];
  // Those too that somebody has added since.
  const there = await unless(gone, () => client.send(new ListRolePoliciesCommand({ RoleName })));
  for (const PolicyName of there?.PolicyNames ?? [])
    await unless(gone, () => client.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })));
  await unless(gone, () => client.send(new DeleteRoleCommand({ RoleName })));
  client.destroy();
}

const statement = (rest: object): object => ({ Effect: 'Allow', ...rest });
const documentOf = (Statement: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement });
