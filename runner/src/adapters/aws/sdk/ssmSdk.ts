/** What the runner uses of the SSM SDK; named exports, so that the bundle leaves the rest out. */
export { SSMClient, DescribeParametersCommand, GetParameterCommand } from '@aws-sdk/client-ssm';
