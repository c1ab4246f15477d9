import type { ReleaseRecord } from '../../../domain/records.js';
import type { TargetStatus } from '../../../context/target.js';
import type { Container } from './containers.js';
import { probeHost } from './fleetGate.js';
import { gateOf, readHostStates } from './hostState.js';
import type { FleetDependencies } from './dependencies.js';

/** What one host runs, and whether it answers. */
export interface HostStatus {
  readonly host: string;
  /** As its container says; `nothing`, or `unreachable` where it cannot be asked. */
  readonly version: string;
  /** By the engine's word on the image that runs. */
  readonly digest?: string;
  readonly definition?: string;
  readonly healthy: boolean;
  readonly answer?: string;
}

/** What runs where, whether it answers, and whether it is one and the same everywhere: what the ledger says. */
export async function fleetStatus(fleet: FleetDependencies, release?: ReleaseRecord): Promise<TargetStatus> {
  const gate = await gateOf(fleet);
  const states = await readHostStates(fleet);
  const never = new AbortController().signal;
  const hosts = await Promise.all(
    states.map(async ({ host, containers }): Promise<HostStatus> => {
      if (containers === undefined) return { host: host.name, version: 'unreachable', healthy: false };
      const container = containers.current;
      if (container === undefined) return { host: host.name, version: 'nothing', healthy: false };
      const { ok, words } = await probeHost(gate, host, never);
      const { version, definition } = container;
      const digest = runningDigest(container);
      const what = { version, definition, ...(digest === undefined ? {} : { digest }) };
      const healthy = ok && container.state === 'running' && containers.candidate === undefined;
      return { host: host.name, ...what, healthy, answer: words };
    }),
  );
  const expected = release === undefined ? undefined : fleet.runtime.digestOf(release);
  return judgeHosts(
    hosts,
    release === undefined || expected === undefined ? undefined : { ...release, digest: expected },
  );
}

/** The digest of what really runs: the one that the label names, where the engine agrees. */
function runningDigest({ digest, content = [] }: Container): string | undefined {
  return content.includes(digest) ? digest : content[0];
}

/**
 * @param expected what the ledger says; what most hosts run where it says nothing
 * @returns healthy only where every host answers, and all run the same: image and settings
 */
export function judgeHosts(
  hosts: readonly HostStatus[],
  expected: { readonly version: string; readonly digest: string } | undefined,
): TargetStatus {
  const digest = expected?.digest ?? mostFrequent(hosts.map((one) => one.digest));
  const definition = mostFrequent(
    hosts.flatMap((one) => (one.digest === digest && one.definition !== undefined ? [one.definition] : [])),
  );
  const name = expected?.version ?? hosts.find((one) => one.digest === digest)?.version;
  const judged = hosts.map((one) => {
    if (one.version === 'unreachable' || one.version === 'nothing') return { ...one, words: one.version };
    const isWanted = one.digest !== undefined && one.digest === digest;
    // The same content may carry the name of an earlier release.
    const version = isWanted ? (expected?.version ?? one.version) : differing(one, name);
    const isSet = !isWanted || one.definition === definition;
    return {
      ...one,
      healthy: one.healthy && isWanted && isSet,
      words: `${version}${isSet ? '' : ' with other settings'}`,
    };
  });
  const digests = new Set(hosts.map((one) => one.digest));
  const [only] = digests;
  const mark = ({ healthy, version }: HostStatus) =>
    healthy || version === 'unreachable' ? '' : ' (not healthy)';
  return {
    kind: 'fleet',
    healthy: judged.every((one) => one.healthy),
    ...(digests.size === 1 && only !== undefined ? { digest: only } : {}),
    summary: judged.map((one) => `${one.host} ${one.words}${mark(one)}`).join(' · '),
    details: { hosts: judged.map(({ words: _, ...one }) => one) },
  };
}

/** Another image under the name of the right version is told apart by its digest. */
function differing({ version, digest }: HostStatus, name: string | undefined): string {
  return version === name ? `${version} (${digest ?? 'no digest known'})` : version;
}

function mostFrequent<T>(values: readonly (T | undefined)[]): T | undefined {
  const counts = new Map<T, number>();
  for (const value of values) if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0];
}
