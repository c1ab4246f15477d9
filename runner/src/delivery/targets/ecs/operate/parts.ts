import type { Rollout } from '../../../../context/target.js';
import type { TargetRecord } from '../../../../domain/records.js';
import type { EcsApi, EcsScope } from '../../../../adapters/aws/ecs.js';
import type { EcsTasks } from '../../../../adapters/aws/ecsTasks.js';
import type { ServiceScaling } from '../../../../adapters/aws/scaling.js';
import type { ReleaseRecord } from '../../../../domain/records.js';
import type { NextRevision } from '../nextRevision.js';
import type { ServiceReader } from '../serviceDescription.js';
import type { EcsTargetOptions } from '../targetOptions.js';

/** What is operated: a service, seen as one target. */
export interface EcsParts {
  readonly options: EcsTargetOptions;
  readonly scope: EcsScope;
  readonly api: EcsApi;
  readonly tasks: EcsTasks;
  readonly reader: ServiceReader;
  readonly scaling: ServiceScaling;
  /** What brings a release to the service. */
  next(release: ReleaseRecord, signal: AbortSignal): Promise<NextRevision>;
  restart(rollout: Rollout): Promise<TargetRecord>;
}
