import { requireAccount } from '../../context/account.js';
import type { Context, NamedEnvironment } from '../../context/context.js';
import { withLock } from '../../delivery/environmentLock.js';
import { StackError } from '../../base/errors.js';
import type { Stage } from '../../events/stage.js';
import { recordingChange } from '../../infrastructure/changeRecord.js';
import type { HeldLock } from '../../state/locks.js';
import { agreedPlan } from './agreedPlan.js';
import { planPrune, type PruneAsked, type PrunePlan } from './prunePlan.js';
import { prunedWords } from './rules/pruneWords.js';
import { removeAll, type PruneDone } from './remove.js';

/**
 * Deletes what a plan says, as far as it still holds: under the locks of all environments of the application everything is
 * looked at again, and only what goes by both looks goes.
 * @param shown what somebody has seen
 * @throws StackError LOCKED while one of the environments is deployed to; PRUNE_INCOMPLETE where AWS refused some of it;
 * what the look throws
 */
export async function prune(
  context: Context,
  environment: NamedEnvironment,
  asked: PruneAsked,
  { shown, stage, waitMs }: { readonly shown: PrunePlan; readonly stage: Stage; readonly waitMs: number },
): Promise<PruneDone> {
  await requireAccount(context, environment);
  const done = await lockingAll(context, shown.environments, { stage, waitMs }, (signal) =>
    recordingChange(
      context,
      environment,
      {
        kind: 'prune',
        isPart: true,
        summary: `prune ${asked.kinds.join(', ')}`,
        told: (result: PruneDone) => ({
          summary: prunedWords(result),
          isFailed: result.failures.length > 0,
        }),
      },
      async () => {
        stage.progress('looking again, while nothing is deployed');
        const plan = agreedPlan(shown, await planPrune(context, environment, asked));
        return removeAll(context, environment, { plan, stage, signal });
      },
    ),
  );
  if (done.failures.length > 0) throw incomplete(done);
  return done;
}

/** Holds the lock of every environment, in the order of their names: two that do so never wait for each other. */
async function lockingAll<T>(
  context: Context,
  environments: readonly string[],
  locking: { readonly stage: Stage; readonly waitMs: number },
  body: (signal: AbortSignal) => Promise<T>,
  held: readonly HeldLock[] = [],
): Promise<T> {
  const [environment, ...rest] = environments;
  if (environment === undefined)
    return body(AbortSignal.any([context.signal, ...held.map(({ lost }) => lost)]));
  return withLock(context, { environment, ...locking }, (_, lock) =>
    lockingAll(context, rest, locking, body, [...held, lock]),
  );
}

function incomplete(done: PruneDone): StackError {
  const { environment, failures } = done;
  return new StackError('PRUNE_INCOMPLETE', `${prunedWords(done)}`, {
    where: environment,
    evidence: failures.map(({ name, reason }) => `${name}: ${reason}`),
    next: `Fix what is named above; \`node runner prune --env ${environment}\` goes on with the rest.`,
  });
}
