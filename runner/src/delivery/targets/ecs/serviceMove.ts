import { primaryOf, type Wanted } from '../../../domain/ecsService.js';
import type { MigrationRecord } from '../../../domain/migration.js';
import type { ReleaseRecord } from '../../../domain/records.js';
import { serviceView, type Service } from '../../../adapters/aws/ecs.js';
import { hasChecks, runEcsChecks } from './ecsChecks.js';
import { rollingMover, type Move, type Moved, type Moving, type Pause } from './mover.js';
import type { ProbeSetup } from './probeSetup.js';
import type { Change } from './serviceChange.js';
import type { ServiceDescription } from './serviceDescription.js';
import type { CheckedRevision } from './targetOptions.js';
import { diagnosisOf, type TargetParts } from './targetParts.js';
import { byName } from '../../rules/checkCommands.js';

/** What was done to a service, or, without `service`, that there was nothing to do. */
export interface Changed {
  readonly described: ServiceDescription;
  /** What ran before, and what runs now. */
  readonly previous: string;
  readonly taskDefinition: string;
  /** How a target is seen. */
  readonly setupOf: (target: string) => ProbeSetup;
  readonly migrated?: MigrationRecord | undefined;
  /** The service as the change left it. */
  readonly service?: Service;
  /** The platform waits for somebody, until when nothing more is to be seen. */
  readonly pause?: Pause | undefined;
  /** The clock when the platform accepted the change. */
  readonly acceptedMs: number;
}

/** The service on its way, for what moves it. @param release what it is brought; undefined where that is not known */
export function movingOf(
  parts: TargetParts,
  change: Change,
  described: ServiceDescription,
  { release, isUndo }: { readonly release?: ReleaseRecord; readonly isUndo: boolean },
): Moving {
  const { name, options, shared } = parts;
  const checked = shared.parts.members.filter(({ config }) => hasChecks(config));
  const { rollout } = change;
  const isChecked = release !== undefined && checked.length > 0 && rollout.kind !== 'rollback';
  return {
    change,
    described,
    name,
    isUndo,
    version: release?.version,
    diagnosis: diagnosisOf(parts, described, change.rollout),
    check: isChecked
      ? async (test) => {
          const at = test === undefined ? undefined : byName(test, options.url);
          const { check = (one) => checkBeforeTraffic(parts, one) } = options;
          await Promise.all(checked.map((member) => check({ member, described, release, at, rollout })));
        }
      : undefined,
  };
}

/** Moves the service; from then on anything else found there is someone else's doing. */
export async function moveShared(
  { shared, reader, mover }: TargetParts,
  moving: Moving,
  move: Move,
): Promise<Moved> {
  shared.movedTo = move.to;
  shared.untouched = false;
  reader.forget();
  const moved = await mover.move(moving, move);
  // What ECS brings back by itself is older than that: only of its rolling update it says so.
  if (mover === rollingMover) shared.begun = deploymentOf(moved.service, move.to).deployment;
  return moved;
}

/** The commands of a member, where ECS moves the requests only after them. */
async function checkBeforeTraffic(
  { options, scope, tasks, shared }: TargetParts,
  { member, described, release, at, rollout }: CheckedRevision,
): Promise<void> {
  const taskDefinition = shared.movedTo ?? described.service.taskDefinition ?? '';
  const checked = { options: { ...options, ...member }, scope, tasks, rollout, ...described };
  await runEcsChecks({ ...checked, taskDefinition, release, at }, { when: 'before-traffic' });
}

/** The deployment that a change began, as its answer tells. */
export function deploymentOf(service: Service, taskDefinition: string): Pick<Wanted, 'deployment'> {
  const primary = primaryOf(serviceView(service));
  return primary?.taskDefinition === taskDefinition ? { deployment: primary } : {};
}
