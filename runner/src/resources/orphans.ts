import { StackError } from '../base/errors.js';
import { listInstances } from '../adapters/aws/instances.js';
import type { Context, NamedEnvironment } from '../context/context.js';
import { knownOf } from '../delivery/known.js';
import { readLastRun } from '../delivery/unfinished.js';
import { APPLICATION_TAG_FORMS, RUN_TAG } from '../domain/deploymentTags.js';
import { labelOf } from '../domain/deliveryTags.js';
import type { NamedInstance } from '../domain/instance.js';
import { orphansAmong } from '../domain/orphans.js';
import { deploymentOf } from '../infrastructure/ownership.js';
import { accountAws } from './accountAws.js';
import { ownOf } from './rules/choose.js';

/** An instance that nobody needs, and why that is so. */
export interface OrphanedInstance extends NamedInstance {
  readonly why: string;
}

/**
 * Instances that a deploy launched and that no record has any more: what a run that was killed left, or what was kept for
 * longer than it was to be. While a run holds the lock, or a deployment was cut off, there are none: they may be needed.
 * @throws StackError STATE_UNREADABLE where a record that may name them cannot be read; AWS_*
 */
export async function orphanedInstances(
  context: Context,
  environment: NamedEnvironment,
): Promise<readonly OrphanedInstance[]> {
  const { name } = environment;
  const [self, state, aws] = await Promise.all([
    deploymentOf(context, environment),
    context.state(),
    accountAws(context, environment),
  ]);
  // First what there is: what is made after that look belongs to a run that goes on.
  const all = await listInstances(aws, { tagNames: [RUN_TAG, ...APPLICATION_TAG_FORMS] }, context.signal);
  const own = ownOf(all, self);
  const targets = [...new Set(own.flatMap((one) => labelOf(one)?.target ?? []))];
  if (targets.length === 0) return [];
  const [holder, current, lastRun] = await Promise.all([
    state.locks.holder(name),
    state.ledger.current(name),
    readLastRun(state, name),
  ]);
  if (lastRun.kind === 'unreadable') throw lastRun.error;
  const [broken] = state.ledger.broken;
  if (broken !== undefined) {
    throw new StackError('STATE_UNREADABLE', `${broken.key} ${broken.why}: it may name what looks orphaned`, {
      where: state.store.location,
      next: 'Restore it from a backup; until then nobody can tell which instances are left.',
    });
  }
  const recorded = {
    targets: Object.fromEntries(
      targets.flatMap((target) => {
        const record = knownOf(current, target)?.target;
        return record === undefined ? [] : [[target, record] as const];
      }),
    ),
    isOpen: holder !== undefined || !['nothing', 'ended'].includes(lastRun.kind),
  };
  const found = orphansAmong(own, { [name]: recorded }, context.clock.now().getTime());
  return found.flatMap(({ instance: { id }, why }) =>
    own.filter((one) => one.id === id).map((one) => ({ ...one, why })),
  );
}
