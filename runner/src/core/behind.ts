import type { BehindHost, DeploymentRecord, DeploymentStatus, TargetRecord } from './release.js';

/** Whether a deployment that ended so is what its environment runs. */
export const isInService = (status: DeploymentStatus): boolean =>
  status === 'healthy' || status === 'partial';

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

/** How a deployment ended whose targets all came to their end: partial as soon as one host is behind. */
export function endedAs(targets: Readonly<Record<string, TargetRecord>>): 'healthy' | 'partial' {
  return behindOf({ targets }).length > 0 ? 'partial' : 'healthy';
}

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
