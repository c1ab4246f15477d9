import type { ContextWith, NamedEnvironment } from './context.js';

/**
 * Makes sure, before anything is changed, that the credentials belong to the account the environment names. Where it
 * names none, nothing is asked and no SDK is loaded. A role names one; it is assumed here, before anything else.
 * @throws StackError AWS_ACCOUNT_MISMATCH where they belong to another account; AWS_ACCESS_DENIED where they may not
 *   assume the role
 */
export async function requireAccount(
  context: ContextWith<'aws'>,
  environment: NamedEnvironment,
): Promise<void> {
  const { account, role } = environment.config.aws;
  if (account === undefined && role === undefined) return;
  const { verifyAccount } = await import('../adapters/aws/callerIdentity.js');
  await verifyAccount(await context.aws(environment), environment.name);
}
