import type { Rollout } from '../../../context/target.js';

/**
 * Task definitions that earlier processes have told a service to run, by their journals: another one is somebody else's.
 * @returns ARNs
 */
export function begunRevisions(
  { begun = [], earlier = [] }: Pick<Rollout, 'begun' | 'earlier'>,
  { service }: { readonly service: string },
): ReadonlySet<string> {
  const told = [...earlier, ...begun].flatMap(({ action, data }) =>
    action === 'update' && data?.['service'] === service ? [data['to']] : [],
  );
  return new Set(told.filter((one) => typeof one === 'string'));
}
