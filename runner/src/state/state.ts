import type { Config } from '../config/schema.js';
import type { Clock, ObjectStore } from '../core/ports.js';
import { Journal } from './journal.js';
import { Ledger } from './ledger.js';
import { Locks } from './locks.js';

/** What outlives a run. */
export interface State {
  readonly store: ObjectStore;
  readonly ledger: Ledger;
  readonly locks: Locks;
  readonly journal: Journal;
}

/** Puts the ledger, the locks and the journal on a store. Nothing is read or written yet. */
export function openState(store: ObjectStore, config: Pick<Config, 'state'>, clock: Clock): State {
  return {
    store,
    ledger: new Ledger(store, clock),
    locks: new Locks(store, clock, config.state['lock-expiry']),
    journal: new Journal(store, clock),
  };
}
