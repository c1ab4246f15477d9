import { StackError } from '../base/errors.js';
import { listInstances } from '../adapters/aws/instances.js';
import type { Context, NamedEnvironment } from '../context/context.js';
import { APPLICATION_TAG_FORMS, RUN_TAG } from '../domain/deploymentTags.js';
import type { NamedInstance } from '../domain/instance.js';
import { deploymentOf } from '../infrastructure/ownership.js';
import { UNREADABLE_ENTRY } from '../state/journal.js';
import { ownOf } from './rules/choose.js';
import { idsIn, orphansOf } from './rules/orphans.js';

/** How many deployments of an environment may still name an instance that is kept. */
const DEPLOYMENTS = 20;

/**
 * Instances that a run of a deploy made and that no deployment of the environment names any more: what a run that was
 * killed left. While a run holds the lock, those are left out that it made.
 * @throws StackError STATE_*, AWS_*
 */
export async function orphanedInstances(
  context: Context,
  environment: NamedEnvironment,
): Promise<readonly NamedInstance[]> {
  const { name } = environment;
  const [self, state, aws] = await Promise.all([
    deploymentOf(context, environment),
    context.state(),
    context.aws(environment),
  ]);
  // First what there is: what is made after that look belongs to a run that goes on.
  const all = await listInstances(aws, { tagNames: [RUN_TAG, ...APPLICATION_TAG_FORMS] }, context.signal);
  const made = ownOf(all, self).filter(({ tags }) => Object.hasOwn(tags, RUN_TAG));
  if (made.length === 0) return [];
  const [holder, deployments, unfinished] = await Promise.all([
    state.locks.holder(name),
    state.ledger.deployments(name, { limit: DEPLOYMENTS }),
    state.journal.unfinished(name),
  ]);
  const entries = [...(unfinished?.entries ?? []), ...(unfinished?.earlier ?? [])];
  const unreadable = [
    ...state.ledger.broken.map(({ key, why }) => `${key} ${why}`),
    ...entries
      .filter(({ action }) => action === UNREADABLE_ENTRY)
      .map(({ action }) => `the journal has ${action}`),
  ];
  if (unreadable.length > 0) {
    throw new StackError('STATE_UNREADABLE', `${unreadable[0] as string}: it may name what looks orphaned`, {
      where: state.store.location,
      evidence: unreadable,
      next: 'Restore it from a backup; until then nobody can tell which instances are left.',
    });
  }
  return orphansOf(made, { named: idsIn([deployments, unfinished]), isLocked: holder !== undefined });
}
