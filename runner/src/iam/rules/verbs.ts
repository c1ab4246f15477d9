import type {
  CallRow,
  StorePermission,
  StorePhase,
  TargetPermission,
  TargetPhase,
} from '../../domain/permissions.js';
import { calls, type CallName } from './calls.js';
import { conditionOf, resourcesOf, type PolicyNames } from './resourceNames.js';
import type { Grant } from './policyDocument.js';

/**
 * What verbs are made of. A part that the deployment does not have (no fleet, no images) asks for nothing.
 */
export const parts = {
  account: ['sts:GetCallerIdentity'],
  'assume-role': ['sts:AssumeRole'],
  references: ['ssm:GetParameter', 'secretsmanager:GetSecretValue'],
  login: ['ecr:GetAuthorizationToken'],
  push: [
    'ecr:GetAuthorizationToken',
    'ecr:DescribeRepositories',
    'ecr:CreateRepository',
    'ecr:BatchGetImage',
    'ecr:PutImage',
    'docker:push',
  ],
  // Steps that a build takes from images in the registry.
  'build-cache': ['ecr:GetAuthorizationToken', 'docker:pull'],
  sign: ['cosign:sign'],
  scan: ['ecr:BatchGetImage', 'ecr:DescribeImageScanFindings', 'ecr:StartImageScan'],
  // Artifacts that others upload.
  'find-artifacts': ['artifact:find', 's3:HeadObject', 'artifact:read'],
  'push-artifacts': [
    's3:HeadObject',
    'artifact:write',
    's3:CreateMultipartUpload',
    's3:UploadPart',
    's3:CompleteMultipartUpload',
    's3:AbortMultipartUpload',
  ],
  // Images that are promoted from another account or region.
  'bring-images': [
    'ecr:GetAuthorizationToken',
    'ecr:DescribeRepositories',
    'ecr:CreateRepository',
    'ecr:BatchGetImage',
    'ecr:PutImage',
    'registry:write',
    'registry:read',
  ],
  // What a configuration is made of, beside the service itself.
  'find-service': [
    'ecs:ListClusters',
    'ecs:ListServices',
    'ecs:ListTasks',
    'ecs:DescribeTasks',
    'ecr:BatchGetImage',
    'elasticloadbalancing:DescribeTargetGroups',
    'elasticloadbalancing:DescribeTargetGroupAttributes',
    'application-autoscaling:DescribeScalableTargets',
  ],
  invalidate: ['cloudfront:CreateInvalidation'],
  tag: ['ecr:BatchGetImage', 'ecr:PutImage'],
  'database-users': [
    'secretsmanager:GetSecretValue',
    'secretsmanager:PutSecretValue',
    'ecs:DescribeTaskDefinition',
    'ecs:RunTask',
    'ecs:StopTask',
    'ecs:DescribeTasks',
    'logs:GetLogEvents',
    'ecs:DescribeServices',
    'ecs:UpdateService',
  ],
  'hosts-by-tag': ['ec2:DescribeInstances'],
  'host-keys': ['ec2:GetConsoleOutput'],
  'host-sessions': ['session:open'],
  'host-commands': [
    'ssm:SendCommand',
    'ssm:ListCommandInvocations',
    'ssm:GetCommandInvocation',
    'ssm:CancelCommand',
    'ssm:DescribeInstanceInformation',
    'bundle:write',
  ],
  instances: [
    'ec2:DescribeInstances',
    'ec2:DescribeInstanceAttribute',
    'ec2:DescribeInstanceStatus',
    'ec2:GetConsoleOutput',
    'ec2:StartInstances',
    'ec2:StopInstances',
    'ec2:RebootInstances',
    'ec2:TerminateInstances',
    'instances:change',
    'ec2:RunInstances',
    'instance-profile:pass',
  ],
  keys: ['ec2:DescribeKeyPairs', 'ec2:ImportKeyPair', 'ec2:CreateKeyPair', 'ec2:DeleteKeyPair'],
  alarms: [
    'cloudwatch:DescribeAlarms',
    'cloudwatch:ListTagsForResource',
    'cloudwatch:PutMetricAlarm',
    'cloudwatch:DeleteAlarms',
    'ec2:DescribeInstances',
  ],
  groups: [
    'elasticloadbalancing:DescribeTargetGroups',
    'elasticloadbalancing:DescribeTargetHealth',
    'elasticloadbalancing:DescribeTags',
    'ec2:DescribeSecurityGroups',
  ],
  images: ['ec2:DescribeImages', 'ec2:DescribeInstances', 'ecr:DescribeImages'],
  'prune-images': ['ecr:DescribeImages', 'ecr:BatchGetImage', 'ecr:BatchDeleteImage'],
  'prune-artifacts': ['s3:HeadObject', 'artifact:delete'],
  // What runs is asked of every service of the clusters, not only of the deployment's own.
  'prune-definitions': [
    'ecs:ListServices',
    'services:look',
    'ecs:ListTasks',
    'ecs:DescribeTasks',
    'ecs:DescribeTaskDefinition',
    'ecs:ListTaskDefinitions',
    'ecs:DeregisterTaskDefinition',
    'ecs:DeleteTaskDefinitions',
  ],
  'prune-machine-images': [
    'ec2:DescribeImages',
    'ec2:DescribeSnapshots',
    'ec2:DescribeInstances',
    'ec2:DescribeLaunchTemplates',
    'ec2:DescribeLaunchTemplateVersions',
    'autoscaling:DescribeLaunchConfigurations',
    'ec2:DescribeImageAttribute',
    'ec2:DescribeSnapshotAttribute',
    'ec2:CreateTags',
    'ec2:DeleteTags',
    'ec2:DeregisterImage',
    'ec2:DeleteSnapshot',
  ],
  power: [
    'ec2:DescribeInstances',
    'ec2:StartInstances',
    'ec2:StopInstances',
    'instances:power',
    'rds:DescribeDBInstances',
    'rds:DescribeDBClusters',
    'rds:StopDBInstance',
    'rds:StartDBInstance',
    'rds:StopDBCluster',
    'rds:StartDBCluster',
  ],
  outputs: ['backend:read'],
  'backend-plan': ['backend:read', 'backend:lock'],
  'backend-apply': ['backend:read', 'backend:lock', 'backend:write'],
} as const satisfies Record<string, readonly CallName[]>;

