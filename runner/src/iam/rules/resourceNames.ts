import { DELIVERY_TAG } from '../../domain/deliveryTags.js';
import type { BucketPart } from '../../domain/permissions.js';
import { APPLICATION_TAG, ENVIRONMENT_TAG, PRUNE_TAG, tagsOf } from '../../domain/deploymentTags.js';
import { arnOf, type ArnScope } from './arn.js';
import type { Condition } from './policyDocument.js';

/** Where Terraform keeps the state of a root in S3. */
export interface S3Backend {
  readonly bucket: string;
  /** Key of this workspace's state. */
  readonly key: string;
  /** Locks by a file beside the state (`use_lockfile`). */
  readonly lockFile: boolean;
  /** DynamoDB table that locks it, the older way. */
  readonly table?: string;
  readonly kmsKey?: string;
}

/** The names that a policy is made of: what the configuration says, `*` where it does not. */
export interface PolicyNames {
  readonly place: ArnScope;
  /** Roles that are assumed before anything is done there. */
  readonly assumed?: readonly string[];
  readonly services: readonly { readonly cluster: string; readonly service: string }[];
  readonly families: readonly string[];
  /** Roles that tasks are given. */
  readonly roles: readonly string[];
  readonly logGroups: readonly string[];
  readonly repositories: readonly string[];
  /** Where promoted images are copied from, where that is another registry. */
  readonly source?: ArnScope;
  readonly targetGroups: readonly string[];
  /** Identifiers of snapshots of databases, as a pattern. */
  readonly snapshots?: readonly string[];
  /** Distributions of CloudFront that hooks invalidate. */
  readonly distributions?: readonly string[];
  /** ARNs of keys of KMS that images are signed by. */
  readonly signingKeys?: readonly string[];
  readonly parameters: readonly string[];
  readonly secrets: readonly string[];
  /** Secrets of database users, whose values `apply` makes. */
  readonly userSecrets: readonly string[];
  readonly state: readonly BucketPart[];
  /** Where artifacts of releases are kept. */
  readonly artifacts?: readonly BucketPart[];
  /** Where playbooks are kept for the hosts that run them themselves. */
  readonly bundles?: readonly BucketPart[];
  /** Whose the instances are that deliveries launch. */
  readonly owner?: { readonly application: string; readonly environment: string };
  /** State of the applications that this one needs. */
  readonly upstream: readonly BucketPart[];
  /** The ledger of what deployments own and reuse. */
  readonly ledger: readonly BucketPart[];
  readonly backend: readonly S3Backend[];
  /** What kinds of targets and stores name by words of their own. */
  readonly resources?: Readonly<Record<string, readonly string[]>>;
}

type Resolve = (names: PolicyNames) => readonly string[];
const each =
  (list: (names: PolicyNames) => readonly string[], form: string): Resolve =>
  (names) =>
    list(names).map((name) => arnOf(names.place, form, { name }));

