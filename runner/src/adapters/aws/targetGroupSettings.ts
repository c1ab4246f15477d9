import type { TargetGroup as Description } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AwsClients } from './clients.js';
import { sdk } from './sdk.js';

export type { Description as TargetGroupDescription };

/** A target group as AWS describes it, with its attributes by name. Two calls. */
export async function describeTargetGroup(
  aws: Pick<AwsClients, 'call' | 'elb'>,
  arn: string,
): Promise<{ readonly group: Description; readonly attributes: ReadonlyMap<string, string> }> {
  const { DescribeTargetGroupAttributesCommand, DescribeTargetGroupsCommand } = await sdk.elb();
  const client = await aws.elb();
  const what = (action: string) => ({ action: `elasticloadbalancing:${action}`, resource: arn });
  const [described, { Attributes = [] }] = await Promise.all([
    aws.call(
      client,
      new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] }),
      what('DescribeTargetGroups'),
    ),
    aws.call(
      client,
      new DescribeTargetGroupAttributesCommand({ TargetGroupArn: arn }),
      what('DescribeTargetGroupAttributes'),
    ),
  ]);
  const group = described.TargetGroups?.find((one) => one.TargetGroupArn === arn) ?? {};
  return { group, attributes: new Map(Attributes.map(({ Key = '', Value = '' }) => [Key, Value])) };
}
