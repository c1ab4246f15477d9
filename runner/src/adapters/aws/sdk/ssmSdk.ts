/** What the runner uses of the SSM SDK; named exports, so that the bundle leaves the rest out. */
export {
  SSMClient,
  CancelCommandCommand,
  DescribeInstanceInformationCommand,
  DescribeParametersCommand,
  GetCommandInvocationCommand,
  GetParameterCommand,
  ListCommandInvocationsCommand,
  SendCommandCommand,
} from '@aws-sdk/client-ssm';
