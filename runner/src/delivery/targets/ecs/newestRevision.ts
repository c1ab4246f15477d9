import type { EcsApi } from '../../../adapters/aws/ecs.js';
import { StackError } from '../../../base/errors.js';
import { shortName } from '../../../domain/ecsService.js';
import type { Revision } from './mergeDefinition.js';

/**
 * The newest revision of a family.
 * @param arn of one of its revisions
 * @returns undefined where none is active any more
 */
export async function newestRevision(
  api: Pick<EcsApi, 'describeTaskDefinition'>,
  arn: string,
  signal?: AbortSignal,
): Promise<Revision | undefined> {
  const [family = ''] = shortName(arn).split(':');
  return family === '' ? undefined : orRefused(api.describeTaskDefinition(family, signal), undefined);
}

/** AWS refuses to describe what is not there (any more). */
export async function orRefused<T, Other>(asked: Promise<T>, otherwise: Other): Promise<T | Other> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof StackError && error.code === 'AWS_REFUSED') return otherwise;
    throw error;
  }
}
