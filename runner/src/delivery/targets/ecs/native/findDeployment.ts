import type { Clock } from '../../../../base/ports.js';
import type { EcsDeployments } from '../../../../adapters/aws/ecsDeployments.js';
import type { Service } from '../../../../adapters/aws/ecs.js';
import type { ListedDeployment } from '../../../../domain/serviceDeployment.js';
import type { BegunDeployment } from './rules/begunDeployment.js';

export interface Search {
  readonly deployments: EcsDeployments;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** AWS may list a deployment a while after it has accepted it. */
const UNLISTED_MS = 60_000;
const GAP_MS = 2000;

/** What tells the deployment of a change from those before it, by AWS's own clock. */
export function beforeChange(service: Service): Pick<BegunDeployment, 'before' | 'sinceMs'> {
  const times = (service.deployments ?? []).flatMap(({ createdAt }) => createdAt?.getTime() ?? []);
  const before = service.currentServiceDeployment;
  return {
    ...(before === undefined ? {} : { before }),
    ...(times.length === 0 ? {} : { sinceMs: Math.max(...times) }),
  };
}

/**
 * The deployment that a change began, as its answer tells, or the list of deployments: the newest one after the change
 * whose revision has the task definition.
 * @param answer of the change; undefined where that is not known, because the run that made it was killed
 * @returns its ARN; undefined where there is none, a minute after an answer
 */
export async function findDeployment(
  search: Search,
  begun: BegunDeployment,
  answer?: Service,
): Promise<string | undefined> {
  const { clock, signal } = search;
  const told = answer?.currentServiceDeployment;
  if (told !== undefined && told !== begun.before) return told;
  const untilMs = clock.now().getTime() + (answer === undefined ? 0 : UNLISTED_MS);
  for (;;) {
    const found = await listed(search, begun);
    if (found !== undefined) return found.arn;
    if (clock.now().getTime() >= untilMs) return undefined;
    await clock.sleep(GAP_MS, signal);
  }
}

async function listed(
  { deployments, signal }: Search,
  { to, before, sinceMs }: BegunDeployment,
): Promise<ListedDeployment | undefined> {
  const after = sinceMs === undefined ? {} : { after: new Date(sinceMs) };
  const candidates = (await deployments.list(after, signal)).filter(({ arn }) => arn !== before);
  const revisions = candidates.flatMap(({ revision }) => revision ?? []);
  const definitions = await deployments.taskDefinitions([...new Set(revisions)], signal);
  return candidates.find(({ revision = '' }) => definitions.get(revision) === to);
}
