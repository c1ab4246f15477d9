import { lossText, lossTitle } from './dataLoss.js';
import { ownedText } from './deliveryOwned.js';
import type {
  DeliveryOwned,
  PlanAction,
  PlannedOutput,
  PlannedResource,
  PlanSummary,
  AttributeChange,
} from '../../domain/plan.js';

/** Terraform's own signs; those it has no sign for in a plan get a letter's width too. */
export const SIGNS: Readonly<Record<PlanAction, string>> = {
  create: '  +',
  change: '  ~',
  replace: '-/+',
  destroy: '  -',
  import: '  =',
  move: '  >',
  forget: '  .',
};

/**
 * A plan as text: Terraform's own, shorter. One line a resource, and one for each attribute that changes.
 * @returns lines joined; the first is the headline
 */
export function planText(summary: PlanSummary): string {
  const lines = [summary.headline];
  if (summary.losses.length > 0) {
    lines.push(
      '',
      lossTitle(summary.losses).toUpperCase(),
      ...summary.losses.map((loss) => `  ! ${lossText(loss)}`),
    );
  }
  if (summary.resources.length > 0) lines.push('', ...summary.resources.flatMap(resourceLines));
  if (summary.outputs.length > 0) lines.push('', 'Outputs', ...summary.outputs.map(outputLine));
  const left = leftToDelivery(summary);
  if (left.length > 0)
    lines.push(
      '',
      'Left where the delivery has put it',
      ...left.map((one) => `    ${one.address}: ${ownedText(one)}`),
    );
  if (summary.drifted.length > 0) {
    lines.push('', `Changed outside of Terraform since the last apply: ${summary.drifted.join(', ')}`);
  }
  return lines.join('\n');
}

/** What the delivery owns and an apply would leave as it is. */
export const leftToDelivery = ({ owned = [], resources }: PlanSummary): readonly DeliveryOwned[] =>
  owned.filter(({ address }) => resources.every((one) => one.address !== address));

/** What is worth telling of a resource, the same in every view. */
export function tellResource(resource: PlannedResource): {
  /** Why, and what is special about it. */
  readonly notes: readonly string[];
  readonly changes: readonly AttributeChange[];
  /** Attributes that are left out: they are computed anew, as all are when a resource is replaced. */
  readonly computed: number;
} {
  const { action, movedFrom, reason, changes } = resource;
  // A replacement changes every computed attribute; only what was decided is worth a line.
  const shown =
    action === 'replace' ? changes.filter((item) => !item.unknown || item.forcesReplacement) : changes;
  const computed = changes.length - shown.length;
  const notes = [
    movedFrom === undefined ? undefined : `was ${movedFrom}`,
    resource.deposed === undefined ? undefined : `deposed ${resource.deposed}`,
    action === 'forget' ? 'kept, but no longer managed' : undefined,
    resource.owned === undefined ? undefined : `${ownedText(resource.owned)}; an apply would change it back`,
    resource.leavesOld === true ? 'the old one is kept, but no longer managed' : undefined,
    reason,
  ].filter((note) => note !== undefined);
  return { notes, changes: shown, computed };
}

function resourceLines(resource: PlannedResource): string[] {
  const { action, address } = resource;
  const { notes, changes, computed } = tellResource(resource);
  return [
    `${SIGNS[action]} ${address}${notes.length === 0 ? '' : `  (${notes.join('; ')})`}`,
    ...changes.map(
      ({ path, before, after, forcesReplacement }) =>
        `      ${path}: ${before} → ${after}${forcesReplacement ? '  # forces replacement' : ''}`,
    ),
    ...(computed === 0 ? [] : [`      and ${computed} more (known after apply)`]),
  ];
}

function outputLine({ name, action, before, after }: PlannedOutput): string {
  if (action === 'create') return `${SIGNS.create} ${name}: ${after}`;
  if (action === 'destroy') return `${SIGNS.destroy} ${name}: ${before}`;
  return `${SIGNS.change} ${name}: ${before} → ${after}`;
}
