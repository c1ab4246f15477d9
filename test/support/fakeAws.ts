import { CallCounter } from '../../runner/src/adapters/aws/call.js';
import type { AwsClients } from '../../runner/src/adapters/aws/clients.js';
import { awsError } from '../../runner/src/adapters/aws/awsErrors.js';

export type Answer = (input: Record<string, unknown>) => unknown;

export interface FakeAws extends AwsClients {
  /** Actions and inputs in order. */
  readonly asked: { readonly action: string; readonly input: Record<string, unknown> }[];
}

/**
 * AWS as functions of what is asked, by IAM action; what a function throws is explained as the real one would be.
 *
 * @param answers e.g. `{ 'ssm:GetParameter': ({ Name }) => ({ Parameter: { Value: 'x' } }) }`
 */
export function fakeAws(answers: Readonly<Record<string, Answer>>, over: Partial<AwsClients> = {}): FakeAws {
  const asked: FakeAws['asked'] = [];
  const client = async () => ({}) as never;
  const call = async (_: unknown, command: { input: Record<string, unknown> }, what: { action: string }) => {
    asked.push({ action: what.action, input: command.input });
    const answer = answers[what.action];
    if (answer === undefined) throw new Error(`the test expects no ${what.action}`);
    try {
      return await answer(command.input);
    } catch (error) {
      throw awsError(error, what);
    }
  };
  return {
    region: 'eu-west-1',
    account: undefined,
    calls: new CallCounter(),
    call: call as unknown as AwsClients['call'],
    autoScaling: client,
    cloudFront: client,
    cloudWatch: client,
    ecs: client,
    ecr: client,
    ec2: client,
    elb: client,
    rds: client,
    eventBridge: client,
    iam: client,
    quotas: client,
    s3: client,
    scaling: client,
    ssm: client,
    secretsManager: client,
    sts: client,
    logs: client,
    asked,
    ...over,
  };
}

/** An error as an SDK throws it. */
export const sdkError = (name: string, message = name, httpStatusCode = 400): Error =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });
