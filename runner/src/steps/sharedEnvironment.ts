import { resolve } from 'node:path';
import { asText, referencesIn } from '../config/referencesIn.js';
import type { Context, NamedEnvironment } from '../container.js';
import { StackError } from '../core/errors.js';
import { sharedVariables } from '../core/sharedEnvironment.js';
import { terraformEnvironment, tfVariables } from '../invocations/terraform.js';
import { openRoot } from './terraformRoot.js';

export interface SharedEnvironment {
  readonly variables: Readonly<Record<string, string>>;
  /** Names of those whose value holds a secret. */
  readonly secret: readonly string[];
  /** Those that cannot be told yet, and why. */
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * What Terraform, Ansible and the AWS tools share in an environment, references resolved.
 * @throws StackError CONFIG_REFERENCE, CONFIG_INVALID, AWS_* and what reading outputs throws, but for outputs of
 *   infrastructure that was never applied: those are `missing`
 */
export async function sharedEnvironment(
  context: Context,
  environment: NamedEnvironment,
): Promise<SharedEnvironment> {
  const { infrastructure, inventory } = environment.config;
  const config = await context.config();
  const missing: { name: string; reason: string }[] = [];
  const [aws, ssh, own, root, terraformVariables] = await Promise.all([
    context.resolve(environment.config.aws, environment),
    context.resolve({ user: inventory.user, key: inventory['private-key'] }, environment),
    ownVariables(context, environment, missing),
    infrastructure === undefined ? undefined : openRoot(context, environment),
    context.resolve(infrastructure?.variables ?? {}, environment),
  ]);
  const dataDirectory = root === undefined ? undefined : terraformEnvironment(root)['TF_DATA_DIR'];
  const variables = sharedVariables({
    application: config.application,
    environment: environment.name,
    aws,
    ...(root === undefined
      ? {}
      : {
          terraform: {
            workspace: root.workspace,
            ...(dataDirectory === undefined ? {} : { dataDirectory }),
            variables: tfVariables(terraformVariables),
          },
        }),
    ssh: {
      ...(ssh.user === undefined ? {} : { user: ssh.user }),
      ...(ssh.key === undefined ? {} : { privateKey: resolve(config.directory, ssh.key) }),
    },
    variables: own,
  });
  const secret = Object.keys(variables).filter((name) => {
    const value = variables[name] as string;
    return context.secrets.text(value) !== value;
  });
  return { variables, secret, missing };
}

async function ownVariables(
  context: Context,
  environment: NamedEnvironment,
  missing: { name: string; reason: string }[],
): Promise<Record<string, string>> {
  const entries = await Promise.all(
    Object.entries(environment.config.variables).map(async ([name, value]): Promise<[string, string][]> => {
      try {
        return [[name, asText(await context.resolve(value, environment))]];
      } catch (error) {
        const isUnmade = error instanceof StackError && error.code === 'OUTPUT_MISSING';
        if (!isUnmade || !referencesIn(value).some(({ kind }) => kind === 'output')) throw error;
        missing.push({ name, reason: error.message });
        return [];
      }
    }),
  );
  return Object.fromEntries(entries.flat(1));
}
