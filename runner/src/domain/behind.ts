import type { BehindHost, DeploymentRecord, DeploymentStatus, TargetRecord } from './records.js';

/** Whether a deployment that ended so is what its environment runs. */
export const isInService = (status: DeploymentStatus): boolean => isProven(status) || status === 'unproven';

/** Whether a deployment that ended so has shown that its release works. */
export const isProven = (status: DeploymentStatus): boolean => status === 'healthy' || status === 'partial';

/** Whether a release ran healthy on a target at least, though another of them may want nothing to run. */
export const hasRun = ({ status, targets }: Pick<DeploymentRecord, 'status' | 'targets'>): boolean =>
  isProven(status) ||
  (status === 'unproven' &&
    Object.values(targets ?? {}).some((one) => one.status === 'healthy' || one.status === 'unchanged'));

/** A host that is behind, with the target it belongs to. */
export interface BehindOfTarget extends BehindHost {
  readonly target: string;
}

/** Hosts that a deployment left behind, of all its targets. */
export function behindOf({ targets }: Pick<DeploymentRecord, 'targets'>): readonly BehindOfTarget[] {
  return Object.entries(targets ?? {}).flatMap(([target, { hosts }]) =>
    (hosts?.behind ?? []).map((host) => ({ target, ...host })),
  );
}

/**
 * How a deployment ended whose targets all came to their end: unproven as soon as one of them runs nothing, partial as
 * soon as one host is behind.
 */
export function statusOfTargets(
  targets: Readonly<Record<string, TargetRecord>>,
): 'healthy' | 'partial' | 'unproven' {
  if (unprovenOf({ targets }).length > 0) return 'unproven';
  return behindOf({ targets }).length > 0 ? 'partial' : 'healthy';
}

/** Names of the targets where nothing shows that the release works, since no task is wanted there. */
export const unprovenOf = ({ targets }: Pick<DeploymentRecord, 'targets'>): readonly string[] =>
  Object.entries(targets ?? {}).flatMap(([name, { status }]) => (status === 'unproven' ? [name] : []));

/** `nothing shows that it works: web wants 0 tasks`. */
export const unprovenWords = (deployment: Pick<DeploymentRecord, 'targets'>): string => {
  const names = unprovenOf(deployment);
  return `nothing shows that it works: ${names.join(', ')} ${names.length === 1 ? 'wants' : 'want'} 0 tasks`;
};

/** `2 of 3 hosts`, over all targets that have a host behind. */
export function hostsInService({ targets }: Pick<DeploymentRecord, 'targets'>): string {
  const fleets = Object.values(targets ?? {}).flatMap(({ hosts }) =>
    hosts === undefined || hosts.behind.length === 0 ? [] : [hosts],
  );
  const total = fleets.reduce((sum, hosts) => sum + hosts.total, 0);
  const behind = fleets.reduce((sum, hosts) => sum + hosts.behind.length, 0);
  return `${total - behind} of ${total} hosts`;
}

/** `host-1 behind on 1.0.0, host-2 behind`. */
export function behindWords(behind: readonly BehindHost[]): string {
  return behind
    .map(({ host, version }) => `${host} behind${version === null ? '' : ` on ${version}`}`)
    .join(', ');
}
