import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import { StackError } from '../base/errors.js';
import { lockedError } from '../state/lockDocument.js';
import { requireTargets } from './targets/createTargets.js';
import { requireAccount } from '../context/account.js';
import { pausedError, unfinishedError, readLastRun } from './unfinished.js';
import { openRegistry } from '../release/imageRegistry.js';
import { isAsBefore } from './rollBackUnfinished.js';

/** Where a release is going to be brought that is not built yet. */
export interface Destination {
  readonly environment: NamedEnvironment;
  /** `deploy` is refused where an environment is reached by promotion. */
  readonly kind: 'deploy' | 'promote';
  /** Goes past what guards the environment; recorded where it does. */
  readonly forced?: boolean;
  /** It waits for the lock: that somebody holds it now is no reason to stop. */
  readonly waitMs?: number;
  /** Whose registry gets the images; the environment's own where left out. */
  readonly registry?: NamedEnvironment;
}

/**
 * What would stop a release once it is built is asked before: it then costs seconds, not a build.
 * @throws StackError TARGET_UNKNOWN, PROMOTION_REFUSED, RELEASE_DIRTY, LOCKED, DEPLOY_CUT_OFF, AWS_*, UPSTREAM_*
 */
export async function requireOpenWay(context: Context, destination: Destination): Promise<void> {
  const { environment, kind, forced = false, waitMs = 0, registry = environment } = destination;
  requireTargets(environment);
  if (kind === 'deploy' && !forced) refuseBypass(environment);
  if (!forced) await refuseDirtyTree(context, environment);
  await requireFree(context, environment, waitMs, forced);
  if (!forced && waitMs === 0) await requireNeeded(context, environment);
  await requireAccount(context, environment);
  // Who has only artifacts needs no registry.
  if (Object.keys((await context.config()).images).length === 0) return;
  // The login is needed anyway, and says whether the credentials are there and are accepted.
  await (await openRegistry(context, registry)).login();
}

/** What the application needs is healthy there; most need no other, and then nothing is loaded. */
async function requireNeeded(context: Context, { name }: NamedEnvironment): Promise<void> {
  if (Object.keys((await context.config()).needs).length === 0) return;
  const [{ unhealthyUpstream }, { introduceApplication }] = await Promise.all([
    import('./needs.js'),
    import('../release/describeApplication.js'),
  ]);
  // So that two new applications that need each other are told so, whichever comes first.
  await introduceApplication(context);
  const held = await unhealthyUpstream(context, name);
  if (held !== undefined) throw held;
}

/**
 * Nobody else works on an environment, and nobody left it half done.
 * @param forward what was left half done is gone over
 * @throws StackError LOCKED, DEPLOY_CUT_OFF
 */
export async function requireFree(
  context: ContextWith<'clock' | 'state' | 'targets'>,
  environment: NamedEnvironment,
  waitMs: number,
  forward = false,
): Promise<void> {
  const { name } = environment;
  const state = await context.state();
  const stored = await state.locks.stored(name);
  if (stored.state === 'unreadable') throw stored.error;
  if (stored.state === 'held') {
    if (waitMs > 0) return;
    throw lockedError(name, stored.holder, context.clock.now());
  }
  if (forward) return;
  const lastRun = await readLastRun(state, name);
  if (lastRun.kind === 'unreadable') throw lastRun.error;
  if (lastRun.kind !== 'open' && lastRun.kind !== 'paused') return;
  if (await isAsBefore(await context.targets(environment), lastRun.unfinished)) return;
  if (lastRun.kind === 'paused') throw pausedError(lastRun.deployment);
  throw await unfinishedError(state, lastRun.unfinished, environment);
}

/** Whether uncommitted work is refused. */
export const isGuarded = ({ config }: NamedEnvironment): boolean =>
  config.protected ?? config.promotion !== undefined;

/** @throws StackError PROMOTION_REFUSED where an environment is reached by promotion only */
export function refuseBypass({ name, config }: NamedEnvironment, version?: string): void {
  const { promotion } = config;
  if (promotion === undefined) return;
  const release = version === undefined ? '' : ` --release ${version}`;
  throw new StackError('PROMOTION_REFUSED', `${name} gets releases by promotion from ${promotion.from}`, {
    where: name,
    next:
      `\`node runner promote --env ${name}${release}\`; ` +
      'deploy --force REASON skips this check and records who and why.',
  });
}

/**
 * @param release the release that the tree has made already, where there is one
 * @throws StackError RELEASE_DIRTY where an environment would refuse what is checked out
 */
export async function refuseDirtyTree(
  context: ContextWith<'git'>,
  environment: NamedEnvironment,
  release?: { readonly dirty: boolean },
): Promise<void> {
  if (!isGuarded(environment)) return;
  const { dirty } = release ?? (await context.git.workingTree());
  if (!dirty) return;
  throw new StackError('RELEASE_DIRTY', 'the working tree has uncommitted changes', {
    where: environment.name,
    next: 'Commit the changes, deploy them to staging, and promote that release.',
  });
}
