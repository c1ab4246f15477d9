import type { Stage } from '../events/stage.js';
import type { Context, ContextWith, Kinds, NamedEnvironment } from '../context/context.js';
import { targetsWithKinds } from '../context/kinds.js';
import { StackError } from '../base/errors.js';
import type { MigrationEntry, ReleaseRecord } from '../domain/records.js';
import type { MigrationRecord } from '../domain/migration.js';
import type { Target } from '../context/target.js';
import { requireAccount } from '../context/account.js';
import { closeLastRun } from './preflight.js';
import { pausedError, unfinishedError, readLastRun } from './unfinished.js';
import { withLock } from './environmentLock.js';
import { notingMigrations, withRestoreWords } from './migrationEntries.js';
import { recordApproval, requireApproval, ruleOf } from './approvals.js';
import { unknownRelease } from './promote.js';

/** What a migration does: adds what the new release needs, or removes what only older ones do. */
export type MigrationPhase = 'expand' | 'contract';

export interface MigrateRequest {
  readonly environment: NamedEnvironment;
  readonly release: ReleaseRecord;
  readonly stage: Stage;
  /** Targets by name; all that have a migration where empty. */
  readonly only: readonly string[];
  readonly waitMs?: number;
  readonly approvedBy?: readonly string[];
  /** Why it goes past a promotion, or comes from an uncommitted tree. */
  readonly forcedReason?: string;
}

export interface MigrateResult {
  readonly environment: string;
  readonly release: string;
  /** By target. */
  readonly targets: Readonly<Record<string, MigrationRecord>>;
}

/**
 * Runs the migrations of a release under the environment's lock, one target after the other, and moves nothing: for
 * pipelines that migrate apart from the deploy. `deploy` does both in order.
 * @throws StackError MIGRATION_FAILED, SNAPSHOT_FAILED, CONFIG_INVALID, LOCKED, DEPLOY_CUT_OFF, PROMOTION_REFUSED, APPROVAL_REQUIRED,
 * RELEASE_DIRTY
 */
export async function migrateRelease(context: Context, request: MigrateRequest): Promise<MigrateResult> {
  const { environment, release, stage } = request;
  const names = await migratingTargets(context, environment, request.only);
  await guard(context, request);
  await requireAccount(context, environment);
  const targets = await context.targets(environment, names);
  const locking = { environment: environment.name, stage, waitMs: request.waitMs ?? 0 };
  return withLock(context, locking, async (state, lock) => {
    const lastRun = await readLastRun(state, environment.name);
    const unfinished = await closeLastRun(
      context,
      state,
      lastRun,
      () => context.targets(environment),
      request,
    );
    if (unfinished !== undefined && lastRun.kind === 'paused') throw pausedError(lastRun.deployment);
    if (unfinished !== undefined) throw await unfinishedError(state, unfinished, environment);
    const signal = AbortSignal.any([context.signal, lock.lost]);
    const results: Record<string, MigrationRecord> = {};
    for (const target of targets) {
      results[target.name] = await migrateTarget(context, target, release, { stage, signal });
    }
    return { environment: environment.name, release: release.version, targets: results };
  });
}

async function migrateTarget(
  context: ContextWith<'clock'>,
  target: Target,
  release: ReleaseRecord,
  { stage, signal }: { readonly stage: Stage; readonly signal: AbortSignal },
): Promise<MigrationRecord> {
  if (target.migrate === undefined) throw new Error(`${target.name} cannot migrate`);
  // There is no journal to go on from: a task that a killed run leaves behind is found by its name.
  const told: MigrationEntry[] = [];
  const journal = notingMigrations(async () => undefined, target.name, told, context.clock);
  try {
    return await target.migrate(release, { stage, signal, journal });
  } catch (error) {
    throw error instanceof StackError ? withRestoreWords(error, told) : error;
  }
}

/**
 * The targets of an environment whose configuration has a migration.
 * @param only names to choose; all of them where empty
 * @param phase the one that they must have
 * @throws StackError CONFIG_INVALID where there is none
 */
