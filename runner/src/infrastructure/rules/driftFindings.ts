import type {
  DeliveryOwned,
  PlanAction,
  PlannedResource,
  PlanSummary,
  PlanScope,
  AttributeChange,
} from '../../domain/plan.js';
import { attributeOf, isAllOwned, ownedText, type Delivered } from './deliveryOwned.js';
import { summarisePlan, type PlanJson } from './planSummary.js';
import { scopeNote } from './planScope.js';
import { planText } from './planText.js';
import { diffAttributes, SENSITIVE } from './planValues.js';

/** One thing that is not as configured. */
export interface DriftedResource {
  /** Terraform's address; `output.NAME` of an output. */
  readonly address: string;
  /** What an apply would do about it. */
  readonly action: PlanAction;
  /** `outside`: somebody or something changed it since the last apply; `configuration`: it was never applied. */
  readonly cause: 'outside' | 'configuration';
  /** What happened outside. */
  readonly happened?: 'change' | 'destroy';
  /** Outside: as it was applied → as it is. Configuration: as it is → as configured. */
  readonly changes: readonly AttributeChange[];
}

export interface Drift {
  /** In one line, after the environment's name: `has drifted: 1 changed outside of Terraform (aws_sqs_queue.jobs)`. */
  readonly headline: string;
  /** How many; 0 is no drift. */
  readonly drifted: number;
  readonly changes: readonly DriftedResource[];
  /** Changed outside, but an apply would leave it so: the configuration ignores it, or does not say. No drift. */
  readonly leftAlone: readonly string[];
  /** What the delivery owns and has put elsewhere than Terraform did. No drift; absent where that is nothing. */
  readonly owned?: readonly DeliveryOwned[];
  readonly unchanged: number;
  /** The only part of the root that was looked at; all of it where absent. */
  readonly scope?: PlanScope;
}

/**
 * What a plan says of drift: whatever an apply would do now is not as configured, and is told apart by whether it was
 * changed outside since the last apply. Changes outside that an apply would not touch (computed values, what
 * `ignore_changes` gives to somebody else) are no drift: they would be found every night. Nor is what the delivery owns. Pure.
 * @param delivered what deliveries have put where, by the ledger
 */
export function driftOf(plan: PlanJson, scope?: PlanScope, delivered: readonly Delivered[] = []): Drift {
  const planned = summarisePlan(plan, [], delivered);
  const { owned = [] } = planned;
  const outside = new Map(
    summarisePlan({ resource_changes: plan.resource_drift ?? [] }).resources.map((one) => [one.address, one]),
  );
  const resources = planned.resources.flatMap((resource) => {
    const own = withoutOwned(resource);
    return own === undefined ? [] : [drifted(own, outside.get(resource.address))];
  });
  const isLeft = ({ address }: PlannedResource) => resources.every((one) => one.address !== address);
  const left = [...outside.values()].filter(isLeft);
  const follows = outputsThatFollow(plan, left);
  const isOwned = (address: string) => owned.some((one) => one.address === address);
  // What outputs show follows from the resources behind them.
  const onlyOutside = outside.size > 0 && resources.every(({ cause }) => cause === 'outside');
  const telling = planned.outputs.filter(({ name }) => !follows.has(name));
  const outputs = telling.map(({ name, action, before, after }): DriftedResource => ({
    address: `output.${name}`,
    action,
    cause: onlyOutside ? 'outside' : 'configuration',
    changes: [{ path: 'value', before, after, unknown: false, forcesReplacement: false }],
  }));
  const changes = [...resources, ...outputs];
  const { unchanged } = planned.counts;
  return {
    headline: `${headline(changes, unchanged)}${scope === undefined ? '' : `; ${scopeNote(scope)}`}`,
    ...(scope === undefined ? {} : { scope }),
    drifted: changes.length,
    changes,
    leftAlone: [
      ...left.map(({ address }) => address).filter((address) => !isOwned(address)),
      ...[...follows].map((name) => `output.${name}`),
    ],
    ...(owned.length === 0 ? {} : { owned }),
    unchanged,
  };
}

/** What an apply would do to a resource beside what the delivery owns of it; undefined where that is all. */
function withoutOwned(resource: PlannedResource): PlannedResource | undefined {
  const { owned, changes } = resource;
  if (owned === undefined) return resource;
  if (isAllOwned(owned, changes)) return undefined;
  return { ...resource, changes: changes.filter(({ path }) => !owned.paths.includes(path)) };
}

