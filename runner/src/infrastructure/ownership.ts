import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import { StackError, toErrorRecord } from '../base/errors.js';
import type { DeploymentName, OwnershipRecord, OwnedResource, ReusedResource } from '../domain/ownership.js';
import { accountIn, ofOthers, withSince } from './rules/ownershipRules.js';
import { lostBy, ownedBy, reusedByState, reusedByVariables, type PlanIdsJson } from './rules/resourceIds.js';
import type { TerraformRoot } from './rules/terraformArguments.js';
import { OWNERSHIP_PART, OwnershipLedger } from '../state/ownershipRecords.js';
import { openPart } from '../state/store.js';
import { pullState } from './stateVersion.js';

/** What a plan means to other deployments; kept with a saved plan. */
export interface PlanIds {
  /** Destroyed or replaced. */
  readonly lost: readonly OwnedResource[];
  /** Named by variables. */
  readonly reuses: readonly ReusedResource[];
}

/** The ids of a plan; what is a secret by now is none. */
export function idsOfPlan(context: ContextWith<'secrets'>, plan: PlanIdsJson): PlanIds {
  return { lost: lostBy(plan), reuses: withoutSecrets(context, reusedByVariables(plan)) };
}

/**
 * The ledger that an environment shares with other deployments: where `infrastructure.ownership` says, else beside the
 * state, so that all who share a location share the ledger.
 * @throws StackError CONFIG_INVALID
 */
export async function openOwnership(
  context: ContextWith<'config' | 'env' | 'kinds' | 'patience' | 'secrets'>,
  { name, config: { infrastructure } }: NamedEnvironment,
): Promise<OwnershipLedger> {
  const config = await context.config();
  const own = infrastructure?.ownership;
  const place =
    own === undefined
      ? { location: config.state.location, setting: 'state.location' }
      : { location: own, setting: `environments.${name}.infrastructure.ownership` };
  const { stores } = await context.kinds();
  return new OwnershipLedger(await openPart(place, config, OWNERSHIP_PART, context, stores));
}

/** How the ledger names the deployment of an environment. */
export async function deploymentOf(
  context: ContextWith<'config'>,
  environment: NamedEnvironment,
): Promise<DeploymentName> {
  return { application: (await context.config()).application, environment: environment.name };
}

/**
 * Records what a plan's variables reuse before the plan is applied: whoever destroys it meanwhile finds it. Never
 * throws: where it cannot be written, a warning says so.
 */
export async function announceReuse(
  context: Context,
  environment: NamedEnvironment,
  { reuses }: PlanIds,
): Promise<void> {
  if (reuses.length === 0) return;
  await attempt(context, environment, async (ledger, self) => {
    const now = context.clock.now().toISOString();
    await ledger.update(self, (stored) => {
      const before = stored?.reuses ?? [];
      const others = ofOthers(reuses, stored?.owns ?? []);
      const all = withSince([...before, ...others], before, now);
      if (all.length === before.length) return undefined;
      return { owns: [], recordedAt: now, ...stored, ...self, ...by(context), reuses: all };
    });
  });
}

/**
 * Records what the deployment owns and reuses now that something was applied; a deployment that was destroyed to its
 * end is forgotten. Never throws: the apply is done, and where it cannot be written a warning says so.
 */
export async function recordOwnership(
  context: Context,
  environment: NamedEnvironment,
  { root, destroy }: { readonly root: TerraformRoot; readonly destroy: boolean },
  plan: PlanIds,
): Promise<void> {
  await attempt(context, environment, async (ledger, self) => {
    const state = (await pullState(context, root)) ?? {};
    const owns = withoutSecretIds(context, ownedBy(state));
    if (destroy && owns.length === 0) return ledger.remove(self);
    const account = environment.config.aws.account ?? accountIn(owns);
    const found = withoutSecrets(context, reusedByState(state));
    const recordedAt = context.clock.now().toISOString();
    await ledger.update(self, (stored): OwnershipRecord => {
      const before = stored?.reuses ?? [];
      // What is half destroyed reuses what it did, as its variables say nothing new.
      const reuses = destroy ? [...found, ...before] : [...found, ...plan.reuses];
      return {
        ...self,
        ...(account === undefined ? {} : { account }),
        owns,
        reuses: withSince(ofOthers(reuses, owns), before, recordedAt),
        recordedAt,
        ...by(context),
      };
    });
  });
}

async function attempt(
  context: ContextWith<'config' | 'env' | 'events' | 'kinds' | 'patience' | 'secrets'>,
  environment: NamedEnvironment,
  write: (ledger: OwnershipLedger, self: DeploymentName) => Promise<void>,
): Promise<void> {
  try {
    await write(await openOwnership(context, environment), await deploymentOf(context, environment));
  } catch (error) {
    const { message, next } = toErrorRecord(error);
    if (error instanceof StackError && error.code === 'INTERRUPTED') return;
    context.events.emit({
      type: 'notice',
      level: 'warning',
      message: `the ownership ledger could not record what ${environment.name} owns and reuses now: ${message}`,
      next: `${next ?? 'Fix the cause.'} Then: node runner apply --env ${environment.name}`,
    });
  }
}

const by = ({ who, runUrl }: ContextWith<'runUrl' | 'who'>) => ({
  who,
  ...(runUrl === undefined ? {} : { runUrl }),
});

function withoutSecrets<T extends { readonly id: string }>(
  context: ContextWith<'secrets'>,
  items: readonly T[],
): readonly T[] {
  return items.filter(({ id }) => context.secrets.text(id) === id);
}

function withoutSecretIds(
  context: ContextWith<'secrets'>,
  items: readonly OwnedResource[],
): readonly OwnedResource[] {
  return items.flatMap((item) => {
    const ids = item.ids.filter((id) => context.secrets.text(id) === id);
    return ids.length === 0 ? [] : [{ ...item, ids }];
  });
}
