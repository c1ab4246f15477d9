import type { Config } from '../config/schema.js';
import { StackError } from '../base/errors.js';
import type { Clock, ObjectStore } from '../base/ports.js';
import { Journal } from './journal.js';
import { Ledger } from './ledger.js';
import { Locks } from './locks.js';

/** The documents that outlive a run. */
export interface State {
  readonly store: ObjectStore;
  readonly ledger: Ledger;
  readonly locks: Locks;
  readonly journal: Journal;
}

/** Minimum expiry: a shorter lock could expire during its renewal, on a busy disk or in a far region. */
const SHORTEST_EXPIRY_MS = 1000;

/**
 * Puts the ledger, the locks and the journal on a store. Nothing is read or written yet.
 * @throws StackError CONFIG_INVALID if locks could not be kept
 */
export function openState(store: ObjectStore, config: Pick<Config, 'state'>, clock: Clock): State {
  if (config.state['lock-expiry'] < SHORTEST_EXPIRY_MS) {
    throw new StackError('CONFIG_INVALID', 'state.lock-expiry is shorter than a second', {
      where: 'state.lock-expiry',
      next: 'Leave it out (15m), or set minutes.',
    });
  }
  return {
    store,
    ledger: new Ledger(store, clock),
    locks: new Locks(store, clock, config.state['lock-expiry']),
    journal: new Journal(store, clock),
  };
}