export type Part = keyof typeof parts;
/** What a verb does with targets: the calls are those of their kinds. */
export type TargetPart = `targets-${TargetPhase}`;
/** Whatever verbs are made of; what they do with state asks for the calls of the kinds of stores. */
export type AnyPart = Part | TargetPart | StorePhase;

const inventory = ['hosts-by-tag', 'outputs'] as const;
const hosts = [...inventory, 'host-keys', 'host-sessions', 'host-commands'] as const;
const look = ['targets-look', ...hosts] as const;
const move = [
  'account',
  'state-write',
  'upstream',
  ...look,
  'targets-move',
  'bring-images',
  'invalidate',
] as const;

/** Which parts of the table each verb uses; verbs that ask nothing of AWS beside their references are `[]`. */
export const verbs = {
  init: ['account', 'state-write', 'targets-look', 'find-service'],
  doctor: ['account', 'state-write', 'login', 'targets-check', ...hosts],
  test: ['state-read', 'build-cache'],
  build: ['state-read', 'find-artifacts', 'build-cache'],
  push: ['account', 'state-write', 'push', 'build-cache', 'sign', 'scan', 'push-artifacts', 'find-artifacts'],
  plan: ['account', 'state-read', 'backend-plan'],
  apply: ['account', 'state-write', 'ledger', 'backend-apply', 'database-users'],
  drift: ['account', 'state-write', 'backend-plan'],
  destroy: ['account', 'state-write', 'ledger', 'backend-apply'],
  output: ['outputs'],
  env: ['outputs'],
  credentials: [],
  inventory: [...inventory],
  provision: ['account', 'state-write', ...hosts],
  migrate: [
    'account',
    'state-write',
    'push',
    'build-cache',
    'sign',
    'scan',
    'push-artifacts',
    'find-artifacts',
    'outputs',
    ...hosts,
    'targets-migrate',
  ],
  deploy: ['push', 'build-cache', 'sign', 'scan', 'push-artifacts', 'find-artifacts', ...move],
  promote: ['scan', ...move],
  continue: [...move],
  rollback: [...move.filter((part) => part !== 'upstream')],
  status: ['account', 'state-read', ...look],
  diff: ['account', 'state-read', ...look],
  verify: ['account', 'state-read', ...look, 'targets-verify'],
  history: ['state-read'],
  tasks: ['account', 'state-read', ...hosts, 'targets-tasks'],
  logs: ['account', 'state-read', ...hosts, 'targets-logs'],
  exec: ['account', 'state-write', ...hosts, 'targets-exec'],
  task: ['account', 'state-write', ...hosts, 'targets-task'],
  scale: ['account', 'state-write', 'outputs', 'targets-scale'],
  restart: ['account', 'state-write', ...hosts, 'targets-restart'],
  drain: ['account', 'state-write', 'outputs', 'targets-drain'],
  power: ['account', 'state-write', 'outputs', 'targets-scale', 'power'],
  instances: ['account', 'state-write', 'instances', 'outputs', 'host-keys', 'host-sessions'],
  keys: ['account', 'state-write', 'keys'],
  alarms: ['account', 'state-write', 'alarms'],
  groups: ['account', 'groups'],
  images: ['account', 'state-read', 'images'],
  prune: [
    'account',
    'state-write',
    'upstream',
    'outputs',
    'prune-images',
    'prune-artifacts',
    'prune-definitions',
    'prune-machine-images',
  ],
  needs: ['state-read', 'upstream'],
  release: ['account', 'state-write', 'tag'],
  lock: ['state-write'],
  notify: [],
  run: [
    'push',
    'build-cache',
    'sign',
    'scan',
    'push-artifacts',
    'find-artifacts',
    'ledger',
    'backend-apply',
    'database-users',
    ...move,
  ],
} as const satisfies Record<string, readonly AnyPart[]>;

