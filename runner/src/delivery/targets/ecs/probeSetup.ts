import type { ProbeRoute } from './endpoints.js';
import type { StageSubject } from '../../../events/stage.js';
import type { ServiceDescription } from './serviceDescription.js';
import type { Probe } from './probe.js';
import { probePlan, resolveRoute, targetGroupsOf } from './trafficRoute.js';
import type { SharedService } from './sharedService.js';
import { reachabilityOf, type Reachability } from './reachability.js';
import { groupsOf, type ServiceGroup } from './targetHealth.js';
import type { EcsTargetOptions } from './targetOptions.js';
import { isNative } from './strategySchema.js';
import { findContainer } from './taskDefinition.js';

/** How the tasks of a target are probed. */
export interface ProbeSetup {
  readonly route: ProbeRoute;
  readonly reachability: Reachability;
  readonly groups: readonly ServiceGroup[];
}

export const noProbeSetup: ProbeSetup = {
  route: { kind: 'tasks-only' },
  reachability: 'unknown',
  groups: [],
};

/** How the tasks of each target are probed, by its name; found out before anything is changed. */
export async function probeSetupsOf(
  {
    aws,
    balancersAt,
    probe = probeByHttp,
    like,
  }: Pick<EcsTargetOptions, 'aws' | 'balancersAt' | 'like' | 'probe'>,
  { parts: { api, members }, knownReachability }: Pick<SharedService, 'parts' | 'knownReachability'>,
  described: ServiceDescription,
  subject: StageSubject,
  signal: AbortSignal,
): Promise<(target: string) => ProbeSetup> {
  const warn = (message: string) => subject.progress('health', message);
  // An idle colour may have no task yet: what it is going to have is what is asked.
  const service = like === undefined ? described.service : { ...described.service, desiredCount: like.count };
  const groups = await targetGroupsOf(aws, service, warn);
  const found = await Promise.all(
    members.map(async ({ name, config }) => {
      const container = findContainer(described.definition, config.container);
      const plan = probePlan(config.health, service, described.definition, container);
      const { strategy } = config;
      // Which of the two groups has the tasks changes with each deployment; the rule stays.
      const rule = isNative(strategy) ? strategy['production-rule'] : undefined;
      const route = await resolveRoute(aws, plan, { groups, rule, at: balancersAt }, warn);
      // On the way back what runs may be what failed: what was found out before that counts.
      const reachability =
        knownReachability.get(name) ??
        (await reachabilityOf({ api, probe }, route, described.service, signal));
      knownReachability.set(name, reachability);
      return [
        name,
        {
          route,
          reachability,
          groups: rule === undefined ? groupsOf(described.service, container.name ?? '', groups) : [],
        },
      ] as const;
    }),
  );
  const setups = new Map<string, ProbeSetup>(found);
  return (target) => setups.get(target) ?? noProbeSetup;
}

/** Loaded when first used: a no-change deploy probes nothing. */
export const probeByHttp: Probe = async (url, options) =>
  (await import('../../../adapters/http/httpProbe.js')).probe(url, options);
