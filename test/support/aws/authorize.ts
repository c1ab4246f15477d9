import type { PolicyRequest } from '../iam/evaluate.js';
import { formOf, jsonOf, type AwsRequest, type Json } from './exchange.js';

const REGION = 'eu-west-1';
const ACCOUNT = '000000000000';

type Needs = (request: AwsRequest, body: Json) => readonly PolicyRequest[];

const arn = (service: string, resource: string): string =>
  `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
const name = (value: unknown): string => String(value).split('/').at(-1) ?? '';
/** A name in its form; an ARN stays what it is. */
const arnIfName = (value: unknown, form: (name: string) => string): string =>
  String(value).startsWith('arn:') ? String(value) : form(String(value));
const onAll =
  (action: string, context: PolicyRequest['context'] = {}): Needs =>
  () => [{ action, resource: '*', context }];
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const cluster = ({ cluster: one }: Json) => arn('ecs', `cluster/${name(one)}`);
const service = (body: Json, one: unknown) => arn('ecs', `service/${name(body['cluster'])}/${name(one)}`);
const task = (body: Json, one: unknown) =>
  arnIfName(one, (id) => arn('ecs', `task/${name(body['cluster'])}/${id}`));
const family = (one: unknown) =>
  arnIfName(one, (text) => arn('ecs', `task-definition/${text.includes(':') ? text : `${text}:1`}`));
const repository: (action: string) => Needs = (action) => (_, body) =>
  [
    ...list(body['repositoryNames']),
    ...(body['repositoryName'] === undefined ? [] : [body['repositoryName']]),
  ].map((one) => ({ action, resource: arn('ecr', `repository/${String(one)}`), context: {} }));
const ofGroup: (action: string) => Needs = (action) => (request) => [
  { action, resource: formOf(request).get('TargetGroupArn') ?? '', context: {} },
];

/** Roles that tasks are given: whoever gives them has to be allowed to pass them on. */
export const passed = (roles: readonly unknown[]): readonly PolicyRequest[] =>
  [...new Set(roles.filter((one) => typeof one === 'string' && one !== ''))].map((role) => ({
    action: 'iam:PassRole',
    resource: arnIfName(role, (text) => `arn:aws:iam::${ACCOUNT}:role/${text}`),
    context: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
  }));

const ruleAsked = (action: string, body: Json): PolicyRequest => ({
  action,
  resource: arn('events', `rule/${String(body['Rule'] ?? body['Name'])}`),
  context: {},
});
const tagged = (createAction: string, resource: string, isTagged: boolean): readonly PolicyRequest[] =>
  isTagged ? [{ action: 'ecs:TagResource', resource, context: { 'ecs:CreateAction': createAction } }] : [];

/**
 * What each request has to be allowed, by action: on which ARN, under which conditions.
 * Source: https://docs.aws.amazon.com/service-authorization/latest/reference/
 */
const NEEDS: Readonly<Record<string, Needs>> = {
  // Allowed to everybody, also where it is denied.
  'STS.GetCallerIdentity': () => [],
  'ECS.DescribeServices': (_, body) =>
    list(body['services']).map((one) => ({
      action: 'ecs:DescribeServices',
      resource: service(body, one),
      context: { 'ecs:cluster': cluster(body) },
    })),
  'ECS.DescribeTaskDefinition': onAll('ecs:DescribeTaskDefinition'),
  'ECS.RegisterTaskDefinition': (_, body) => {
    const resource = arn('ecs', `task-definition/${String(body['family'])}:2`);
    return [
      { action: 'ecs:RegisterTaskDefinition', resource, context: {} },
      ...tagged('RegisterTaskDefinition', resource, list(body['tags']).length > 0),
      ...passed([body['taskRoleArn'], body['executionRoleArn']]),
    ];
  },
  'ECS.UpdateService': (_, body) => [
    {
      action: 'ecs:UpdateService',
      resource: service(body, body['service']),
      context: {
        'ecs:cluster': cluster(body),
        ...(body['taskDefinition'] === undefined
          ? {}
          : { 'ecs:task-definition': family(body['taskDefinition']) }),
      },
    },
  ],
  'ECS.ListTasks': (_, body) => [
    { action: 'ecs:ListTasks', resource: '*', context: { 'ecs:cluster': cluster(body) } },
  ],
  'ECS.DescribeTasks': (_, body) =>
    list(body['tasks']).map((one) => ({
      action: 'ecs:DescribeTasks',
      resource: task(body, one),
      context: { 'ecs:cluster': cluster(body) },
    })),
  'ECS.StopTask': (_, body) => [
    { action: 'ecs:StopTask', resource: task(body, body['task']), context: { 'ecs:cluster': cluster(body) } },
  ],
  'ECS.RunTask': (_, body) => {
    const overrides = (body['overrides'] ?? {}) as Json;
    const isTagged = body['propagateTags'] !== undefined || body['enableECSManagedTags'] === true;
    return [
      {
        action: 'ecs:RunTask',
        resource: family(body['taskDefinition']),
        context: { 'ecs:cluster': cluster(body) },
      },
      ...tagged('RunTask', arn('ecs', `task/${name(body['cluster'])}/0123456789abcdef`), isTagged),
      ...passed([overrides['taskRoleArn'], overrides['executionRoleArn']]),
    ];
  },

  'ECR.GetAuthorizationToken': onAll('ecr:GetAuthorizationToken'),
  'ECR.DescribeRepositories': repository('ecr:DescribeRepositories'),
  'ECR.CreateRepository': repository('ecr:CreateRepository'),
  'ECR.BatchGetImage': repository('ecr:BatchGetImage'),
  'ECR.PutImage': repository('ecr:PutImage'),

  'EC2.DescribeInstances': onAll('ec2:DescribeInstances'),
  'EC2.DescribeSubnets': onAll('ec2:DescribeSubnets'),
  'EC2.GetConsoleOutput': (request) => [
    {
      action: 'ec2:GetConsoleOutput',
      resource: arn('ec2', `instance/${formOf(request).get('InstanceId') ?? ''}`),
      context: {},
    },
  ],

  'ELB.DescribeTargetGroups': onAll('elasticloadbalancing:DescribeTargetGroups'),
  'ELB.DescribeTargetHealth': onAll('elasticloadbalancing:DescribeTargetHealth'),
  'ELB.DescribeLoadBalancers': onAll('elasticloadbalancing:DescribeLoadBalancers'),
  'ELB.DescribeListeners': onAll('elasticloadbalancing:DescribeListeners'),
  'ELB.DescribeRules': onAll('elasticloadbalancing:DescribeRules'),
  // The load balancer looks at its targets in the name of who registers them.
  'ELB.RegisterTargets': (...request) => [
    ...ofGroup('elasticloadbalancing:RegisterTargets')(...request),
    ...['Instances', 'InternetGateways', 'Subnets', 'Vpcs'].map((kind) => ({
      action: `ec2:Describe${kind}`,
      resource: '*',
      context: {},
    })),
  ],
  'ELB.DeregisterTargets': ofGroup('elasticloadbalancing:DeregisterTargets'),

  'IAM.SimulatePrincipalPolicy': (request) => [
    {
      action: 'iam:SimulatePrincipalPolicy',
      resource: formOf(request).get('PolicySourceArn') ?? '',
      context: {},
    },
  ],
  'ServiceQuotas.GetServiceQuota': (_, body) => [
    {
      action: 'servicequotas:GetServiceQuota',
      resource: arn('servicequotas', `${String(body['ServiceCode'])}/${String(body['QuotaCode'])}`),
      context: {},
    },
  ],
  'ServiceQuotas.GetAWSDefaultServiceQuota': onAll('servicequotas:GetAWSDefaultServiceQuota'),
  'GraniteServiceVersion.GetMetricData': onAll('cloudwatch:GetMetricData'),

  'Logs.DescribeLogGroups': onAll('logs:DescribeLogGroups'),
  'AWSEvents.DescribeRule': (_, body) => [ruleAsked('events:DescribeRule', body)],
  'AWSEvents.ListTargetsByRule': (_, body) => [ruleAsked('events:ListTargetsByRule', body)],
  // It hands over the roles of the targets.
  'AWSEvents.PutTargets': (_, body) => [
    ruleAsked('events:PutTargets', body),
    ...list(body['Targets']).flatMap((one) =>
      passed([(one as Json)['RoleArn']]).map((request) => ({
        ...request,
        context: { 'iam:PassedToService': 'events.amazonaws.com' },
      })),
    ),
  ],

  'Logs.GetLogEvents': (_, body) => [
    {
      action: 'logs:GetLogEvents',
      resource: arn(
        'logs',
        `log-group:${String(body['logGroupName'])}:log-stream:${String(body['logStreamName'])}`,
      ),
      context: {},
    },
  ],
  'Logs.FilterLogEvents': (_, body) => [
    {
      action: 'logs:FilterLogEvents',
      resource: arn('logs', `log-group:${String(body['logGroupName'])}:*`),
      context: {},
    },
  ],
  'AnyScaleFrontendService.DescribeScalableTargets': onAll('application-autoscaling:DescribeScalableTargets'),
  'SSM.GetParameter': (_, body) => [
    {
      action: 'ssm:GetParameter',
      resource: arnIfName(body['Name'], (text) => arn('ssm', `parameter/${text.replace(/^\//, '')}`)),
      context: {},
    },
  ],
  'SecretsManager.GetSecretValue': (_, body) => [
    {
      action: 'secretsmanager:GetSecretValue',
      // AWS adds a dash and six characters to a secret's name.
      resource: arnIfName(body['SecretId'], (text) => arn('secretsmanager', `secret:${text}-AbC123`)),
      context: {},
    },
  ],
};

