import type { Context, NamedEnvironment } from '../container.js';

/**
 * Makes sure, before anything is changed, that the credentials belong to the account the environment names. Where it
 * names none, nothing is asked and no SDK is loaded.
 * @throws StackError AWS_ACCESS_DENIED where they belong to another account
 */
export async function requireAccount(context: Context, environment: NamedEnvironment): Promise<void> {
  if (environment.config.aws.account === undefined) return;
  const { verifyAccount } = await import('../adapters/aws/identity.js');
  await verifyAccount(await context.aws(environment), environment.name);
}
