import { didYouMean } from '../base/nearest.js';

/** Where a reference may look: `release` is filled in when a release is deployed, the others before. */
export const sources = ['env', 'secret-env', 'ssm', 'secret', 'output', 'release'] as const;
export type Source = (typeof sources)[number];
export type LookedUp = Exclude<Source, 'release'>;

export interface Reference {
  readonly kind: LookedUp;
  readonly name: string;
}

/** A text cut into what stands as it is, and what is looked up. */
type Part = { readonly literal: string } | Reference;

/** `$${` is `${` itself; `${kind:name}` a reference. */
export const TOKEN = /\$\$\{|\$\{(env|secret-env|ssm|secret|output):([^{}]+)\}/g;

/** Cuts a text that passed `faultsIn`; `${release:…}` stays in it, `$${` where `keepEscapes` says so. */
export function partsOf(text: string, keepEscapes = false): readonly Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const { 0: token, 1: kind, 2: name, index } of text.matchAll(TOKEN)) {
    if (index > from) parts.push({ literal: text.slice(from, index) });
    if (kind === undefined) parts.push({ literal: keepEscapes ? token : '${' });
    else parts.push({ kind: kind as LookedUp, name: name as string });
    from = index + token.length;
  }
  if (from < text.length || parts.length === 0) parts.push({ literal: text.slice(from) });
  return parts;
}

/** A text without escapes, where nothing is looked up: `$${` is written for `${`. */
export const unescaped = (text: string): string => text.replaceAll('$${', '${');

/** The references inside a value, e.g. to see which secrets a stage will need. */
export function referencesIn(value: unknown): readonly Reference[] {
  if (typeof value === 'string') return partsOf(value).filter((part): part is Reference => 'kind' in part);
  if (value !== null && typeof value === 'object') return Object.values(value).flatMap(referencesIn);
  return [];
}

const FORMS: Readonly<Record<Source, { readonly form: RegExp; readonly example: string }>> = {
  env: { form: /^[A-Za-z_]\w*(?::-[^{}]*)?$/, example: '${env:NAME} or ${env:NAME:-value}' },
  'secret-env': { form: /^[A-Za-z_]\w*(?::-[^{}]*)?$/, example: '${secret-env:NAME}' },
  ssm: { form: /^[\w./:-]+$/, example: '${ssm:/path}' },
  secret: { form: /^[\w/+=.@:!-]+(?:#[^{}]+)?$/, example: '${secret:name} or ${secret:name#key}' },
  output: { form: /^[^\s{}]+$/, example: '${output:name} or ${output:ENVIRONMENT/name}' },
  release: { form: /^(?:version|commit|branch)$/, example: '${release:version}' },
};

/** What is wrong with one `${`, and the words it is found by. */
export interface ReferenceFault {
  readonly message: string;
  readonly find: string;
}

/**
 * Every `${` of a text that is no reference that can be looked up there.
 * @param allowed sources that the place takes; none where it is used as it stands
 * @param environments names that `${output:ENVIRONMENT/name}` may give
 */
export function faultsIn(
  text: string,
  allowed: readonly Source[],
  environments: readonly string[],
): readonly ReferenceFault[] {
  return [...text.matchAll(/\$\$\{|\$\{([^{}]*)(\}?)/g)].flatMap(([whole, inside, end]) => {
    if (inside === undefined) return [];
    const message = faultOf(whole, inside, end === '}', allowed, environments);
    return message === undefined ? [] : [{ message, find: whole }];
  });
}

function faultOf(
  whole: string,
  inside: string,
  isClosed: boolean,
  allowed: readonly Source[],
  environments: readonly string[],
): string | undefined {
  const literal = 'Write $${ for ${ itself.';
  if (allowed.length === 0) return `"${whole}": no reference is resolved here. ${literal}`;
  if (!isClosed) return `"${whole}" is not closed, or holds another "{". ${literal}`;
  const [, source = '', name] = /^([^:]*):?(.*)$/s.exec(inside) ?? [];
  const known = `References here: ${allowed.join(', ')}. ${literal}`;
  if (!inside.includes(':') || inside.startsWith(`${source}:-`)) {
    const isVariable = FORMS.env.form.test(inside);
    if (isVariable && allowed.includes('env'))
      return `"${whole}" names no source: \${env:${inside}} is the environment variable. ${literal}`;
    return `"${whole}" names no source. ${known}`;
  }
  const kind = sources.find((one) => one === source);
  if (kind === undefined)
    return `"${whole}": there is no source "${source}".${didYouMean(source.trim(), allowed) || ` ${known}`}`;
  if (!allowed.includes(kind)) return `"${whole}": ${kind} is not resolved here. ${known}`;
  if (kind === 'release' && !FORMS.release.form.test(name as string)) {
    const fields = ['version', 'commit', 'branch'];
    return `"${whole}": a release has no "${name}".${didYouMean(name as string, fields) || ` It has: ${fields.join(', ')}.`}`;
  }
  if (!FORMS[kind].form.test(name as string)) return `"${whole}" is not of the form ${FORMS[kind].example}`;
  const environment = kind === 'output' ? outputOf(name as string).environment : undefined;
  if (environment === undefined || environments.includes(environment)) return undefined;
  return `"${whole}": there is no environment "${environment}".${didYouMean(environment, environments) || ` Known: ${environments.join(', ')}.`}`;
}

/** `${output:ENVIRONMENT/path}`, or `${output:path}` for the environment's own. */
export function outputOf(name: string): { readonly environment: string | undefined; readonly path: string } {
  const [, environment, path = name] = /^([a-z][a-z0-9-]*)\/(.+)$/.exec(name) ?? [];
  return { environment, path };
}

/** A value inside of a text: maps and lists as JSON. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A text before and after the first mark. */
export function cut(text: string, mark: string): readonly [string, string | undefined] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + mark.length)];
}
