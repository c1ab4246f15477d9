import type { InstanceLabel } from './deliveryTags.js';
import { labelOf } from './deliveryTags.js';
import { AUTOSCALING_TAG, isThere, type Instance } from './instance.js';
import { isOverdue } from './kept.js';
import type { TargetRecord } from './records.js';

/** What the records say of the targets of an environment, and whether a run is at work there. */
export interface RecordedTargets {
  readonly targets: Readonly<Record<string, TargetRecord>>;
  /** Somebody holds the lock, or a deployment was cut off: what it launched may still be needed. */
  readonly isOpen: boolean;
}

export interface Orphan {
  readonly instance: Instance;
  readonly label: InstanceLabel;
  /** In words: `no deployment has it`. */
  readonly why: string;
}

/**
 * Instances that a delivery launched and that no record has any more: neither do they serve, nor are they kept for a rollback.
 * Each was tagged with its deployment in the call that launched it, so none is missing here.
 * @param instances those of one application, in any state
 * @param recorded what is recorded of each environment, by its name; instances of others are passed over
 * @param nowMs milliseconds since the epoch
 */
export function orphansAmong(
  instances: readonly Instance[],
  recorded: Readonly<Record<string, RecordedTargets>>,
  nowMs: number,
): readonly Orphan[] {
  return instances.filter(isThere).flatMap((instance): readonly Orphan[] => {
    const label = labelOf(instance);
    const environment = recorded[label?.environment ?? ''];
    if (label === undefined || environment === undefined || environment.isOpen) return [];
    // The group that launched it has it, and grows and shrinks without a record.
    if (instance.tags[AUTOSCALING_TAG] !== undefined) return [];
    const { facts } = environment.targets[label.target] ?? {};
    if (facts === undefined) return [{ instance, label, why: 'its target has no record of instances' }];
    if (idsIn(facts['live']).includes(instance.id)) return [];
    const until = facts['kept-until'];
    if (until !== undefined && idsIn(facts['kept-instances']).includes(instance.id)) {
      const kept = { target: label.target, colour: label.version, since: facts['kept-since'] ?? '', until };
      return isOverdue(kept, nowMs)
        ? [{ instance, label, why: `it was to be kept until ${until.slice(0, 16).replace('T', ' ')} UTC` }]
        : [];
    }
    return [{ instance, label, why: `no record has it; deployment ${label.run.split('-')[0]} launched it` }];
  });
}

const idsIn = (fact: string | undefined): readonly string[] => fact?.split(', ') ?? [];
