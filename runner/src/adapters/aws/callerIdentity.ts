import { StackError } from '../../base/errors.js';
import type { AwsClients } from './clients.js';
import { sdk } from './sdk.js';

export interface AwsIdentity {
  /** 12-digit account id. */
  readonly account: string;
  /** ARN of the calling user or role. */
  readonly arn: string;
}

/** ARN of the principal that assumes the role of the clients. */
export async function callerOf(aws: AwsClients): Promise<string> {
  if (aws.assumed === undefined) return (await readIdentity(aws)).arn;
  const { GetCallerIdentityCommand } = await sdk.sts();
  const command = new GetCallerIdentityCommand({});
  const answer = await aws.call(await aws.assumed.base(), command, { action: 'sts:GetCallerIdentity' });
  return answer.Arn ?? '';
}

/** Our identity, as AWS reports it. */
export async function readIdentity(aws: AwsClients): Promise<AwsIdentity> {
  const client = await aws.sts();
  const { GetCallerIdentityCommand } = await sdk.sts();
  const answer = await aws.call(client, new GetCallerIdentityCommand({}), {
    action: 'sts:GetCallerIdentity',
  });
  return { account: answer.Account ?? '', arn: answer.Arn ?? '' };
}

/**
 * Checks before any change that the credentials belong to the configured account: keys of
 * the wrong account are the most expensive mistake. Without a configured account nothing is checked.
 *
 * @param environment its name, for the message
 * @throws StackError AWS_ACCOUNT_MISMATCH if they belong to another account
 */
export async function verifyAccount(aws: AwsClients, environment: string): Promise<AwsIdentity | undefined> {
  if (aws.account === undefined) return undefined;
  const identity = await readIdentity(aws);
  if (identity.account === aws.account) return identity;
  throw new StackError(
    'AWS_ACCOUNT_MISMATCH',
    `these credentials belong to another AWS account (${identity.account})`,
    {
      where: `environment ${environment} is account ${aws.account}`,
      evidence: [`credentials of ${identity.arn}`],
      next: `Use credentials of account ${aws.account}, or correct environments.${environment}.aws.account.`,
    },
  );
}
