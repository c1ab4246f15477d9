import { serves, type OwnInstance } from './ownInstance.js';

/** What a release is, as instances say it of themselves. */
export interface WantedLabel {
  readonly version: string;
  readonly digest: string;
  readonly definition: string;
}

export interface PlanInput {
  readonly own: readonly OwnInstance[];
  readonly wanted: WantedLabel;
  readonly count: number;
  /** A group without a load balancer says `unused` of what it would send requests to. */
  readonly isLinked: boolean;
  /** Runs of this deployment, the last one last: also those that were killed. */
  readonly runs: readonly string[];
  /** Instances that a killed run had begun to retire. */
  readonly retiring: readonly string[];
  /** A rollback brings back what was kept; a deploy launches anew. */
  readonly isBack: boolean;
  /** Instances that somebody named: these, and no other, are brought back. */
  readonly named?: readonly string[] | undefined;
}

/** One instance that is to serve in the end. */
export interface Slot {
  readonly slot: number;
  /** The instance, where there is one already; the others are launched. */
  readonly found?: OwnInstance;
  /** Whether it ran the release before, configured and healthy: it is only started. */
  readonly isKept: boolean;
}

export interface Plan {
  /** Serve the release already. */
  readonly serving: readonly OwnInstance[];
  readonly slots: readonly Slot[];
  /** Serve something else, or are on their way out: they leave, and are kept. */
  readonly old: readonly OwnInstance[];
  /** Neither: what earlier deploys kept, and what failed. */
  readonly surplus: readonly OwnInstance[];
}

/** Decides which instances stay, which come, and which go. */
export function planInstances(input: PlanInput): Plan {
  const { own, wanted, count, runs, retiring, isBack, named } = input;
  // What was kept has the settings of its day: a rollback wants the release.
  const isWanted = ({ label }: OwnInstance) =>
    isBack
      ? label.version === wanted.version && label.digest === wanted.digest
      : label.definition === wanted.definition;
  const isMeant = ({ instance }: OwnInstance) => named === undefined || named.includes(instance.id);
  const isLeaving = ({ instance }: OwnInstance) => retiring.includes(instance.id);
  const inService = own.filter(
    (one) => isWanted(one) && isMeant(one) && !isLeaving(one) && serves(one, input.isLinked),
  );
  const number = named?.length ?? count;
  const serving = inService.slice(0, number);
  const rest = own.filter((one) => !serving.includes(one) && !isLeaving(one));
  const ours = rest.filter((one) => isWanted(one) && isMeant(one) && runs.includes(one.label.run));
  const kept = isBack
    ? // Also one that a killed run has registered, and that does not serve yet.
      rest.filter((one) => isWanted(one) && isMeant(one) && !ours.includes(one))
    : [];
  const found = [
    ...ours.map((one) => ({ found: one, isKept: false })),
    ...kept.map((one) => ({ found: one, isKept: true })),
  ].slice(0, number - serving.length);
  const taken = new Set(found.map((one) => one.found));
  const usedSlots = new Set([...own].flatMap(({ label }) => (runs.includes(label.run) ? [label.slot] : [])));
  const free = Array.from({ length: count * 2 + own.length }, (_, slot) => slot).filter(
    (slot) => !usedSlots.has(slot),
  );
  const launched = number - serving.length - found.length;
  const slots: Slot[] = [
    ...found.map((one) => ({ ...one, slot: one.found.label.slot })),
    ...free.slice(0, launched).map((slot) => ({ slot, isKept: false })),
  ];
  const left = own.filter((one) => !serving.includes(one) && !taken.has(one));
  const old = left.filter((one) => isLeaving(one) || (one.health !== undefined && !ours.includes(one)));
  return { serving, slots, old, surplus: left.filter((one) => !old.includes(one)) };
}