export type Verb = keyof typeof verbs;

/** What a deployment has of what a verb may use. */
export interface Used {
  /** Whether it has a part; every one where left out. */
  readonly has?: (part: Exclude<AnyPart, TargetPart>) => boolean;
  /** The permissions of its targets. */
  readonly targets?: readonly TargetPermission[];
  /** The permissions of the places where it keeps state. */
  readonly stores?: readonly StorePermission[];
}

/** The calls of a verb, by their names in the table or in the rows of the kinds of targets and stores. */
export function callsOf(
  verb: Verb,
  { has = () => true, targets = [], stores = [] }: Used = {},
): readonly string[] {
  const used: readonly AnyPart[] = ['assume-role', 'references', ...verbs[verb]];
  const made = used.flatMap((part): readonly string[] => {
    if (!isOfTargets(part) && !has(part)) return [];
    if (isOfTable(part)) return parts[part];
    return [
      ...targets.flatMap(({ phases, calls: own }) =>
        phases.some((phase) => part === `targets-${phase}`) ? own : [],
      ),
      ...stores.flatMap(({ phases, calls: own }) => (phases.some((phase) => part === phase) ? own : [])),
    ];
  });
  return [...new Set(made)];
}

const isOfTable = (part: AnyPart): part is Part => Object.hasOwn(parts, part);
const isOfTargets = (part: AnyPart): part is TargetPart => part.startsWith('targets-');

/** Whether a verb looks at targets, or does anything with them. */
export const usesTargets = (verb: Verb): boolean => (verbs[verb] as readonly AnyPart[]).some(isOfTargets);

/**
 * What IAM has to allow for calls, the deployment's names filled in; without what it has nothing of.
 * @param own rows of the kinds of targets and stores, beside those of the table
 */
export function grantsOf(
  names: PolicyNames,
  made: readonly string[],
  own: Readonly<Record<string, CallRow>> = {},
): readonly Grant[] {
  const rows: Readonly<Record<string, CallRow>> = { ...own, ...calls };
  return made.flatMap((call) => {
    const row = rows[call];
    if (row === undefined) throw new Error(`nothing says what IAM has to allow for ${call}`);
    return row.needs.flatMap(({ actions, on, when, because }): readonly Grant[] => {
      const resources = resourcesOf(names, on);
      if (resources.length === 0) return [];
      return [
        {
          actions,
          resources,
          ...(when === undefined ? {} : { condition: conditionOf(names, when) }),
          ...(because === undefined ? {} : { because }),
        },
      ];
    });
  });
}
