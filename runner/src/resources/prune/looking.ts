import type { Context, NamedEnvironment } from '../../context/context.js';
import type { KeepRule } from '../../domain/retention.js';
import type { State } from '../../state/state.js';
import type { LedgerFacts, OtherReleases } from './ledgerFacts.js';
import type { Needed } from './rules/neededReleases.js';

/** What the looks at the kinds have in common. */
export interface Looking {
  readonly context: Context;
  readonly environment: NamedEnvironment;
  readonly state: State;
  readonly ledger: LedgerFacts;
  readonly others: readonly OtherReleases[];
  readonly needed: Needed;
  readonly rule: KeepRule;
  readonly nowMs: number;
}
