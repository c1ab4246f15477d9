import { serviceName, sharedService } from './collisions.js';
import type { EcsServiceConfig } from './schema.js';
import { StackError } from '../../../base/errors.js';
import type { Wanted } from '../../../domain/ecsService.js';
import type { Clock } from '../../../base/ports.js';
import type { EcsApi, EcsScope } from '../../../adapters/aws/ecs.js';
import type { EcsTasks } from '../../../adapters/aws/ecsTasks.js';
import { ServiceReader } from './serviceDescription.js';
import type { Reachability } from './reachability.js';
import { SharedStep } from './sharedStep.js';

/** One target of a service: one of its containers. References are resolved. */
export interface Member {
  readonly name: string;
  readonly config: EcsServiceConfig;
}

/**
 * A service and the targets that are its containers. What changes the service is done once for all of them, by the
 * first that comes to it: one revision with every image, one move. Each then watches by itself.
 */
export class SharedService {
  readonly reader: ServiceReader;
  /** True from the beginning of a deploy until it moves the service. */
  untouched = false;
  /** What this process moved the service to: anything else found later is someone else's doing. */
  movedTo: string | undefined;
  /** The deployment that moving it began. */
  begun: Wanted['deployment'];
  /** Whether each target could be probed before the service was changed. */
  readonly knownReachability = new Map<string, Reachability>();
  private readonly steps = new SharedStep();

  constructor(
    readonly parts: {
      readonly scope: EcsScope;
      readonly api: EcsApi;
      readonly tasks: EcsTasks;
      readonly clock: Clock;
      readonly members: readonly Member[];
    },
  ) {
    this.reader = new ServiceReader(parts.api, parts.clock, parts.scope);
  }

  /** Does a step once for all members, see `SharedStep`. */
  together<T>(key: string, member: string, work: () => Promise<T>): Promise<T> {
    return this.steps.together(key, member, work);
  }
}

/**
 * Sorts targets by the service they are of, now that their names are resolved.
 * @throws StackError CONFIG_INVALID where two of one service are not two containers of it
 */
export function byService(members: readonly Member[], environment: string): readonly (readonly Member[])[] {
  const groups = new Map<string, Member[]>();
  for (const member of members) {
    const key = serviceName(member.config);
    const group = groups.get(key) ?? [];
    for (const other of group) {
      const problem = sharedService(member.config, other.config);
      if (problem === undefined) continue;
      throw new StackError(
        'CONFIG_INVALID',
        `target ${member.name} ${problem.message(`target ${other.name}`)}`,
        {
          where: `environments.${environment}.targets.${member.name}`,
          evidence: [`both are service ${member.config.service} in cluster ${member.config.cluster}`],
          next: 'Correct the targets, then: node runner config check',
        },
      );
    }
    groups.set(key, [...group, member]);
  }
  return [...groups.values()];
}
