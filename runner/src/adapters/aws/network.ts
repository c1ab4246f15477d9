import type { AwsClients } from './clients.js';
import { everyPage } from './pages.js';
import { sdk } from './sdk.js';

/** A subnet, as far as the way of its tasks to a registry needs. */
export interface Subnet {
  readonly id: string;
  readonly vpc: string;
  readonly freeAddresses: number | undefined;
}

/** Where a subnet's packets to addresses outside of its network go. */
export interface RouteTable {
  /** Subnets that use it; the main table also has those that name none. */
  readonly subnets: readonly string[];
  readonly isMain: boolean;
  /** Id of the gateway of the default route: `igw-…`, `nat-…`, `tgw-…`; undefined without one. */
  readonly way: string | undefined;
  /** Ids of gateway endpoints (S3, DynamoDB). */
  readonly endpoints: readonly string[];
}

/** An endpoint of an AWS service in a network. */
export interface VpcEndpoint {
  readonly id: string;
  /** Without region: `ecr.api`, `ecr.dkr`, `s3`, `logs`. */
  readonly service: string;
  /** Only subnets whose route table leads to it use it; an interface serves the whole network. */
  readonly isGateway: boolean;
}

/** The networks of some subnets. Three calls, where each has one page. */
export interface Network {
  /** Those that there are. */
  readonly subnets: readonly Subnet[];
  readonly routeTables: readonly RouteTable[];
  readonly endpoints: readonly VpcEndpoint[];
}

/**
 * Describes subnets, and how what runs in them gets out.
 * @param ids of subnets of one network
 * @throws StackError AWS_*
 */
export async function describeNetwork(
  aws: AwsClients,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Network> {
  const client = await aws.ec2();
  const { DescribeSubnetsCommand, DescribeRouteTablesCommand, DescribeVpcEndpointsCommand } = await sdk.ec2();
  const what = (action: string, resource: string) => ({ action: `ec2:${action}`, resource, signal });
  const all = await everyPage(async (NextToken) => {
    const input = { Filters: [{ Name: 'subnet-id', Values: [...ids] }], ...(NextToken && { NextToken }) };
    const answer = await aws.call(
      client,
      new DescribeSubnetsCommand(input),
      what('DescribeSubnets', ids.join()),
    );
    return { items: answer.Subnets, next: answer.NextToken };
  });
  const subnets = all
    .filter(({ SubnetId }) => ids.includes(SubnetId ?? ''))
    .map((one) => ({
      id: one.SubnetId ?? '',
      vpc: one.VpcId ?? '',
      freeAddresses: one.AvailableIpAddressCount,
    }));
  const [first] = subnets;
  if (first === undefined) return { subnets, routeTables: [], endpoints: [] };
  const inNetwork = (NextToken: string | undefined) => ({
    Filters: [{ Name: 'vpc-id', Values: [first.vpc] }],
    ...(NextToken && { NextToken }),
  });
  const [tables, found] = await Promise.all([
    everyPage(async (NextToken) => {
      const command = new DescribeRouteTablesCommand(inNetwork(NextToken));
      const answer = await aws.call(client, command, what('DescribeRouteTables', first.vpc));
      return { items: answer.RouteTables, next: answer.NextToken };
    }),
    everyPage(async (NextToken) => {
      const command = new DescribeVpcEndpointsCommand(inNetwork(NextToken));
      const answer = await aws.call(client, command, what('DescribeVpcEndpoints', first.vpc));
      return { items: answer.VpcEndpoints, next: answer.NextToken };
    }),
  ]);
  return {
    subnets,
    routeTables: tables
      .filter(({ VpcId }) => VpcId === first.vpc)
      .map(({ Associations = [], Routes = [] }) => {
        const way = Routes.find(
          (one) => one.DestinationCidrBlock === '0.0.0.0/0' || one.DestinationIpv6CidrBlock === '::/0',
        );
        const hop = way?.NatGatewayId ?? way?.GatewayId ?? way?.TransitGatewayId ?? way?.NetworkInterfaceId;
        return {
          subnets: Associations.flatMap(({ SubnetId }) => SubnetId ?? []),
          isMain: Associations.some(({ Main }) => Main === true),
          way: way?.State === 'blackhole' ? undefined : hop,
          endpoints: Routes.flatMap(({ GatewayId }) => (GatewayId?.startsWith('vpce-') ? [GatewayId] : [])),
        };
      }),
    endpoints: found
      .filter(({ VpcId, State }) => VpcId === first.vpc && `${State}`.toLowerCase() === 'available')
      .map(({ VpcEndpointId, VpcEndpointType, ServiceName = '' }) => ({
        isGateway: VpcEndpointType === 'Gateway',
        id: VpcEndpointId ?? '',
        service: ServiceName.replace(/^.*?\.[a-z]{2}(?:-[a-z]+)+-\d\./, ''),
      })),
  };
}
