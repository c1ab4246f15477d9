import type { IpPermission } from '@aws-sdk/client-ec2';
import type { SecurityGroupView, TargetGroupView } from '../../domain/trafficGroups.js';
import type { Tags } from '../../domain/deploymentTags.js';
import type { AwsClients } from './clients.js';
import { targetsOf } from './elb.js';
import { everyPage } from './pages.js';
import { sdk } from './sdk.js';
import { tagsFrom } from './tags.js';

/** Elastic Load Balancing tells the tags of so many at a time. */
const TAGGED = 20;
const AT_ONCE = 8;
const PATIENCE_MS = 30_000;

/**
 * Target groups whose tags are wanted, sorted by name, each with the health of its targets.
 * @param wanted by their tags; only of these the health is asked
 * @throws StackError AWS_*
 */
export async function listTargetGroups(
  aws: AwsClients,
  wanted: (tags: Tags) => boolean,
  signal: AbortSignal,
): Promise<readonly TargetGroupView[]> {
  const { default: pMap } = await import('p-map');
  const { DescribeTargetGroupsCommand } = await sdk.elb();
  const client = await aws.elb();
  const groups = await everyPage(async (Marker) => {
    const answer = await aws.call(client, new DescribeTargetGroupsCommand({ ...(Marker && { Marker }) }), {
      action: 'elasticloadbalancing:DescribeTargetGroups',
      signal,
    });
    return { items: answer.TargetGroups, next: answer.NextMarker };
  });
  const tags = await tagsByArn(
    aws,
    groups.map(({ TargetGroupArn = '' }) => TargetGroupArn),
    signal,
  );
  const own = groups.filter(({ TargetGroupArn = '' }) => wanted(tags.get(TargetGroupArn) ?? {}));
  const found = await pMap(
    own,
    async (group): Promise<TargetGroupView> => {
      const arn = group.TargetGroupArn ?? '';
      const targets = await targetsOf(aws, arn, { signal, patienceMs: PATIENCE_MS });
      return {
        arn,
        name: group.TargetGroupName ?? '',
        listens: [group.Protocol, group.Port].filter((part) => part !== undefined).join(':'),
        targetType: group.TargetType ?? 'instance',
        loadBalancers: (group.LoadBalancerArns ?? []).map((one) => one.split('/')[2] ?? one),
        targets: targets.map(({ id, port, state }) => ({
          id,
          state,
          ...(port === undefined ? {} : { port }),
        })),
        tags: tags.get(arn) ?? {},
      };
    },
    { concurrency: AT_ONCE },
  );
  return [...found].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

async function tagsByArn(
  aws: AwsClients,
  arns: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Tags>> {
  const { DescribeTagsCommand } = await sdk.elb();
  const client = await aws.elb();
  const found = new Map<string, Tags>();
  for (let from = 0; from < arns.length; from += TAGGED) {
    const ResourceArns = arns.slice(from, from + TAGGED);
    const answer = await aws.call(client, new DescribeTagsCommand({ ResourceArns }), {
      action: 'elasticloadbalancing:DescribeTags',
      resource: ResourceArns.join(', '),
      signal,
    });
    for (const { ResourceArn = '', Tags } of answer.TagDescriptions ?? [])
      found.set(ResourceArn, tagsFrom(Tags));
  }
  return found;
}

/** Security groups that have any tag of these names, sorted by name. @throws StackError AWS_* */
export async function listSecurityGroups(
  aws: Pick<AwsClients, 'call' | 'ec2'>,
  tagNames: readonly string[],
  signal: AbortSignal,
): Promise<readonly SecurityGroupView[]> {
  const { DescribeSecurityGroupsCommand } = await sdk.ec2();
  const found = await everyPage(async (NextToken) => {
    const command = new DescribeSecurityGroupsCommand({
      Filters: [{ Name: 'tag-key', Values: [...tagNames] }],
      ...(NextToken && { NextToken }),
    });
    const answer = await aws.call(await aws.ec2(), command, {
      action: 'ec2:DescribeSecurityGroups',
      resource: tagNames.join(', '),
      signal,
    });
    return { items: answer.SecurityGroups, next: answer.NextToken };
  });
  return found
    .map((group) => ({
      id: group.GroupId ?? '',
      name: group.GroupName ?? '',
      network: group.VpcId ?? '',
      inbound: (group.IpPermissions ?? []).flatMap(ruleWords),
      tags: tagsFrom(group.Tags),
    }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

/** One text for each who may come in by a rule. */
function ruleWords(rule: IpPermission): readonly string[] {
  const { IpProtocol = '-1', FromPort, ToPort } = rule;
  const protocol = IpProtocol === '-1' ? 'all' : IpProtocol;
  const ports =
    FromPort === undefined || FromPort === -1
      ? ''
      : FromPort === ToPort
        ? ` ${FromPort}`
        : ` ${FromPort}-${ToPort}`;
  const who = [
    ...(rule.IpRanges ?? []).map(({ CidrIp = '' }) => CidrIp),
    ...(rule.Ipv6Ranges ?? []).map(({ CidrIpv6 = '' }) => CidrIpv6),
    ...(rule.PrefixListIds ?? []).map(({ PrefixListId = '' }) => PrefixListId),
    ...(rule.UserIdGroupPairs ?? []).map(({ GroupId = '' }) => GroupId),
  ];
  return who.map((one) => `${protocol}${ports} from ${one}`);
}
