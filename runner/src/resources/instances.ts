import { awsReason } from '../adapters/aws/awsErrors.js';
import type { AwsClients } from '../adapters/aws/clients.js';
import { listInstances } from '../adapters/aws/instances.js';
import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import { APPLICATION_TAG_FORMS } from '../domain/deploymentTags.js';
import type { NamedInstance } from '../domain/instance.js';
import { StackError } from '../base/errors.js';
import { chosen, hasTags, ownOf } from './rules/choose.js';
import { deploymentOf } from '../infrastructure/ownership.js';
import { accountAws } from './accountAws.js';

export interface InstanceFilter {
  /** Names or ids; all of the deployment where empty. */
  readonly words: readonly string[];
  /** `NAME=VALUE` or `NAME`. */
  readonly tags: readonly string[];
  /** All but terminated ones where empty. */
  readonly states: readonly string[];
}

/**
 * Instances of an environment, by its tags.
 * @throws StackError AWS_*
 */
export async function instancesOf(
  context: ContextWith<'aws' | 'config' | 'signal'>,
  environment: NamedEnvironment,
  { tags, states }: Pick<InstanceFilter, 'states' | 'tags'>,
): Promise<readonly NamedInstance[]> {
  const self = await deploymentOf(context, environment);
  const all = await listInstances(
    await accountAws(context, environment),
    { tagNames: APPLICATION_TAG_FORMS },
    context.signal,
  );
  return ownOf(all, self).filter(
    (one) =>
      hasTags(one.tags, tags) &&
      (states.length === 0 ? one.state !== 'terminated' : states.includes(one.state)),
  );
}

/**
 * The instances that something is to be done with.
 * @throws StackError USAGE where nothing says which; RESOURCE_UNKNOWN, RESOURCE_FOREIGN; AWS_*
 */
export async function instancesMeant(
  context: Context,
  environment: NamedEnvironment,
  filter: InstanceFilter & { readonly isAll: boolean },
): Promise<readonly NamedInstance[]> {
  const { words, tags, states, isAll } = filter;
  if (words.length > 0) {
    if (isAll || tags.length > 0)
      throw new StackError('USAGE', 'instances are named, or chosen by --tag or --all: not both', {
        next: 'Remove one of them.',
      });
    const self = await deploymentOf(context, environment);
    const aws = await accountAws(context, environment);
    return chosen(await candidates(aws, words, context.signal), {
      words,
      self,
      what: 'instance',
      listed: `instances list --env ${environment.name}`,
    });
  }
  if (!isAll && tags.length === 0) {
    throw new StackError('USAGE', 'which instances are meant is missing', {
      next: `Name them, or choose them by --tag NAME=VALUE or --all: node runner instances list --env ${environment.name}`,
    });
  }
  return instancesOf(context, environment, { tags, states });
}

/** The one instance that is meant. @throws StackError RESOURCE_UNKNOWN, RESOURCE_FOREIGN, USAGE */
export async function instanceNamed(
  context: Context,
  environment: NamedEnvironment,
  word: string,
): Promise<NamedInstance> {
  const asked = { words: [word], tags: [], states: [], isAll: false };
  const [found] = await instancesMeant(context, environment, asked);
  return found as NamedInstance;
}

/** What a typed word may mean: all that carries such tags, and what is named by its id, whatever it carries. */
async function candidates(
  aws: AwsClients,
  words: readonly string[],
  signal: AbortSignal,
): Promise<readonly NamedInstance[]> {
  const tagged = await listInstances(aws, { tagNames: APPLICATION_TAG_FORMS }, signal);
  // A name stays with an instance that has gone for an hour: who uses it again means the new one.
  const living = tagged.filter(({ state, id }) => state !== 'terminated' || words.includes(id));
  const missing = words.filter((word) => /^i-[0-9a-f]+$/.test(word) && !living.some(({ id }) => id === word));
  const named = await Promise.all(missing.map((id) => byId(aws, id, signal)));
  return [...living, ...named.flat()];
}

async function byId(aws: AwsClients, id: string, signal: AbortSignal): Promise<readonly NamedInstance[]> {
  try {
    return await listInstances(aws, { ids: [id] }, signal);
  } catch (error) {
    if (awsReason(error)?.startsWith('InvalidInstanceID') === true) return [];
    throw error;
  }
}

/** `api-1 (i-0a1b)`; the id alone where it has no name. */
export const calledInstance = ({ id, name }: Pick<NamedInstance, 'id' | 'name'>): string =>
  id === name ? id : `${name} (${id})`;
