import { StackError } from '../../base/errors.js';
import type { Context, NamedEnvironment } from '../../context/context.js';
import type { PrunedKind, PruneFailure, PruneItem } from '../../domain/retention.js';
import type { Stage } from '../../events/stage.js';
import type { PrunePlan } from './prunePlan.js';

/** A run that removes what a plan says, and what became of it so far. */
export interface Removing {
  readonly context: Context;
  readonly environment: NamedEnvironment;
  readonly plan: PrunePlan;
  readonly stage: Stage;
  readonly signal: AbortSignal;
  readonly deleted: PruneItem[];
  readonly failures: PruneFailure[];
}

export const goingOf = ({ plan }: Removing, wanted: PrunedKind): readonly PruneItem[] =>
  plan.items.filter(({ kind, goes }) => goes && kind === wanted);

/** Sorts what was to go into what is gone and what AWS refused. */
export function settle(
  { deleted, failures, stage }: Removing,
  items: readonly PruneItem[],
  refused: ReadonlyMap<string, string>,
): void {
  for (const item of items) {
    const reason = refused.get(item.id);
    if (reason === undefined) {
      deleted.push(item);
      continue;
    }
    failures.push({ kind: item.kind, id: item.id, name: item.name, reason });
    stage.progress(reason, { subject: item.name, phase: 'delete', status: 'failed' });
  }
}

/** Why something was refused; undefined where it was done. */
export async function reasonOf(deleting: Promise<unknown>, signal: AbortSignal): Promise<string | undefined> {
  try {
    await deleting;
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof StackError)) throw error;
    return error.message;
  }
}