export async function migratingTargets(
  context: ContextWith<'kinds'>,
  environment: NamedEnvironment,
  only: readonly string[],
  phase: MigrationPhase = 'expand',
): Promise<readonly string[]> {
  const kinds = await context.kinds();
  const names = targetsWithKinds(kinds, environment).flatMap(({ name, config, kind }) =>
    kind.migration?.(config)?.[phase] === undefined ? [] : [name],
  );
  const without = only.find(
    (name) => !names.includes(name) && Object.hasOwn(environment.config.targets, name),
  );
  if (names.length > 0 && without === undefined) return only.length === 0 ? names : only;
  const what = phase === 'expand' ? 'migration' : 'contract step';
  const example =
    phase === 'expand'
      ? 'migrate: { command: ["./manage", "migrate"] }'
      : 'migrate: { contract: { command: ["./manage", "contract"] } }';
  throw new StackError(
    'CONFIG_INVALID',
    without === undefined
      ? `no target of ${environment.name} has a ${what}`
      : `the target ${without} of ${environment.name} has no ${what}`,
    {
      where: `environments.${environment.name}.targets${without === undefined ? '' : `.${without}`}`,
      next: `Add to an ${kindsThatMigrate(kinds)}, for example: ${example}`,
    },
  );
}

const kindsThatMigrate = ({ targets }: Kinds) =>
  targets
    .filter((kind) => kind.migration !== undefined)
    .map(({ name }) => name)
    .join(' or ');

/**
 * The named release, else the one of this working tree; built and pushed where there is none yet, but not for an
 * environment that is promoted to: what gets there has been elsewhere before.
 * @throws StackError RELEASE_UNKNOWN, PROMOTION_REFUSED, and what building throws
 */
export async function releaseToMigrate(
  context: Context,
  environment: NamedEnvironment,
  version: string | undefined,
  stage: Stage,
): Promise<ReleaseRecord> {
  if (version !== undefined) {
    const { ledger } = await context.state();
    const named = await ledger.release(version);
    if (named === undefined) throw unknownRelease(version);
    return named;
  }
  const { ensureRelease, findRelease } = await import('../release/findRelease.js');
  const { promotion } = environment.config;
  if (promotion === undefined) return ensureRelease(context, { environment, stage });
  const found = await findRelease(context);
  if (found !== undefined) return found;
  throw new StackError('PROMOTION_REFUSED', `what is checked out was never healthy in ${promotion.from}`, {
    where: environment.name,
    next: `\`node runner deploy --env ${promotion.from}\` first, or name a release: --release VERSION.`,
  });
}

/** A schema is not changed past what guards its environment: the same rules as for a deploy and a promotion. */
async function guard(context: Context, request: MigrateRequest): Promise<void> {
  const { environment, release, approvedBy = [], forcedReason } = request;
  const { promotion, protected: isProtected = promotion !== undefined } = environment.config;
  if (forcedReason !== undefined) {
    const message = `${context.who} forces the migration of ${environment.name} to ${release.version}: ${forcedReason}`;
    return context.events.emit({ type: 'notice', level: 'warning', message });
  }
  if (release.dirty && isProtected) {
    throw new StackError(
      'RELEASE_DIRTY',
      `${release.version} was built from a tree with uncommitted changes`,
      {
        where: environment.name,
        next: 'Commit the changes, deploy them to staging, and migrate with that release.',
      },
    );
  }
  if (promotion === undefined) return;
  const { ledger } = await context.state();
  if (!(await ledger.wasHealthyIn(release.version, promotion.from))) {
    throw new StackError('PROMOTION_REFUSED', `${release.version} was never healthy in ${promotion.from}`, {
      where: environment.name,
      next: `\`node runner deploy --env ${promotion.from} --release ${release.version}\` first; --force REASON skips this check.`,
    });
  }
  if (ruleOf(environment) === undefined) return;
  const approved = await requireApproval(context, environment, approvedBy, release.commit);
  await recordApproval(context, environment, approved, undefined);
}

/** How it ended, in one line. */
export function migrateSummary({ environment, release, targets }: MigrateResult): string {
  return `${environment} is migrated to ${release} (${Object.keys(targets).join(', ')}); no service was moved`;
}
