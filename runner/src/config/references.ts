import { StackError } from '../core/errors.js';
import { Template, templateWith } from '../core/template.js';
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
  const values = await lookUpAll(value, scope);
  return values.size === 0 ? value : (replace(value, values) as T);
}

/**
 * The same for variables that a playbook gets. What the configuration itself says may be a template, as in any file of
 * variables; what a reference stands for is data, also inside of a template.
 * @throws StackError CONFIG_REFERENCE; CONFIG_INVALID for a reference in the middle of a template's expression
 */
export async function resolveTemplates(
  value: unknown,
  scope: { readonly context: Context; readonly environment: NamedEnvironment },
): Promise<unknown> {
  return withTemplates(value, await lookUpAll(value, scope));
}

async function lookUpAll(
  value: unknown,
  scope: { readonly context: Context; readonly environment: NamedEnvironment },
): Promise<ReadonlyMap<string, unknown>> {
  const values = new Map<string, unknown>();
  await Promise.all(
    [...new Set(referencesIn(value).map(({ kind, name }) => `${kind}:${name}`))].map(async (key) => {
      const separator = key.indexOf(':');
      values.set(key, await lookUp(key.slice(0, separator), key.slice(separator + 1), scope));
    }),
  );
  return values;
}

function withTemplates(value: unknown, values: ReadonlyMap<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((item) => withTemplates(item, values));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withTemplates(item, values)]));
  }
  if (typeof value !== 'string') return value;
  if (referencesIn(value).length === 0) return new Template(value);
  if (LONE_REFERENCE.test(value)) return replace(value, values);
  try {
    return templateWith(value, REFERENCE, (reference) => values.get(reference.slice(2, -1)));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new StackError(
      'CONFIG_INVALID',
      `${error.message} stands in the middle of a template's expression`,
      {
        where: value,
        next: `Write it as a quoted text of its own inside the braces: {{ '${error.message}' | upper }}, or give it a variable of its own and name that.`,
      },
    );
  }
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
