import { StackError } from '../../../../base/errors.js';
import type { TargetSnapshot } from '../../../../domain/records.js';

/** What an ECS service ran before a change. */
export interface EcsSnapshot {
  readonly kind: 'ecs-service';
  readonly cluster: string;
  readonly service: string;
  readonly taskDefinition: string;
  readonly desiredCount: number;
  /** `sha256:…` of the image that ran, where it ran by digest. */
  readonly digest?: string;
  /** What the platform was doing with it then: a deployment that has not come to its end. */
  readonly underWay?: string;
}

/** @throws StackError ROLLBACK_FAILED where it is a snapshot of something else, e.g. written by an older runner */
export function readSnapshot(snapshot: TargetSnapshot, target: string): EcsSnapshot {
  const { kind, taskDefinition } = snapshot;
  if (kind === 'ecs-service' && typeof taskDefinition === 'string' && taskDefinition !== '') {
    return snapshot as unknown as EcsSnapshot;
  }
  throw new StackError(
    'ROLLBACK_FAILED',
    `the snapshot of ${target} does not say which task definition ran before`,
    {
      where: target,
      next: 'Deploy a release that is known to work: node runner deploy --release VERSION',
    },
  );
}
