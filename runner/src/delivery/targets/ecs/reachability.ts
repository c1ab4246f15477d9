import { startedTasks, type EcsApi, type Service } from '../../../adapters/aws/ecs.js';
import type { ProbeAnswer } from '../../../adapters/http/httpProbe.js';
import { orFallback } from './diagnosis.js';
import { endpointsOf, isRunning, type ProbeRoute } from './endpoints.js';
import type { Probe } from './probe.js';

/**
 * Whether probes reach the tasks from here. `seen`: something answers, whatever it says. `silent`: tasks run and none
 * answers, so that the silence of the new ones proves nothing either. `unknown`: nothing runs that could answer.
 */
export type Reachability = 'seen' | 'silent' | 'unknown';

/** Tasks that are asked; one that answers is enough. */
const ASKED = 3;
const ROUNDS = 2;
const TIMEOUT_MS = 1500;

/**
 * Asks what runs now, before anything is changed, at the place where the release will be asked. One API call where
 * each task is probed and ECS's messages name running ones, else two more; none where a URL is probed.
 */
export async function reachabilityOf(
  { api, probe }: { readonly api: EcsApi; readonly probe: Probe },
  route: ProbeRoute,
  service: Service,
  signal: AbortSignal,
): Promise<Reachability> {
  const urls =
    route.kind === 'url'
      ? [route.url]
      : await orFallback(urlsOfRunningTasks(api, route, service, signal), [], signal);
  if (urls.length === 0) return 'unknown';
  for (let round = 1; round <= ROUNDS; round += 1) {
    const asked = { timeoutMs: TIMEOUT_MS, signal, ...requestOf(route) };
    const answers = await Promise.all(urls.map((url) => probe(url, asked)));
    if (answers.some(isAnswered)) return 'seen';
  }
  // A load balancer that nothing stands behind may still be on its way.
  return route.kind === 'url' && (service.runningCount ?? 0) === 0 ? 'unknown' : 'silent';
}

/** Whether an answer came from there, and not from a proxy that did not get through. */
export const isAnswered = ({ status, isProxys = false }: ProbeAnswer): boolean =>
  status !== undefined && !isProxys;

async function urlsOfRunningTasks(
  api: EcsApi,
  route: ProbeRoute,
  service: Service,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (route.kind !== 'each-task') return [];
  const urlsOf = async (arns: readonly string[]) => {
    const run = (await api.describeTasks(arns, signal)).filter(isRunning);
    return endpointsOf(run, route).map(({ url }) => url);
  };
  const asked = Math.min(ASKED, service.desiredCount ?? 0);
  const named = startedTasks(service).slice(0, asked);
  const urls = named.length < asked ? [] : await urlsOf(named);
  if (urls.length > 0 && urls.length === asked) return urls;
  return (await urlsOf(await api.listTasks('RUNNING', signal))).slice(0, ASKED);
}

/** What a probe of a route is sent with, beside its URL. */
export const requestOf = (route: ProbeRoute) =>
  route.kind !== 'url'
    ? {}
    : {
        ...(route.via === undefined ? {} : { via: route.via }),
        ...(route.headers === undefined ? {} : { headers: route.headers }),
        ...(route.anyName === undefined ? {} : { anyName: route.anyName }),
      };
