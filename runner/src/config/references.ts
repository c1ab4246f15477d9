import { StackError } from '../base/errors.js';
import { Template, templateWith } from '../base/template.js';
import type { SecretRegistry } from '../secrets/redact.js';
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
 * deployed; every `${` that is none of `${release:…}` stays escaped in it. `template`: variables that a playbook gets.
 * What the configuration itself says may be a template, as in any file of variables; what a reference stands for is
 * data, also inside of a template.
 */
export type Form = 'text' | 'free' | 'release' | 'template';

/** Maps whose values are of another form than what is around them. */
const FORM_OF: Readonly<Record<string, Form>> = { vars: 'free', variables: 'free', environment: 'release' };

/** Where references find what they stand for. Handed in: each kind is the matter of another wing. */
export interface LookUps {
  /** The variables of the process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly secrets: SecretRegistry;
  /** What to type where a variable is not set, after `Set it: export NAME=…`. */
  advice(variable: string): Promise<string>;
  /**
   * A Terraform output.
   * @param path an output, or a path into one: `cluster`, `hosts.web-1.address`
   * @param environment whose; the one that is resolved for where left out
   */
  output(path: string, environment?: string): Promise<unknown>;
  /** A parameter of SSM. */
  parameter(name: string): Promise<string>;
  /** A secret of Secrets Manager. */
  secret(name: string): Promise<string>;
}

/**
 * Replaces references deep in a value, each looked up once per call; `$${` becomes `${`. Within other text a map or
 * list is written as JSON. What comes from ssm and secret is a secret; so is what comes from secret-env, and what
 * comes from env where its name says so (TOKEN, SECRET, PASSWORD, KEY …) or its form does, since a base image or a region
 * masked everywhere would make the output unreadable.
 * @param form of the value itself; `vars` and `environment` inside of it have their own
 * @throws StackError CONFIG_REFERENCE where one cannot be resolved, naming where to set it; CONFIG_INVALID for one in the
 *   middle of a template's expression
 */
export async function resolveReferences<T>(value: T, lookUps: LookUps, form: Form = 'text'): Promise<T> {
  const values = await lookUpAll(value, lookUps);
  return (form === 'template' ? withTemplates(value, values) : replace(value, form, values, lookUps)) as T;
}

async function lookUpAll(value: unknown, lookUps: LookUps): Promise<ReadonlyMap<string, unknown>> {
  const values = new Map<string, unknown>();
  const unique = new Map(referencesIn(value).map((one) => [`${one.kind}:${one.name}`, one]));
  await Promise.all(
    [...unique].map(async ([key, reference]) => {
      values.set(key, await lookUp(reference, lookUps));
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

function replace(
  value: unknown,
  form: Form,
  values: ReadonlyMap<string, unknown>,
  lookUps: LookUps,
): unknown {
  if (typeof value === 'string') return replaceText(value, form, values, lookUps);
  if (Array.isArray(value)) return value.map((item) => replace(item, form, values, lookUps));
  if (value !== null && typeof value === 'object') {
    // A tag or a channel may have such a name too: it is no map.
    const formOf = (key: string, item: unknown) =>
      form === 'text' && item !== null && typeof item === 'object' ? (FORM_OF[key] ?? form) : form;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, replace(item, formOf(key, item), values, lookUps)]),
    );
  }
  return value;
}

function replaceText(
  text: string,
  form: Form,
  values: ReadonlyMap<string, unknown>,
  { secrets }: LookUps,
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
      if (secrets.text(found) !== found) secrets.register(escaped);
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

async function lookUp({ kind, name }: Reference, lookUps: LookUps): Promise<unknown> {
  const { env, secrets } = lookUps;
  if (kind === 'env' || kind === 'secret-env') {
    // `${env:NAME:-default}`, as the shell writes it.
    const [variable, fallback] = cut(name, ':-');
    const value = env[variable] || fallback;
    if (value === undefined) {
      throw new StackError('CONFIG_REFERENCE', `the environment variable ${variable} is not set`, {
        where: `\${${kind}:${name}}`,
        next: `Set it: export ${variable}=… ${await lookUps.advice(variable)}`,
      });
    }
    if (kind === 'secret-env') secrets.register(value);
    else registerVariable(variable, value, secrets);
    return value;
  }
  if (kind === 'output') {
    const { environment, path } = outputOf(name);
    return lookUps.output(path, environment);
  }
  const value = kind === 'ssm' ? await lookUps.parameter(name) : await lookUps.secret(name);
  secrets.register(value);
  return value;
}