/** The resources that calls are about, by a word; each gives ARNs, none where the deployment has no such thing. */
export const forms = {
  any: () => ['*'],
  'assumed-role': ({ assumed = [] }) => assumed,
  'ecs-service': ({ place, services }) =>
    services.map((names) => arnOf(place, 'ecs:R:A:service/{cluster}/{service}', names)),
  'cluster-services': ({ place, services }) => [
    ...new Set(services.map((names) => arnOf(place, 'ecs:R:A:service/{cluster}/*', names))),
  ],
  // AWS asks for both: the service and its deployments, or its revisions.
  'service-deployment': ({ place, services }) => ofService(place, services, 'service-deployment'),
  'service-revision': ({ place, services }) => ofService(place, services, 'service-revision'),
  'ecs-cluster': ({ place, services }) => [
    ...new Set(services.map((names) => arnOf(place, 'ecs:R:A:cluster/{cluster}', names))),
  ],
  'scalable-target': ({ place }) => [arnOf(place, 'application-autoscaling:R:A:scalable-target/*', {})],
  'ecs-task': ({ place, services }) =>
    services.map((names) => arnOf(place, 'ecs:R:A:task/{cluster}/*', names)),
  'container-instance': ({ place, services }) =>
    services.map((names) => arnOf(place, 'ecs:R:A:container-instance/{cluster}/*', names)),
  'task-definition': each(({ families }) => families, 'ecs:R:A:task-definition/{name}:*'),
  role: ({ place, roles }) => roles.map((name) => arnIfName(place, 'iam::A:role/{name}', name)),
  'db-instance': ({ place, resources }) =>
    (resources?.['db-instance'] ?? []).map((name) => arnIfName(place, 'rds:R:A:db:{name}', name)),
  'db-cluster': ({ place, resources }) =>
    (resources?.['db-cluster'] ?? []).map((name) => arnIfName(place, 'rds:R:A:cluster:{name}', name)),
  'db-snapshot': each(({ snapshots = [] }) => snapshots, 'rds:R:A:snapshot:{name}'),
  'db-cluster-snapshot': each(({ snapshots = [] }) => snapshots, 'rds:R:A:cluster-snapshot:{name}'),
  'signing-key': ({ signingKeys = [] }) => signingKeys,
  distribution: each(({ distributions = [] }) => distributions, 'cloudfront::A:distribution/{name}'),
  // Asked by name, and authorised on all of them.
  alarm: ({ place }) => [arnOf(place, 'cloudwatch:R:A:alarm:*')],
  'fargate-quota': ({ place }) => [arnOf(place, 'servicequotas:R:A:fargate/*', {})],
  'log-group': each(({ logGroups }) => logGroups, 'logs:R:A:log-group:{name}:*'),
  'log-stream': each(({ logGroups }) => logGroups, 'logs:R:A:log-group:{name}:log-stream:*'),
  repository: each(({ repositories }) => repositories, 'ecr:R:A:repository/{name}'),
  'source-repository': ({ source, repositories }) =>
    source === undefined
      ? []
      : repositories.map((name) => arnOf(source, 'ecr:R:A:repository/{name}', { name })),
  // Which instances there will be, nobody can tell.
  instance: ({ place }) => [arnOf(place, 'ec2:R:A:instance/*', {})],
  launched: ({ place }) => [arnOf(place, 'ec2:R:A:instance/*', {}), arnOf(place, 'ec2:R:A:volume/*', {})],
  // What a launch template names, and what a launch makes beside the instance.
  'launched-from': ({ place }) => [
    ...['launch-template', 'network-interface', 'security-group', 'subnet', 'key-pair'].map((kind) =>
      arnOf(place, `ec2:R:A:${kind}/*`, {}),
    ),
    // Images and snapshots may be of AWS, which stands for no account.
    arnOf(place, 'ec2:R::image/*', {}),
    arnOf(place, 'ec2:R::snapshot/*', {}),
  ],
  // The account stands in neither.
  image: ({ place }) => [arnOf(place, 'ec2:R::image/*', {})],
  snapshot: ({ place }) => [arnOf(place, 'ec2:R::snapshot/*', {})],
  'launch-template': ({ place }) => [arnOf(place, 'ec2:R:A:launch-template/*', {})],
  // AWS gives every group an id that nobody knows before.
  'autoscaling-group': ({ place, resources }) =>
    (resources?.['autoscaling-group'] ?? []).map((name) =>
      arnIfName(place, 'autoscaling:R:A:autoScalingGroup:*:autoScalingGroupName/{name}', name),
    ),
  'instance-role': ({ place, resources }) =>
    (resources?.['instance-role'] ?? []).map((name) => arnIfName(place, 'iam::A:role/{name}', name)),
  'image-parameter': ({ place }) => [arnOf(place, 'ssm:R::parameter/aws/service/*', {})],
  'artifact-bucket': ({ place, artifacts = [] }) =>
    artifacts.map(({ bucket }) => arnOf(place, 's3:::{bucket}', { bucket })),
  'artifact-object': ({ place, artifacts = [] }) => artifacts.map((part) => objectsOf(place, part)),
  'key-pair': ({ place }) => [arnOf(place, 'ec2:R:A:key-pair/*', {})],
  'application-role': ({ place, owner }) =>
    owner === undefined ? [] : [arnOf(place, 'iam::A:role/{application}-*', owner)],
  'any-db-instance': ({ place }) => [arnOf(place, 'rds:R:A:db:*', {})],
  'any-db-cluster': ({ place }) => [arnOf(place, 'rds:R:A:cluster:*', {})],
  'session-target': ({ place }) => [
    arnOf(place, 'ec2:R:A:instance/*', {}),
    arnOf(place, 'ssm:R::document/AWS-StartSSHSession', {}),
  ],
  'command-target': ({ place }) => [
    arnOf(place, 'ec2:R:A:instance/*', {}),
    arnOf(place, 'ssm:R::document/AWS-RunShellScript', {}),
  ],
  'bundle-object': ({ place, bundles = [] }) => bundles.map((part) => objectsOf(place, part)),
  // AWS names a session after who opens it.
  session: ({ place }) => [arnOf(place, 'ssm:R:A:session/*', {})],
  'target-group': ({ place, targetGroups }) =>
    targetGroups.map((name) => arnIfName(place, 'elasticloadbalancing:R:A:targetgroup/{name}/*', name)),
  'listener-rule': ({ place, resources }) =>
    (resources?.['listener-rule'] ?? []).map((name) =>
      arnIfName(place, 'elasticloadbalancing:R:A:listener-rule/{name}', name),
    ),
  // Roles by which ECS changes rules.
  'balancing-role': ({ place, resources }) =>
    (resources?.['balancing-role'] ?? []).map((name) => arnIfName(place, 'iam::A:role/{name}', name)),
  // The default event bus stands in no ARN.
  'schedule-rule': ({ place, resources }) =>
    (resources?.['schedule-rule'] ?? []).map((name) => arnIfName(place, 'events:R:A:rule/{name}', name)),
  'schedule-role': ({ place, resources }) =>
    (resources?.['schedule-role'] ?? []).map((name) => arnIfName(place, 'iam::A:role/{name}', name)),
  parameter: ({ place, parameters }) =>
    parameters.map((name) => arnIfName(place, 'ssm:R:A:parameter/{name}', name.replace(/^\//, ''))),
  // AWS adds a dash and six characters to a secret's name.
  secret: ({ place, secrets }) =>
    secrets.map((name) => arnIfName(place, 'secretsmanager:R:A:secret:{name}-??????', name)),
  'user-secret': ({ place, userSecrets }) =>
    userSecrets.map((name) => arnIfName(place, 'secretsmanager:R:A:secret:{name}-??????', name)),
  'state-bucket': ({ place, state }) => state.map((part) => arnOf(place, 's3:::{bucket}', { ...part })),
  'state-object': ({ place, state }) => state.map((part) => objectsOf(place, part)),
  'upstream-bucket': ({ place, upstream }) =>
    upstream.map((part) => arnOf(place, 's3:::{bucket}', { ...part })),
  'upstream-object': ({ place, upstream }) => upstream.map((part) => objectsOf(place, part)),
  'ledger-bucket': ({ place, ledger }) => ledger.map((part) => arnOf(place, 's3:::{bucket}', { ...part })),
  'ledger-object': ({ place, ledger }) => ledger.map((part) => objectsOf(place, part)),
  'backend-bucket': ({ place, backend }) =>
    backend.map(({ bucket }) => arnOf(place, 's3:::{bucket}', { bucket })),
  'backend-state': ({ place, backend }) =>
    backend.map((one) => arnOf(place, 's3:::{bucket}/{key}', { ...one, lockFile: undefined })),
  'backend-lock': ({ place, backend }) =>
    backend
      .filter(({ lockFile }) => lockFile)
      .map(({ bucket, key }) => arnOf(place, 's3:::{bucket}/{key}.tflock', { bucket, key })),
  'backend-table': ({ place, backend }) =>
    backend.flatMap(({ table }) =>
      table === undefined ? [] : [arnOf(place, 'dynamodb:R:A:table/{table}', { table })],
    ),
  'backend-key': ({ place, backend }) =>
    backend.flatMap(({ kmsKey }) =>
      kmsKey === undefined ? [] : [arnIfName(place, 'kms:R:A:key/{name}', kmsKey)],
    ),
} satisfies Record<string, Resolve>;

export type Form = keyof typeof forms;

/** The tags of a deployment that Terraform and people give, whose names have no case here. */
const byTag = (
  key: string,
  { application = '*', environment = '*' }: Partial<NonNullable<PolicyNames['owner']>> = {},
) =>
  Object.fromEntries(
    Object.entries(tagsOf({ application, environment })).map(([tag, value]) => [`${key}/${tag}`, [value]]),
  );

/** The conditions that confine a call further, by a word. */
export const conditions = {
  'in-cluster': ({ place, services }) => ({
    ArnEquals: {
      'ecs:cluster': [...new Set(services.map((names) => arnOf(place, 'ecs:R:A:cluster/{cluster}', names)))],
    },
  }),
  'while-registering': () => ({ StringEquals: { 'ecs:CreateAction': ['RegisterTaskDefinition'] } }),
  'while-running': () => ({ StringEquals: { 'ecs:CreateAction': ['RunTask'] } }),
  'to-tasks': () => ({ StringEquals: { 'iam:PassedToService': ['ecs-tasks.amazonaws.com'] } }),
  'to-schedules': () => ({ StringEquals: { 'iam:PassedToService': ['events.amazonaws.com'] } }),
  'to-instances': () => ({ StringEquals: { 'iam:PassedToService': ['ec2.amazonaws.com'] } }),
  'while-launching': () => ({ StringEquals: { 'ec2:CreateAction': ['RunInstances'] } }),
  'while-making-templates': () => ({ StringEquals: { 'ec2:CreateAction': ['CreateLaunchTemplate'] } }),
  'as-deployment': ({ owner }) => ({ StringEquals: ownerTagKeys('aws:RequestTag', owner) }),
  'of-deployment': ({ owner }) => ({ StringEquals: ownerTagKeys('aws:ResourceTag', owner) }),
  'to-ecs': () => ({ StringEquals: { 'iam:PassedToService': ['ecs.amazonaws.com'] } }),
  'while-making-keys': () => ({
    StringEquals: { 'ec2:CreateAction': ['CreateKeyPair', 'ImportKeyPair'] },
  }),
  'by-tags': ({ owner }) => ({ StringEquals: byTag('aws:ResourceTag', owner) }),
  'with-tags': ({ owner }) => ({ StringEquals: byTag('aws:RequestTag', owner) }),
  // Of the application, and of none of its environments.
  'by-application-alone': ({ owner }) => ({
    StringEquals: { [`aws:ResourceTag/${APPLICATION_TAG}`]: [owner?.application ?? '*'] },
    Null: { [`aws:ResourceTag/${ENVIRONMENT_TAG}`]: ['true'] },
  }),
  // What has no owner may get one, and what has one keeps it.
  'while-marking': ({ owner: { application, environment } = { application: '*', environment: '*' } }) => ({
    StringEquals: { [`aws:RequestTag/${APPLICATION_TAG}`]: [application] },
    StringEqualsIfExists: {
      [`aws:RequestTag/${ENVIRONMENT_TAG}`]: [environment],
      [`aws:ResourceTag/${APPLICATION_TAG}`]: [application],
      [`aws:ResourceTag/${ENVIRONMENT_TAG}`]: [environment],
    },
    'ForAllValues:StringEquals': { 'aws:TagKeys': [PRUNE_TAG, APPLICATION_TAG, ENVIRONMENT_TAG] },
  }),
  'while-unmarking': ({ owner }) => ({
    StringEquals: { [`aws:ResourceTag/${APPLICATION_TAG}`]: [owner?.application ?? '*'] },
    StringEqualsIfExists: { [`aws:ResourceTag/${ENVIRONMENT_TAG}`]: [owner?.environment ?? '*'] },
    'ForAllValues:StringEquals': { 'aws:TagKeys': [PRUNE_TAG] },
  }),
} satisfies Record<string, (names: PolicyNames) => Condition>;

export type ConditionName = keyof typeof conditions;

/** The resources behind a word: of the table above, or of a kind of target or store. */
export const resourcesOf = (names: PolicyNames, word: string): readonly string[] =>
  Object.hasOwn(forms, word) ? forms[word as Form](names) : (names.resources?.[word] ?? []);

/** The condition behind a word. */
export const conditionOf = (names: PolicyNames, word: string): Condition =>
  conditions[word as ConditionName](names);

/** The tags of what a delivery launches, as a condition has them. */
const ownerTagKeys = (
  key: string,
  { application = '*', environment = '*' }: Partial<NonNullable<PolicyNames['owner']>> = {},
) => ({
  [`${key}/${DELIVERY_TAG}application`]: [application],
  [`${key}/${DELIVERY_TAG}environment`]: [environment],
});

/** A name in its form; an ARN stays what it is. */
const arnIfName = (place: ArnScope, form: string, name: string) =>
  name.startsWith('arn:') ? name : arnOf(place, form, { name });

/** Services, with what of a kind each has. */
const ofService = (place: ArnScope, services: PolicyNames['services'], kind: string) =>
  services.flatMap((names) => [
    arnOf(place, 'ecs:R:A:service/{cluster}/{service}', names),
    arnOf(place, `ecs:R:A:${kind}/{cluster}/{service}/*`, names),
  ]);

const objectsOf = (place: ArnScope, { bucket, prefix }: BucketPart) =>
  arnOf(place, `s3:::{bucket}/${prefix === '' ? '' : `${prefix}/`}*`, { bucket });