function drifted(planned: PlannedResource, outside: PlannedResource | undefined): DriftedResource {
  const { address, action } = planned;
  const happened = outside?.action;
  if (outside === undefined || (happened !== 'change' && happened !== 'destroy')) {
    return { address, action, cause: 'configuration', changes: planned.changes };
  }
  // Of what changed outside, that which an apply would put back is what matters; the rest is computed, or ignored.
  const back = new Set(planned.changes.map(({ path }) => path));
  const attributes = new Set(planned.changes.map(({ path }) => attributeOf(path)));
  const telling = outside.changes.filter(({ path }) => back.has(path));
  if (happened === 'change' && action === 'change') {
    const isPutBack = outside.changes.some(({ path }) => attributes.has(attributeOf(path)));
    // A service whose revision the delivery moved, and whose settings were edited but not applied.
    if (!isPutBack) return { address, action, cause: 'configuration', changes: planned.changes };
  }
  const changes = telling.length > 0 ? telling : outside.changes;
  return { address, action, cause: 'outside', happened, changes };
}

/**
 * Outputs that only show what was changed outside and is left alone: a task definition that the delivery has moved is
 * no drift of the output that names it either. Each value that changed must have changed so in one of those resources.
 */
function outputsThatFollow(plan: PlanJson, left: readonly PlannedResource[]): ReadonlySet<string> {
  const key = ({ before, after }: AttributeChange) => `${before} → ${after}`;
  const known = new Set(left.flatMap(({ changes }) => changes.filter(isReported).map(key)));
  const names = Object.entries(plan.output_changes ?? {}).flatMap(([name, change]) => {
    const changes = diffAttributes({
      before: change.before,
      after: change.after,
      unknown: change.after_unknown,
      beforeSensitive: change.before_sensitive,
      afterSensitive: change.after_sensitive,
    });
    return changes.length > 0 && changes.every((one) => isReported(one) && known.has(key(one))) ? [name] : [];
  });
  return new Set(names);
}

/** Masked and cut values look alike though they differ. */
const isReported = ({ before, after, unknown }: AttributeChange) =>
  !unknown && ![before, after].some((text) => text === SENSITIVE || text.endsWith('…'));

/** Addresses that a headline names of each cause; all of them stand below it. */
const NAMED = 3;

function headline(changes: readonly DriftedResource[], unchanged: number): string {
  const words = (
    [
      ['outside', 'changed outside of Terraform'],
      ['configuration', 'not applied yet'],
    ] as const
  ).flatMap(([cause, what]) => {
    const names = changes.filter((one) => one.cause === cause).map(({ address }) => address);
    const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
    return names.length === 0 ? [] : [`${names.length} ${what} (${names.slice(0, NAMED).join(', ')}${more})`];
  });
  const rest = unchanged === 0 ? '' : `; ${unchanged} unchanged`;
  return words.length === 0 ? `has not drifted${rest}` : `has drifted: ${words.join(', ')}${rest}`;
}

/** Drift for people: what was changed outside first, as nobody has written that down anywhere. */
export function driftText(environment: string, drift: Drift): string {
  const of = (cause: DriftedResource['cause']) => drift.changes.filter((one) => one.cause === cause);
  const parts = [`${environment} ${drift.headline}`];
  const option = drift.scope === undefined ? '' : ` --scope ${drift.scope.name}`;
  if (of('outside').length > 0)
    parts.push(section('Changed outside of Terraform since the last apply', of('outside')));
  if (of('configuration').length > 0)
    parts.push(section('In the configuration, but not applied', of('configuration')));
  if (drift.owned !== undefined)
    parts.push(
      [
        'Owned by the delivery (no drift)',
        ...drift.owned.map((one) => `    ${one.address}: ${ownedText(one)}`),
      ].join('\n'),
    );
  if (drift.leftAlone.length > 0)
    parts.push(`Changed outside and ignored by the configuration (no drift): ${drift.leftAlone.join(', ')}`);
  if (drift.drifted > 0) {
    parts.push(
      `What an apply would do: node runner plan --env ${environment}${option}\n` +
        `To change it back to the configuration: node runner apply --env ${environment}${option}`,
    );
  }
  return parts.join('\n\n');
}

/** Each in one line, for evidence. */
export function driftLines(drift: Drift): readonly string[] {
  return drift.changes.map(({ address, action, cause, happened }) =>
    cause === 'outside'
      ? `${address}: ${happened === 'destroy' ? 'deleted' : 'changed'} outside (apply: ${action})`
      : `${address}: not applied yet (apply: ${action})`,
  );
}

/** Shown as plans are. */
function section(title: string, changes: readonly DriftedResource[]): string {
  const resources = changes.map(({ address, action, happened, changes: attributes }): PlannedResource => ({
    address,
    type: '',
    action: happened ?? action,
    ...(happened === 'destroy' ? { reason: `deleted; an apply would ${action} it` } : {}),
    forcedBy: [],
    changes: attributes,
  }));
  const shown: PlanSummary = { ...EMPTY, headline: title, resources };
  return planText(shown);
}

const EMPTY: PlanSummary = summarisePlan({});
