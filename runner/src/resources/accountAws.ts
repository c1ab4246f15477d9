import type { AwsClients } from '../adapters/aws/clients.js';
import { requireAccount } from '../context/account.js';
import type { ContextWith, NamedEnvironment } from '../context/context.js';

const checked = new WeakMap<AwsClients, Promise<void>>();

/**
 * The AWS of an environment, of the account that it names: in another one there is nothing, or what somebody else has.
 * Asked once a command.
 * @throws StackError AWS_ACCOUNT_MISMATCH, AWS_ACCESS_DENIED
 */
export async function accountAws(
  context: ContextWith<'aws'>,
  environment: NamedEnvironment,
): Promise<AwsClients> {
  const aws = await context.aws(environment);
  const check = checked.get(aws) ?? requireAccount(context, environment);
  checked.set(aws, check);
  await check;
  return aws;
}
