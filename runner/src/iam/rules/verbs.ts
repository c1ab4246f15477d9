import { calls, type CallName, type CallRow } from './calls.js';
import { conditions, forms, type PolicyNames } from './resourceNames.js';
import type { Grant } from './policyDocument.js';

/**
 * What verbs are made of. A part that the deployment does not have (no fleet, no bucket of state) asks for nothing.
 */
export const parts = {
  account: ['sts:GetCallerIdentity'],
  'assume-role': ['sts:AssumeRole'],
  'state-read': ['s3:GetObject', 's3:ListObjectsV2'],
  'state-write': ['s3:GetObject', 's3:ListObjectsV2', 's3:PutObject', 's3:DeleteObject'],
  upstream: ['upstream:read'],
  ledger: ['ledger:use'],
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
  tag: ['ecr:BatchGetImage', 'ecr:PutImage'],
  'ecs-look': ['ecs:DescribeServices', 'ecs:DescribeTaskDefinition'],
  'ecs-register': ['ecs:RegisterTaskDefinition'],
  'ecs-move': [
    'ecs:RegisterTaskDefinition',
    'ecs:UpdateService',
    'ecs:ListTasks',
    'ecs:DescribeTasks',
    'logs:GetLogEvents',
    'elasticloadbalancing:DescribeTargetGroups',
    'elasticloadbalancing:DescribeLoadBalancers',
    'elasticloadbalancing:DescribeListeners',
    'elasticloadbalancing:DescribeRules',
    'elasticloadbalancing:DescribeTargetHealth',
    'ecs:DescribeContainerInstances',
  ],
  'ecs-migrate': ['ecs:RunTask', 'ecs:StopTask', 'ecs:ListTasks', 'ecs:DescribeTasks', 'logs:GetLogEvents'],
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
  'fleet-pull': ['ecr:GetAuthorizationToken', 'docker:pull'],
  'balancer-look': ['elasticloadbalancing:DescribeTargetGroups', 'elasticloadbalancing:DescribeTargetHealth'],
  'balancer-move': ['elasticloadbalancing:RegisterTargets', 'elasticloadbalancing:DeregisterTargets'],
  'hosts-by-tag': ['ec2:DescribeInstances'],
  'host-keys': ['ec2:GetConsoleOutput'],
  'host-sessions': ['session:open'],
  outputs: ['backend:read'],
  'backend-plan': ['backend:read', 'backend:lock'],
  'backend-apply': ['backend:read', 'backend:lock', 'backend:write'],
} as const satisfies Record<string, readonly CallName[]>;

export type Part = keyof typeof parts;

const inventory = ['hosts-by-tag', 'outputs'] as const;
const hosts = [...inventory, 'host-keys', 'host-sessions'] as const;
const look = ['ecs-look', 'balancer-look', ...hosts] as const;
const move = [
  'account',
  'state-write',
  'upstream',
  ...look,
  'ecs-move',
  'ecs-migrate',
  'fleet-pull',
  'balancer-move',
  'bring-images',
] as const;

/** Which parts of the table each verb uses; verbs that ask nothing of AWS beside their references are `[]`. */
export const verbs = {
  doctor: ['account', 'state-write', 'login', 'ecs-look', ...hosts],
  test: ['state-read'],
  build: ['state-read'],
  push: ['account', 'state-write', 'push'],
  plan: ['account', 'backend-plan'],
  apply: ['account', 'state-write', 'ledger', 'backend-apply', 'database-users'],
  drift: ['account', 'state-write', 'backend-plan'],
  destroy: ['account', 'state-write', 'ledger', 'backend-apply'],
  output: ['outputs'],
  env: ['outputs'],
  credentials: [],
  inventory: [...inventory],
  provision: ['account', 'state-write', ...hosts],
  migrate: ['account', 'state-write', 'push', 'outputs', 'ecs-look', 'ecs-register', 'ecs-migrate'],
  deploy: ['push', ...move],
  promote: [...move],
  rollback: [...move.filter((part) => part !== 'upstream')],
  status: ['account', 'state-read', ...look],
  history: ['state-read'],
  needs: ['state-read', 'upstream'],
  release: ['account', 'state-write', 'tag'],
  lock: ['state-write'],
  notify: [],
  run: ['push', 'ledger', 'backend-apply', 'database-users', ...move],
} as const satisfies Record<string, readonly Part[]>;

export type Verb = keyof typeof verbs;

/**
 * The calls of a verb.
 * @param has whether the deployment has a part
 */
export function callsOf(verb: Verb, has: (part: Part) => boolean = () => true): readonly CallName[] {
  return callsOfParts(
    ['assume-role', 'references', ...verbs[verb]].filter((part): part is Part => has(part as Part)),
  );
}

export function callsOfParts(chosen: readonly Part[]): readonly CallName[] {
  return [...new Set(chosen.flatMap((part): readonly CallName[] => parts[part]))];
}

/** What IAM has to allow for calls, the deployment's names filled in; without what it has nothing of. */
export function grantsOf(names: PolicyNames, made: readonly CallName[]): readonly Grant[] {
  return made.flatMap((call) => {
    const row: CallRow = calls[call];
    return row.needs.flatMap(({ actions, on, when, because }): readonly Grant[] => {
      const resources = forms[on](names);
      if (resources.length === 0) return [];
      return [
        {
          actions,
          resources,
          ...(when === undefined ? {} : { condition: conditions[when](names) }),
          ...(because === undefined ? {} : { because }),
        },
      ];
    });
  });
}
