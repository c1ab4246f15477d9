import { asText } from '../config/referencesIn.js';
import { awsVariables } from '../context/awsOfChildren.js';
import type { ContextWith, NamedEnvironment } from '../context/context.js';

/**
 * What commands of the configuration find in their environment beside the runner's own: the AWS of the environment (its
 * region, profile or role), and its `variables`. Values may be secrets.
 * @throws StackError CONFIG_REFERENCE, CONFIG_INVALID, AWS_*
 */
export async function commandVariables(
  context: ContextWith<'config' | 'env' | 'resolve'>,
  environment: NamedEnvironment,
): Promise<Readonly<Record<string, string>>> {
  const [aws, own] = await Promise.all([
    awsVariables(context, environment),
    context.resolve(environment.config.variables, environment, 'free'),
  ]);
  return {
    ...aws,
    ...Object.fromEntries(Object.entries(own).map(([name, value]) => [name, asText(value)])),
  };
}
