import { StackError } from '../../../../../base/errors.js';
import type { TargetSnapshot } from '../../../../../domain/records.js';
import type { EcsSnapshot } from '../../rules/ecsSnapshot.js';
import { isColour, type ByColour, type Colour } from './colours.js';

/** What both colours of a switch ran before a change, and which of them was live. */
export interface SwitchSnapshot {
  readonly kind: 'ecs-service';
  readonly strategy: 'switch';
  readonly live: Colour;
  /** Percent of requests by colour. */
  readonly percent: ByColour<number>;
  readonly colours: ByColour<EcsSnapshot>;
  /** `sha256:…` of what the live colour ran, where it ran by digest. */
  readonly digest?: string;
}

/** @throws StackError ROLLBACK_FAILED where it is a snapshot of something else, e.g. of another strategy */
export function readSwitchSnapshot(snapshot: TargetSnapshot, target: string): SwitchSnapshot {
  if (snapshot['strategy'] === 'switch' && isColour(snapshot['live'])) {
    return snapshot as unknown as SwitchSnapshot;
  }
  throw new StackError(
    'ROLLBACK_FAILED',
    `the snapshot of ${target} does not say which colour was live before`,
    {
      where: target,
      next: 'Deploy a release that is known to work: node runner deploy --release VERSION',
    },
  );
}