const OBJECT_ACTIONS: Readonly<Record<string, string>> = {
  GET: 's3:GetObject',
  HEAD: 's3:GetObject',
  PUT: 's3:PutObject',
  DELETE: 's3:DeleteObject',
};

/** What the Docker engine asks of a registry, by method and kind of thing. */
const REGISTRY_ACTIONS: Readonly<Record<string, string>> = {
  'HEAD blobs': 'ecr:BatchCheckLayerAvailability',
  'GET blobs': 'ecr:GetDownloadUrlForLayer',
  'POST uploads': 'ecr:InitiateLayerUpload',
  'PATCH uploads': 'ecr:UploadLayerPart',
  'PUT uploads': 'ecr:CompleteLayerUpload',
  'HEAD manifests': 'ecr:BatchGetImage',
  'GET manifests': 'ecr:BatchGetImage',
  'PUT manifests': 'ecr:PutImage',
};

/**
 * What a request has to be allowed; undefined of one that nobody has said it of.
 * @returns several where one request needs several permissions
 */
export function neededBy(request: AwsRequest): readonly PolicyRequest[] | undefined {
  // What passes through a load balancer is no request of the API.
  if (request.path.startsWith('/_alb/')) return [];
  if (/^\/v2(?:\/|$)/.test(request.path)) return ofRegistry(request);
  if (request.action.includes(' ')) return ofObjects(request);
  const needs = NEEDS[request.action];
  return needs?.(request, request.headers['x-amz-target'] === undefined ? {} : jsonOf(request));
}

