import type { Service } from '../../../adapters/aws/ecs.js';
import type { Difference, TargetDiff } from '../../../domain/difference.js';
import { differencesOf, type Revision } from './mergeDefinition.js';
import type { Planned } from './nextRevision.js';
import type { EcsServiceConfig } from './schema.js';
import type { Member } from './sharedService.js';
import { findContainer } from './taskDefinition.js';

/**
 * What a deploy would change in a service, as far as it is of one target.
 * @param running the revision that the service runs
 * @param ahead the next one
 * @param members all targets of the service: what is no container's of theirs is told by the first
 */
export function diffService(
  running: Revision,
  { described, next }: Planned,
  name: string,
  members: readonly Member[],
): TargetDiff {
  const { definition } = described;
  const containerOf = (member: Member) => findContainer(definition, member.config.container).name ?? '';
  const own = members.find((member) => member.name === name);
  const others = members.filter((member) => member !== own).map(containerOf);
  const isFirst = members[0] === own;
  const isTold = ({ of, what, name: one }: Difference) => {
    const container = what === 'container' ? one : of;
    if (own !== undefined && container === containerOf(own)) return true;
    return isFirst && !others.includes(container ?? '');
  };
  const after: Revision = {
    definition: { ...definition, containerDefinitions: next.input.containerDefinitions },
    tags: described.tags,
  };
  const told = {
    differences: [
      ...differencesOf(running, after),
      ...(own === undefined ? [] : strategyDifference(described.service, own.config)),
    ]
      .filter(isTold)
      .sort((one, other) => Number(other.what === 'image') - Number(one.what === 'image')),
    fromTerraform: described.taken.filter(isTold),
    kept: described.kept.filter(isTold),
  };
  return {
    differences: told.differences,
    ...(told.fromTerraform.length === 0 ? {} : { fromTerraform: told.fromTerraform }),
    ...(told.kept.length === 0 ? {} : { kept: told.kept }),
  };
}

const NATIVE: Readonly<Record<string, string>> = {
  ROLLING: 'rolling',
  BLUE_GREEN: 'blue-green',
  CANARY: 'canary',
  LINEAR: 'linear',
};

/** The strategy is the service's own; one of two services is another target's matter. */
function strategyDifference(
  service: Service,
  { strategy: { kind } }: EcsServiceConfig,
): readonly Difference[] {
  const set = service.deploymentConfiguration?.strategy ?? 'ROLLING';
  const from = NATIVE[set] ?? set;
  return kind === 'switch' || from === kind ? [] : [{ what: 'strategy', from, to: kind }];
}
