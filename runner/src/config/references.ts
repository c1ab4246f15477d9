import { StackError } from '../base/errors.js';
import { Template, templateWith } from '../base/template.js';
import type { Context, NamedEnvironment } from '../container.js';
import { registerVariable } from './knownSecrets.js';
import {
  asText,
  cut,
  outputOf,
  partsOf,
  referencesIn,
  TOKEN,
  unescaped,
  type Reference,
} from './referencesIn.js';

/**
 * What a value is for. `text`: a reference to a map or list has no place in it. `free`: a text that is one reference and
 * no more becomes what that stands for, whatever it is. `release`: text that is filled in once more, when a release is
 * deployed; every `${` that is none of `${release:…}` stays escaped in it.
 */
export type Form = 'text' | 'free' | 'release';

/** Maps whose values are of another form than what is around them. */
const FORM_OF: Readonly<Record<string, Form>> = { vars: 'free', variables: 'free', environment: 'release' };

interface Scope {
  readonly context: Context;
  readonly environment: NamedEnvironment;
}

/**
 * Replaces references deep in a value, each looked up once per call; `$${` becomes `${`. Within other text a map or
 * list is written as JSON. What comes from ssm and secret is a secret; so is what comes from secret-env, and what
 * comes from env where its name says so (TOKEN, SECRET, PASSWORD, KEY …) or its form does, since a base image or a region
 * masked everywhere would make the output unreadable.
 * @param form of the value itself; `vars` and `environment` inside of it have their own
 * @throws StackError CONFIG_REFERENCE where one cannot be resolved, naming where to set it
 */
export async function resolveReferences<T>(value: T, scope: Scope, form: Form = 'text'): Promise<T> {
  return replace(value, form, await lookUpAll(value, scope), scope) as T;
}

/**
 * The same for variables that a playbook gets. What the configuration itself says may be a template, as in any file of
 * variables; what a reference stands for is data, also inside of a template.
 * @throws StackError CONFIG_REFERENCE; CONFIG_INVALID for a reference in the middle of a template's expression
 */
export async function resolveTemplates(value: unknown, scope: Scope): Promise<unknown> {
  return withTemplates(value, await lookUpAll(value, scope));
}

async function lookUpAll(value: unknown, scope: Scope): Promise<ReadonlyMap<string, unknown>> {
  const values = new Map<string, unknown>();
  const unique = new Map(referencesIn(value).map((one) => [`${one.kind}:${one.name}`, one]));
  await Promise.all(
    [...unique].map(async ([key, reference]) => {
      values.set(key, await lookUp(reference, scope));
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
  if (referencesIn(value).length === 0) return new Template(unescaped(value));
  const parts = partsOf(value);
  const [lone] = parts;
  if (parts.length === 1 && lone !== undefined && 'kind' in lone)
    return values.get(`${lone.kind}:${lone.name}`);
  try {
    return templateWith(value, TOKEN, (token) => (token === '$${' ? '${' : values.get(token.slice(2, -1))));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new StackError('CONFIG_INVALID', `${error.message} is in the middle of a template's expression`, {
      where: value,
      next: `Write it as a separate quoted text inside the braces: {{ '${error.message}' | upper }}, or put it into a separate variable and use that.`,
    });
  }
}

function replace(value: unknown, form: Form, values: ReadonlyMap<string, unknown>, scope: Scope): unknown {
  if (typeof value === 'string') return replaceText(value, form, values, scope);
  if (Array.isArray(value)) return value.map((item) => replace(item, form, values, scope));
  if (value !== null && typeof value === 'object') {
    // A tag or a channel may have such a name too: it is no map.
    const formOf = (key: string, item: unknown) =>
      form === 'text' && item !== null && typeof item === 'object' ? (FORM_OF[key] ?? form) : form;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, replace(item, formOf(key, item), values, scope)]),
    );
  }
  return value;
}

function replaceText(
  text: string,
  form: Form,
  values: ReadonlyMap<string, unknown>,
  { context }: Scope,
): unknown {
  const parts = partsOf(text, form === 'release');
  const valueOf = (part: Reference) => values.get(`${part.kind}:${part.name}`);
  const [lone] = parts;
  if (parts.length === 1 && lone !== undefined && 'kind' in lone) {
    const value = valueOf(lone);
    if (form === 'free') return value;
    if (form === 'text' && (value === null || typeof value === 'object')) throw noText(lone, value);
  }
  return parts
    .map((part) => {
      if ('literal' in part) return part.literal;
      const found = asText(valueOf(part));
      if (form !== 'release' || !found.includes('${')) return found;
      const escaped = found.replaceAll('${', () => '$${');
      if (context.secrets.text(found) !== found) context.secrets.register(escaped);
      return escaped;
    })
    .join('');
}

function noText({ kind, name }: Reference, value: unknown): StackError {
  const what = value === null ? 'null' : Array.isArray(value) ? 'a list' : 'a map';
  return new StackError('CONFIG_REFERENCE', `\${${kind}:${name}} is ${what}, but a text is needed`, {
    where: `\${${kind}:${name}}`,
    next: 'Name a part of it: ${output:hosts.web-1.address}, ${output:subnets.0}.',
  });
}

async function lookUp({ kind, name }: Reference, { context, environment }: Scope): Promise<unknown> {
  if (kind === 'env' || kind === 'secret-env') {
    // `${env:NAME:-default}`, as the shell writes it.
    const [variable, fallback] = cut(name, ':-');
    const value = context.env[variable] || fallback;
    if (value === undefined) {
      const { bindingAdvice } = await import('../pipeline/jenkins.js');
      throw new StackError('CONFIG_REFERENCE', `the environment variable ${variable} is not set`, {
        where: `\${${kind}:${name}}`,
        next: `Set it: export ${variable}=… ${bindingAdvice(await context.config(), variable)}`,
      });
    }
    if (kind === 'secret-env') context.secrets.register(value);
    else registerVariable(variable, value, context.secrets);
    return value;
  }
  if (kind === 'output') {
    const { outputValue } = await import('../infrastructure/outputs.js');
    const { environment: other, path } = outputOf(name);
    return outputValue(context, other === undefined ? environment : await context.environment(other), path);
  }
  const { readParameter, readSecret } = await import('../adapters/aws/secrets.js');
  const aws = await context.aws(environment);
  const value = kind === 'ssm' ? await readParameter(aws, name) : await readSecret(aws, name);
  context.secrets.register(value);
  return value;
}
