/** What `prune` removes, in the order in which it does. */
export const prunedKinds = ['images', 'artifacts', 'task-definitions', 'machine-images', 'history'] as const;
export type PrunedKind = (typeof prunedKinds)[number];

/** How long something stays. */
export interface KeepRule {
  /** The newest of them stay, however old. */
  readonly keep: number;
  /** Younger ones stay, however many: milliseconds. */
  readonly forMs: number;
}

/** One thing that prune looked at, and what becomes of it. */
export interface PruneItem {
  readonly kind: PrunedKind;
  /** Digest, ARN, id or key: what AWS or the ledger calls it. */
  readonly id: string;
  /** For people: repository and tags, family and revision. */
  readonly name: string;
  readonly goes: boolean;
  /** Why it stays, or why it goes. */
  readonly why: string;
  /** ISO time. */
  readonly made?: string;
  readonly bytes?: number;
}

/** What was not done to something that was to go, and why. */
export interface PruneFailure {
  readonly kind: PrunedKind;
  readonly id: string;
  readonly name: string;
  readonly reason: string;
}
