import type { ContextWith } from '../context/context.js';
import type { BrokenRecord } from '../state/numberedLog.js';

/** Names records of the state that cannot be read: they were passed over, and nobody should wonder where they went. */
export function reportBroken(context: ContextWith<'events'>, records: readonly BrokenRecord[]): void {
  for (const { key, why } of records) {
    context.events.emit({
      type: 'notice',
      level: 'warning',
      message: `${key} in the state store ${why}, and is left out`,
      next: 'Restore it from a backup, or leave it: nothing else depends on it.',
    });
  }
}
