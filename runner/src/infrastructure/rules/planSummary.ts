import {
  ACTIONS,
  type DeliveryOwned,
  type PlannedOutput,
  type PlanAction,
  type PlannedResource,
  type PlanSummary,
} from '../../domain/plan.js';
import { addressParts } from '../../domain/resourceAddress.js';
import { dataLosses } from './dataLoss.js';
import { isAllOwned, ownedOf, type Delivered } from './deliveryOwned.js';
import { diffAttributes, pathText, render } from './planValues.js';

export interface PlanJson {
  readonly resource_changes?: readonly ResourceChangeJson[];
  readonly resource_drift?: readonly ResourceChangeJson[];
  readonly output_changes?: Readonly<Record<string, ChangeJson>>;
  readonly applyable?: boolean;
}
interface ResourceChangeJson {
  readonly address: string;
  readonly previous_address?: string;
  readonly mode?: string;
  readonly type?: string;
  readonly deposed?: string;
  readonly change: ChangeJson;
  readonly action_reason?: string;
}
interface ChangeJson {
  readonly actions: readonly string[];
  readonly before?: unknown;
  readonly after?: unknown;
  readonly after_unknown?: unknown;
  readonly before_sensitive?: unknown;
  readonly after_sensitive?: unknown;
  readonly replace_paths?: readonly (readonly (string | number)[])[];
  readonly importing?: unknown;
}

/** Terraform's reason codes in words; those left out say no more than the action itself. */
const REASONS: Readonly<Record<string, string>> = {
  replace_because_tainted: 'tainted: it was not created completely',
  replace_by_request: 'asked for',
  replace_by_triggers: 'triggered by replace_triggered_by',
  delete_because_no_resource_config: 'no longer in the configuration',
  delete_because_no_module: 'its module is no longer in the configuration',
  delete_because_no_move_target: 'moved to an address that is not declared',
  delete_because_wrong_repetition: 'its count or for_each was added or removed',
  delete_because_count_index: 'beyond its count',
  delete_because_each_key: 'its key is no longer in for_each',
};

/**
 * What a plan would do, sensitive values masked. Pure.
 * @param protect what the configuration guards as data is guarded: addresses of resources and modules
 * @param delivered what deliveries have put where, by the ledger
 */
export function summarisePlan(
  plan: PlanJson,
  protect: readonly string[] = [],
  delivered: readonly Delivered[] = [],
): PlanSummary {
  const counts = {
    create: 0,
    change: 0,
    replace: 0,
    destroy: 0,
    import: 0,
    move: 0,
    forget: 0,
    unchanged: 0,
  };
  const resources: PlannedResource[] = [];
  for (const item of plan.resource_changes ?? []) {
    // Data sources are read, not changed.
    if (item.mode === 'data') continue;
    const action = actionOf(item);
    counts[action ?? 'unchanged']++;
    if (action !== undefined) resources.push(resource(item, action, delivered));
  }
  const outputs = Object.entries(plan.output_changes ?? {}).flatMap(([name, change]) => output(name, change));
  const drifts = (plan.resource_drift ?? []).filter(({ change }) => !change.actions.includes('no-op'));
  const leftAlone = drifts.filter(({ address }) => resources.every((one) => one.address !== address));
  const owned = [
    ...resources.flatMap((one) => one.owned ?? []),
    ...leftAlone.flatMap((item) => ownedOutside(item, delivered) ?? []),
  ];
  const told = new Set(
    owned.filter(({ elsewhere }) => elsewhere === undefined).map(({ address }) => address),
  );
  const hasChanges = plan.applyable ?? (resources.length > 0 || outputs.length > 0);
  return {
    headline: headline(counts, outputs.length, hasChanges),
    counts,
    losses: dataLosses(resources, protect),
    // Nobody changes it on its way through the views, so it need not be searched for secrets in each.
    resources: Object.freeze(resources),
    outputs,
    drifted: drifts.map(({ address }) => address).filter((address) => !told.has(address)),
    ...(owned.length === 0 ? {} : { owned }),
    hasChanges,
  };
}

function headline(counts: PlanSummary['counts'], outputs: number, hasChanges: boolean): string {
  const words = ACTIONS.filter((action) => counts[action] > 0).map(
    (action) => `${counts[action]} to ${action}`,
  );
  if (words.length === 0 && outputs > 0) words.push('only outputs change');
  if (words.length === 0) words.push(hasChanges ? 'only the state changes' : 'no changes');
  return `${words.join(', ')}${counts.unchanged > 0 ? `; ${counts.unchanged} unchanged` : ''}`;
}

function actionOf({ change, address, previous_address }: ResourceChangeJson): PlanAction | undefined {
  const actions = change.actions;
  if (actions.includes('create')) return actions.length > 1 ? 'replace' : 'create';
  if (actions.includes('delete')) return 'destroy';
  if (actions.includes('forget')) return 'forget';
  if (actions.includes('update')) return 'change';
  if (change.importing !== undefined && change.importing !== null) return 'import';
  return previous_address !== undefined && previous_address !== address ? 'move' : undefined;
}

/** What a delivery owns of a resource that was changed outside since the last apply, where nothing else was. */
function ownedOutside(item: ResourceChangeJson, delivered: readonly Delivered[]): DeliveryOwned | undefined {
  const { address, change } = item;
  if (actionOf(item) !== 'change') return undefined;
  const changes = diffAttributes(beforeAndAfter(change));
  const type = item.type ?? typeOf(address);
  const owned = ownedOf({ address, type, now: change.after, changes }, delivered);
  return owned !== undefined && isAllOwned(owned, changes) ? owned : undefined;
}

function resource(
  item: ResourceChangeJson,
  action: PlanAction,
  delivered: readonly Delivered[],
): PlannedResource {
  const { change } = item;
  const forcedBy = (change.replace_paths ?? []).map(pathText);
  const reason = REASONS[item.action_reason ?? ''];
  const moved = item.previous_address !== undefined && item.previous_address !== item.address;
  const type = item.type ?? typeOf(item.address);
  const changes =
    action === 'change' || action === 'replace' ? diffAttributes(beforeAndAfter(change), forcedBy) : [];
  const owned =
    action === 'change'
      ? ownedOf({ address: item.address, type, now: change.before, changes }, delivered)
      : undefined;
  return {
    address: item.address,
    type,
    action,
    ...(reason === undefined ? {} : { reason }),
    forcedBy,
    changes,
    ...(owned === undefined ? {} : { owned }),
    ...(moved ? { movedFrom: item.previous_address } : {}),
    ...(item.deposed === undefined ? {} : { deposed: item.deposed }),
    ...(action === 'replace' && !change.actions.includes('delete') ? { leavesOld: true as const } : {}),
  };
}

const typeOf = (address: string) => addressParts(address).at(-2) ?? '';

function output(name: string, change: ChangeJson): readonly PlannedOutput[] {
  const [action] = change.actions;
  if (action === 'no-op' || action === undefined) return [];
  const { before, after, unknown, beforeSensitive, afterSensitive } = beforeAndAfter(change);
  return [
    {
      name,
      action: action === 'create' ? 'create' : action === 'delete' ? 'destroy' : 'change',
      before: render(before, undefined, beforeSensitive),
      after: render(after, unknown, afterSensitive),
    },
  ];
}

function beforeAndAfter(change: ChangeJson) {
  return {
    before: change.before,
    after: change.after,
    unknown: change.after_unknown,
    beforeSensitive: change.before_sensitive,
    afterSensitive: change.after_sensitive,
  };
}
