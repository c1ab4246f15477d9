/** What the runner uses of the EC2 SDK; named exports, so that the bundle leaves the rest (most of it) out. */
export {
  EC2Client,
  DescribeInstancesCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  GetConsoleOutputCommand,
} from '@aws-sdk/client-ec2';
