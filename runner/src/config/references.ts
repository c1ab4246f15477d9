import { StackError } from '../core/errors.js';
import type { Context, NamedEnvironment } from '../container.js';
import { registerVariable } from './knownSecrets.js';
import { asText, LONE_REFERENCE, REFERENCE, referencesIn } from './referencesIn.js';

/**
 * Replaces references deep in a value, each looked up once per call. A text that is one reference and no more becomes
 * the map or list that it stands for; within other text that is written as JSON. What comes from ssm and secret is a secret;
 * so is what comes from secret-env, and what comes from env where its name says so (TOKEN, SECRET, PASSWORD, KEY …) or its
 * form does, since a base image or a region masked everywhere would make the output unreadable.
 * @throws StackError CONFIG_REFERENCE where one cannot be resolved, naming where to set it
 */
export async function resolveReferences<T>(
  value: T,
  scope: { readonly context: Context; readonly environment: NamedEnvironment },
): Promise<T> {
  const found = referencesIn(value);
  if (found.length === 0) return value;
  const values = new Map<string, unknown>();
  await Promise.all(
    [...new Set(found.map(({ kind, name }) => `${kind}:${name}`))].map(async (key) => {
      const separator = key.indexOf(':');
      values.set(key, await lookUp(key.slice(0, separator), key.slice(separator + 1), scope));
    }),
  );
  return replace(value, values) as T;
}

function replace(value: unknown, values: ReadonlyMap<string, unknown>): unknown {
  if (typeof value === 'string') {
    const [, kind, name] = LONE_REFERENCE.exec(value) ?? [];
    const whole = kind === undefined ? undefined : values.get(`${kind}:${name}`);
    if (whole !== null && typeof whole === 'object') return whole;
    return value.replace(REFERENCE, (_, kind: string, name: string) => asText(values.get(`${kind}:${name}`)));
  }
  if (Array.isArray(value)) return value.map((item) => replace(item, values));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replace(item, values)]));
  }
  return value;
}

async function lookUp(
  kind: string,
  name: string,
  { context, environment }: { context: Context; environment: NamedEnvironment },
): Promise<unknown> {
  if (kind === 'env' || kind === 'secret-env') {
    // `${env:NAME:-default}`, as the shell writes it.
    const [variable, fallback] = name.split(':-', 2) as [string, string | undefined];
    const value = context.env[variable] || fallback;
    if (value === undefined) {
      throw new StackError('CONFIG_REFERENCE', `the environment variable ${variable} is not set`, {
        where: `\${${kind}:${name}}`,
        next: `Set it: export ${variable}=…, or bind the credential in Jenkins.`,
      });
    }
    if (kind === 'secret-env') context.secrets.register(value);
    else registerVariable(variable, value, context.secrets);
    return value;
  }
  if (kind === 'output') {
    const { outputValue } = await import('../steps/outputs.js');
    // `ENVIRONMENT/NAME` is an output of another environment.
    const [first, path] = name.split('/', 2) as [string, string | undefined];
    return path === undefined
      ? outputValue(context, environment, name)
      : outputValue(context, await context.environment(first), path);
  }
  const { readParameter, readSecret } = await import('../adapters/aws/secrets.js');
  const aws = await context.aws(environment);
  const value = kind === 'ssm' ? await readParameter(aws, name) : await readSecret(aws, name);
  context.secrets.register(value);
  return value;
}
