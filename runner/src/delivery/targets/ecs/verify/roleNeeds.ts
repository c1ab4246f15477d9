import type { Simulation } from '../../../../adapters/aws/iam.js';
import type { ContainerDefinition, TaskDefinition } from '../../../../adapters/aws/ecs.js';
import { partitionOfRegion } from '../../../../domain/awsRole.js';
import { secretsOf, type SecretViews } from './secretsCheck.js';

/** One thing that an execution role has to be allowed. */
export interface Need {
  readonly action: string;
  /** ARN, or `*` where the action knows none. */
  readonly resource: string;
  /** What a policy names to allow it, where that is not the very resource. */
  readonly grant: string;
  /** What it is for, as in "IAM allows it to …". */
  readonly purpose: 'pull' | 'read secrets' | 'read environment files' | 'write logs';
  readonly context: Readonly<Record<string, string>>;
}

/** Where a service is. */
export interface Place {
  readonly region: string;
  readonly account: string;
  /** Whether the role also pulls and logs. On machines, the machine's role does. */
  readonly isFargate: boolean;
}

const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'];
const ECR = /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.[a-z0-9.]+\/([^@:]+)/;

/**
 * What the tasks of a definition need of their execution role.
 * @param views of its secrets, by their ids
 * Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
 */
export function needsOf(definition: TaskDefinition, place: Place, views: SecretViews): readonly Need[] {
  const containers = definition.containerDefinitions ?? [];
  const needs = [
    ...(place.isFargate ? containers.flatMap((one) => pullNeeds(one, place)) : []),
    ...secretNeeds(definition, place, views),
    ...containers.flatMap(credentialNeeds),
    ...containers.flatMap(fileNeeds),
    ...(place.isFargate ? containers.flatMap((one) => logNeeds(one, place)) : []),
  ].map((need) => ({ ...need, context: { ...contextOf(need.resource, place), ...need.context } }));
  return [...new Map(needs.map((need) => [`${need.action} ${need.resource}`, need])).values()];
}

type Bare = Omit<Need, 'context'> & { readonly context?: Need['context'] };
const need = (purpose: Need['purpose'], action: string, resource: string, grant = resource): Bare => ({
  ...{ purpose, action, resource, grant },
});

function pullNeeds({ image = '' }: ContainerDefinition, place: Place): readonly Bare[] {
  const [, account, region = '', repository] = ECR.exec(image) ?? [];
  if (account === undefined) return [];
  const arn = `arn:${partitionOfRegion(region)}:ecr:${region}:${account}:repository/${repository}`;
  const everywhere = { 'aws:RequestedRegion': region || place.region };
  return [
    { ...need('pull', 'ecr:GetAuthorizationToken', '*'), context: everywhere },
    ...PULL.map((action) => need('pull', action, arn)),
  ];
}

function secretNeeds(definition: TaskDefinition, place: Place, views: SecretViews): readonly Bare[] {
  return secretsOf(definition, place.region).flatMap(({ store, id, arn }) => {
    const view = views.get(id) ?? {};
    const own =
      view.arn ??
      arn ??
      `arn:${partitionOfRegion(place.region)}:ssm:${place.region}:${place.account}:parameter/${id.replace(/^\//, '')}`;
    const action = store === 'ssm' ? 'ssm:GetParameters' : 'secretsmanager:GetSecretValue';
    return [need('read secrets', action, own), ...keyNeeds(view.key, own, store)];
  });
}

/** A customer's key decrypts only for who is allowed to use it; the service asks it in the role's name. */
function keyNeeds(key: string | undefined, secret: string, store: 'ssm' | 'secretsmanager'): readonly Bare[] {
  if (key === undefined) return [];
  const [, partition = 'aws', , region = '', account = ''] = secret.split(':');
  const arn = key.startsWith('arn:')
    ? key
    : `arn:${partition}:kms:${region}:${account}:${key.startsWith('alias/') ? key : `key/${key}`}`;
  const via = `${store}.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`;
  return [{ ...need('read secrets', 'kms:Decrypt', arn), context: { 'kms:ViaService': via } }];
}

/** A private registry beside ECR. */
const credentialNeeds = ({ repositoryCredentials }: ContainerDefinition): readonly Bare[] => {
  const secret = repositoryCredentials?.credentialsParameter;
  return secret?.startsWith('arn:') === true
    ? [need('read secrets', 'secretsmanager:GetSecretValue', secret)]
    : [];
};

const fileNeeds = ({ environmentFiles = [] }: ContainerDefinition): readonly Bare[] =>
  environmentFiles.flatMap(({ value = '' }) => [
    need('read environment files', 's3:GetObject', value),
    need('read environment files', 's3:GetBucketLocation', value.split('/')[0] ?? value),
  ]);

function logNeeds({ name, logConfiguration }: ContainerDefinition, place: Place): readonly Bare[] {
  const { logDriver, options = {} } = logConfiguration ?? {};
  const group = options['awslogs-group'];
  if (logDriver !== 'awslogs' || group === undefined) return [];
  const region = options['awslogs-region'] ?? place.region;
  const own = `arn:${partitionOfRegion(region)}:logs:${region}:${place.account}:log-group:${group}`;
  // A task names its stream after itself.
  const stream = `${own}:log-stream:${options['awslogs-stream-prefix'] ?? 'ecs'}/${name}/0`;
  const makes = options['awslogs-create-group'] === 'true';
  return [
    // AWS holds it against the ARN of a stream without a name.
    ...(makes ? [need('write logs', 'logs:CreateLogGroup', `${own}:log-stream:`, `${own}:*`)] : []),
    need('write logs', 'logs:CreateLogStream', stream, `${own}:*`),
    need('write logs', 'logs:PutLogEvents', stream, `${own}:*`),
  ];
}

/** What each request has, and conditions often ask for. */
function contextOf(resource: string, place: Place): Need['context'] {
  const [, , , region, account] = resource.split(':');
  return {
    'aws:RequestedRegion': region || place.region,
    'aws:ResourceAccount': account || place.account,
  };
}

/** Keys by alias: which one that is, only KMS tells. */
export const isAlias = ({ resource }: Pick<Need, 'resource'>): boolean => resource.includes(':alias/');

/**
 * The least requests that try each action on its resource and on no other: resources that need the same actions go
 * together.
 */
export function simulationsOf(needs: readonly Need[]): readonly Simulation[] {
  const actionsOn = new Map<string, { resource: string; context: Need['context']; actions: string[] }>();
  for (const { action, resource, context } of needs.filter((one) => !isAlias(one))) {
    const key = `${resource} ${JSON.stringify(context)}`;
    const known = actionsOn.get(key) ?? { resource, context, actions: [] };
    known.actions.push(action);
    actionsOn.set(key, known);
  }
  const together = new Map<string, { actions: string[]; context: Need['context']; resources: string[] }>();
  for (const { resource, context, actions } of actionsOn.values()) {
    const key = JSON.stringify([actions, context]);
    const known = together.get(key) ?? { actions, context, resources: [] };
    known.resources.push(resource);
    together.set(key, known);
  }
  return [...together.values()];
}