function ofRegistry({ method, path }: AwsRequest): readonly PolicyRequest[] | undefined {
  if (/^\/v2\/?$/.test(path)) return [];
  const [, images = '', kind = ''] = /^\/v2\/(.+)\/(blobs(?=\/[^/]+:)|uploads|manifests)\//.exec(path) ?? [];
  const action = REGISTRY_ACTIONS[`${method} ${kind}`];
  const resource = arn('ecr', `repository/${images.replace(/\/blobs$/, '')}`);
  return action === undefined ? undefined : [{ action, resource, context: {} }];
}

function ofObjects({ method, path }: AwsRequest): readonly PolicyRequest[] | undefined {
  const url = new URL(path, 'http://s3');
  const [bucket = '', ...key] = url.pathname.split('/').slice(1);
  if (key.join('') !== '') {
    const action = OBJECT_ACTIONS[method];
    const resource = `arn:aws:s3:::${bucket}/${decodeURIComponent(key.join('/'))}`;
    return action === undefined ? undefined : [{ action, resource, context: {} }];
  }
  if (method !== 'GET' || url.searchParams.get('list-type') !== '2') return undefined;
  const prefix = url.searchParams.get('prefix');
  const context: PolicyRequest['context'] = prefix === null ? {} : { 's3:prefix': prefix };
  return [{ action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}`, context }];
}
