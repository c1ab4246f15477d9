import type { ProbeRoute } from './endpoints.js';
import type { Look } from './serviceDescription.js';
import type { Probe } from './probe.js';
import type { Report } from './rollout.js';
import { probePlan, resolveRoute, targetGroupsOf } from './trafficRoute.js';
import type { SharedService } from './sharedService.js';
import { sightOf, type Sight } from './sight.js';
import { groupsOf, type ServiceGroup } from './targetHealth.js';
import type { EcsTargetOptions } from './targetOptions.js';
import { findContainer } from './taskDefinition.js';

/** How a target can be seen. */
export interface Way {
  readonly route: ProbeRoute;
  readonly sight: Sight;
  readonly groups: readonly ServiceGroup[];
}

export const noWay: Way = { route: { kind: 'tasks-only' }, sight: 'unknown', groups: [] };

/** How each target of the service can be seen, by its name: found out before anything is changed. */
export async function waysOf(
  { aws, balancersAt, probe = probeByHttp }: Pick<EcsTargetOptions, 'aws' | 'balancersAt' | 'probe'>,
  { parts: { api, members }, sights }: Pick<SharedService, 'parts' | 'sights'>,
  look: Look,
  report: Report,
  signal: AbortSignal,
): Promise<(target: string) => Way> {
  const warn = (message: string) => report('health', message);
  const groups = await targetGroupsOf(aws, look.service, warn);
  const found = await Promise.all(
    members.map(async ({ name, config }) => {
      const container = findContainer(look.definition, config.container);
      const plan = probePlan(config.health, look.service, look.definition, container);
      const route = await resolveRoute(aws, plan, { groups, at: balancersAt }, warn);
      // On the way back what runs may be what failed: what was found out before that counts.
      const sight = sights.get(name) ?? (await sightOf({ api, probe }, route, look.service, signal));
      sights.set(name, sight);
      return [name, { route, sight, groups: groupsOf(look.service, container.name ?? '', groups) }] as const;
    }),
  );
  const ways = new Map<string, Way>(found);
  return (target) => ways.get(target) ?? noWay;
}

/** Loaded when first used: a no-change deploy probes nothing. */
export const probeByHttp: Probe = async (url, options) =>
  (await import('../../../adapters/http/httpProbe.js')).probe(url, options);
