import { StackError } from '../../../base/errors.js';
import type { Host } from '../../../domain/host.js';
import { batchSize, inBatches } from '../../rules/batches.js';
import type { TargetSnapshot } from '../../../domain/records.js';
import type { Rollout } from '../../../context/target.js';
import { rollBatch } from './batch.js';
import type { Container, HostContainers } from './containers.js';
import { failedByError, type FailedHost } from './rules/fleetFailures.js';
import { gateOf, joinBalancer, readHostStates, waitForReplacements, type HostState } from './hostState.js';
import type { FleetDependencies } from './dependencies.js';
import { missingProof, proofOf } from './runningDigest.js';

/** What one host ran: its container, null for nothing, `unreachable` where it could not be asked. */
type HostSnapshot = Container | null | 'unreachable';

export interface FleetSnapshot {
  readonly hosts: Readonly<Record<string, HostSnapshot>>;
  /** Names of hosts that were behind already: they served nobody, and do not when they are as before. */
  readonly keptOut?: readonly string[];
}

/**
 * What a fleet runs now, to be restored later.
 * @param behind names of hosts that the deployment before left behind
 */
export function snapshotOf(
  states: readonly HostState[],
  behind: ReadonlySet<string> = new Set(),
): FleetSnapshot {
  const hosts: Record<string, HostSnapshot> = {};
  for (const { host, containers } of states) {
    // After a cut-off deploy, the previous container is the last one that was healthy.
    hosts[host.name] =
      containers === undefined ? 'unreachable' : (containers.current ?? containers.previous ?? null);
  }
  return { hosts, ...(behind.size === 0 ? {} : { keptOut: [...behind] }) };
}

/** @throws StackError ROLLBACK_FAILED where it is a snapshot of something else, e.g. of what the target was before */
export function readSnapshot(
  snapshot: TargetSnapshot,
  { name, environmentName }: Pick<FleetDependencies, 'name' | 'environmentName'>,
): FleetSnapshot {
  const { hosts } = snapshot;
  if (typeof hosts === 'object' && hosts !== null && !Array.isArray(hosts))
    return snapshot as unknown as FleetSnapshot;
  throw new StackError('ROLLBACK_FAILED', `the snapshot of ${name} does not say what its hosts ran before`, {
    where: name,
    next: `Deploy a release that works: node runner rollback --env ${environmentName} --to VERSION`,
  });
}

interface HostToRestore {
  readonly host: Host;
  readonly back: Container | undefined;
}

/**
 * Restores every host to a snapshot, in batches; those that are there already are left alone.
 *
 * @param may what the deploy that is undone may have done to a host: change it though it cannot be asked now, or take
 *   it out of the target group because it could not be asked then
 * @returns the hosts that are not as they were
 */
export async function restoreFleet(
  fleet: FleetDependencies,
  snapshot: FleetSnapshot,
  may: { readonly haveChanged: (host: string) => boolean; readonly haveTakenOut: (host: string) => boolean },
  rollout: Rollout,
): Promise<FailedHost[]> {
  const hosts = await fleet.hosts();
  const couldBeAsked = ({ name }: Host) => name in snapshot.hosts && snapshot.hosts[name] !== 'unreachable';
  // One that came since, or could not be asked before, has nothing to go back to: the others do not wait for it.
  const asked = hosts.filter(couldBeAsked);
  await waitForReplacements(fleet, rollout.signal, asked);
  const states = await readHostStates(fleet, rollout.signal, asked);
  const gate = await gateOf(fleet);
  const failed: FailedHost[] = [];
  const pending: HostToRestore[] = [];
  // But it may serve again.
  const asBefore: Host[] = hosts.filter(
    ({ name }) => snapshot.hosts[name] === 'unreachable' && may.haveTakenOut(name),
  );
  const out = new Set(snapshot.keptOut);
  for (const { host, containers, error } of states) {
    const back = snapshot.hosts[host.name];
    if (back === undefined || back === 'unreachable') continue;
    if (containers === undefined) {
      if (may.haveChanged(host.name)) failed.push(failedByError(host.name, error, 'unknown'));
    } else if (!isAsBefore(containers, back)) pending.push({ host, back: back ?? undefined });
    else if (back !== null) asBefore.push(host);
  }
  const serving = asBefore.filter(({ name }) => !out.has(name));
  await joinBalancer(fleet, serving, rollout);
  // One playbook run has one set of variables: hosts that ran different things before are done apart.
  for (const group of groupBy(pending, ({ back }) => JSON.stringify(back ?? null))) {
    const back = group[0]?.back;
    for (const batch of inBatches(group, batchSize(fleet.config.batch, hosts.length))) {
      const request = {
        hosts: batch.map(({ host }) => host),
        variables: fleet.runtime.restoring(back),
        mayServe: (host: string) => !out.has(host),
        proof: back === undefined ? undefined : proofOf(back),
        // A host that fails on its way back has no other way to go: it tries the same once more.
        before: new Map(
          batch.map(({ host }) => [host.name, back === undefined ? {} : { current: back }] as const),
        ),
        // The role has waited for its health already; what ran before needs no second proof over time.
        ...(back === undefined ? {} : { gate: { ...gate, health: { ...gate.health, for: 0 } } }),
        version: back?.version ?? 'nothing',
      };
      failed.push(...(await rollBatch(fleet, request, rollout)));
    }
  }
  return failed;
}

function isAsBefore(found: HostContainers, back: Container | null): boolean {
  if (back === null) return missingProof(found, undefined) === undefined && found.previous === undefined;
  const { current } = found;
  if (current?.definition !== back.definition || current.image !== back.image) return false;
  return missingProof(found, proofOf(back)) === undefined;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups.values()];
}
