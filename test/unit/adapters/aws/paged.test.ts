import { expect } from 'chai';
import { createRequire } from 'node:module';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PAGED } from '../../../support/aws/pages.js';

const source = fileURLToPath(new URL('../../../../runner/src/', import.meta.url));
const load = createRequire(import.meta.url);

/** What an SDK's calls are called in the tables of the proxy. */
const SERVICES: Readonly<Record<string, string>> = {
  'application-auto-scaling': 'Scaling',
  'auto-scaling': 'AutoScaling',
  cloudwatch: 'CloudWatch',
  'cloudwatch-logs': 'Logs',
  ec2: 'EC2',
  ecr: 'ECR',
  ecs: 'ECS',
  'elastic-load-balancing-v2': 'ELB',
  eventbridge: 'AWSEvents',
  iam: 'IAM',
  rds: 'RDS',
  s3: 'S3',
  'secrets-manager': 'SecretsManager',
  ssm: 'SSM',
  sts: 'STS',
};

/** Calls that are not read page by page, and why that is all there is. */
const WHOLE: Readonly<Record<string, string>> = {
  'adapters/aws/autoScaling.ts DescribeAutoScalingGroups': 'one group, by its name',
  'adapters/aws/autoScaling.ts DescribeInstanceRefreshes': 'the newest one, which is the first',
  'adapters/aws/autoScaling.ts DescribeScalingActivities': 'the newest ones, which are the first',
  'adapters/aws/elb.ts DescribeTargetGroups': 'one group, by its name or ARN',
  'adapters/aws/ec2Instances.ts DescribeLaunchTemplateVersions': 'one version, by its number or name',
  'adapters/aws/loadBalancer.ts DescribeLoadBalancers': 'one load balancer, by its ARN',
  'adapters/aws/ecr.ts DescribeRepositories': 'one repository, by its name',
  'adapters/aws/targetGroupSettings.ts DescribeTargetGroups': 'one group, by its ARN',
  'adapters/aws/trafficRule.ts DescribeRules': 'one rule, by its ARN',
  'adapters/aws/logs.ts FilterLogEvents':
    'one page, and where the next begins: who follows a log goes on by it',
  'adapters/aws/logs.ts GetLogEvents': 'follows the tokens both ways, by rules of its own',
  'local/executionRole.ts ListRolePolicies': 'a role of the local environment, with the few that it gives it',
  'local/launchTemplates.ts DescribeLaunchTemplates': 'one launch template, by its name',
  'local/loadBalancers.ts DescribeLoadBalancers': 'one load balancer, by its name',
  'local/loadBalancers.ts DescribeTargetGroups': 'one group, by its name',
};

/** No journey makes these, or the emulator has none: tests of their own answer in pages. */
const NOT_THERE = [
  'AutoScaling.DescribeAutoScalingGroups',
  'AutoScaling.DescribeInstanceRefreshes',
  'AutoScaling.DescribeLaunchConfigurations',
  'AutoScaling.DescribeScalingActivities',
  'CloudWatch.DescribeAlarms',
  'CloudWatch.GetMetricData',
  'ECR.DescribeImageScanFindings',
  'EC2.DescribeLaunchTemplateVersions',
  'EC2.DescribeLaunchTemplates',
  'EC2.DescribeSnapshots',
  'IAM.ListRolePolicies',
  'IAM.SimulatePrincipalPolicy',
  'RDS.DescribeDBClusterSnapshots',
  'RDS.DescribeDBClusters',
  'RDS.DescribeDBInstances',
  'RDS.DescribeDBSnapshots',
  'SSM.DescribeInstanceInformation',
  'SSM.ListCommandInvocations',
  'Scaling.DescribeScalableTargets',
];

/** Pages of these are cut by truths of their own. */
const CUT_ELSEWHERE = ['Logs.GetLogEvents', 'Logs.FilterLogEvents', 'S3.ListObjectsV2'];

/** The calls that AWS answers in pages: the SDK has a paginator for each. */
const paged = new Map(
  Object.entries(SERVICES).flatMap(([name, service]) =>
    Object.keys(load(`@aws-sdk/client-${name}`) as object).flatMap((key) => {
      const call = /^paginate(\w+)$/.exec(key)?.[1];
      return call === undefined ? [] : [[call, `${service}.${call}`] as const];
    }),
  ),
);

/** A call of another service that has the name of one in pages. */
const NAMESAKES: Readonly<Record<string, string>> = {
  'adapters/aws/groups.ts DescribeTags':
    'of load balancing, which answers for 20 at once; EC2 has one in pages',
};

/** Where one of them is made: `file Call`. */
const made = (readdirSync(source, { recursive: true }) as string[])
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => {
    const text = readFileSync(`${source}${file}`, 'utf8');
    const commands = [...text.matchAll(/new (\w+)Command\(/g)].map(([, call]) => call as string);
    const calls = [...new Set(commands)].filter(
      (call) => paged.has(call) && !(`${file} ${call}` in NAMESAKES),
    );
    return calls.map((call) => ({ file, call, text }));
  });

describe('calls that AWS answers in pages', () => {
  it('are read to the last page, or are known to have one', () => {
    const unread = made
      .filter(({ text }) => !text.includes('everyPage('))
      .map(({ file, call }) => `${file} ${call}`);
    const whole = made
      .filter(({ file, call }) => `${file} ${call}` in WHOLE)
      .map(({ file, call }) => `${file} ${call}`);
    expect(unread.filter((one) => !(one in WHOLE))).to.deep.equal([]);
    expect(
      Object.keys(WHOLE).filter((one) => !whole.includes(one)),
      'made no more',
    ).to.deep.equal([]);
  });

  it('say what they go on with', () => {
    const tokens = /\b(?:NextToken|nextToken|Marker|ContinuationToken)\b/;
    const silent = made.filter(({ file, call, text }) => {
      if (`${file} ${call}` in WHOLE) return false;
      const at = text.indexOf(`new ${call}Command(`);
      return !tokens.test(text.slice(Math.max(0, at - 400), at + 400));
    });
    expect(silent.map(({ file, call }) => `${file} ${call}`)).to.deep.equal([]);
  });

  it('are all cut into small pages by the proxy of the journeys', () => {
    const known = [...Object.keys(PAGED), ...CUT_ELSEWHERE, ...NOT_THERE];
    const calls = [...new Set(made.map(({ call }) => paged.get(call) as string))];
    expect(calls.filter((call) => !known.includes(call))).to.deep.equal([]);
  });
});
