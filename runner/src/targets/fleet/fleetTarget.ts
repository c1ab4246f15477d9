import type { ReleaseRecord, TargetRecord } from '../../core/release.js';
import { batchSize, inBatches } from '../../core/rollout/batches.js';
import type { Rollout, Target, TargetSnapshot, TargetStatus } from '../target.js';
import { rollBatch, tell } from './batch.js';
import { failedByError, fleetFailure, type FailedHost } from './failures.js';
import { fetchImages } from './fetch.js';
import { currentHosts, gateOf, joinBalancer, lookAtAll, wantedProof } from './look.js';
import type { FleetParts } from './parts.js';
import { restoreFleet, snapshotOf, type FleetSnapshot } from './restore.js';
import { fleetStatus } from './status.js';
import { wantedContainer } from './wanted.js';

/** Hosts that run one container each, replaced in batches by Ansible, watched over SSH. */
export class FleetTarget implements Target {
  readonly kind = 'fleet';
  /** Hosts that this process changed: what is unreachable and was never touched needs no going back. */
  private readonly touched = new Set<string>();

  constructor(private readonly parts: FleetParts) {}

  get name(): string {
    return this.parts.name;
  }

  async snapshot(): Promise<TargetSnapshot> {
    return { ...snapshotOf(await lookAtAll(this.parts)) };
  }

  async deploy(release: ReleaseRecord, rollout: Rollout): Promise<TargetRecord> {
    const { parts } = this;
    const { signal } = rollout;
    const startedAt = parts.clock.now().getTime();
    const wanted = wantedContainer(parts, release, await parts.registry());
    const looks = await lookAtAll(parts, signal);
    const total = looks.length;
    const names = looks.map(({ host }) => host.name).join(', ');
    parts.emit({ type: 'stage.fact', stage: rollout.stage, name: `hosts of ${parts.name}`, value: names });
    const failed = looks.flatMap(({ host, error }) =>
      error === undefined ? [] : [failedByError(host.name, error, 'untouched')],
    );
    for (const { host, reason } of failed) tell(parts, rollout, host, 'failed', reason, 'failed');
    this.refuseTooMany(failed, total);

    const before = new Map(
      looks.flatMap(({ host, containers }) =>
        containers === undefined ? [] : [[host.name, containers] as const],
      ),
    );
    const current = await currentHosts(parts, looks, wanted, signal);
    const hosts = looks.map(({ host }) => host);
    const inPlace = hosts.filter(({ name }) => current.has(name));
    const pending = hosts.filter(({ name }) => before.has(name) && !current.has(name));
    await joinBalancer(parts, inPlace, rollout);
    if (pending.length === 0 && failed.length === 0) return this.record('unchanged', wanted, total);

    const { ready, unfetched } = await fetchImages(parts, pending, wanted, rollout);
    failed.push(...unfetched);
    this.refuseTooMany(failed, total);
    // A container that is the wanted one but does not answer is replaced too.
    const stuck = ready.some(({ name }) => before.get(name)?.proven?.definition === wanted.definition);
    const variables = { ...wanted.variables, ...(stuck ? { app_container_replace: true } : {}) };
    const request = {
      variables,
      before,
      proof: wantedProof(wanted),
      gate: await gateOf(parts),
      version: release.version,
    };
    for (const batch of inBatches(ready, batchSize(parts.config.batch, total))) {
      signal.throwIfAborted();
      for (const host of batch) this.touched.add(host.name);
      failed.push(...(await rollBatch(parts, { ...request, hosts: batch }, rollout)));
      this.refuseTooMany(failed, total);
    }
    return {
      ...this.record('healthy', wanted, total, failed),
      stableMs: parts.clock.now().getTime() - startedAt,
    };
  }

  async restore(snapshot: TargetSnapshot, rollout: Rollout): Promise<TargetRecord> {
    const { hosts } = snapshot as unknown as FleetSnapshot;
    // Another process than the one that deployed does not know what was touched: then every host may have been.
    const mayHaveChanged = (host: string) => this.touched.size === 0 || this.touched.has(host);
    const failed = await restoreFleet(this.parts, { hosts }, mayHaveChanged, rollout);
    const states = Object.values(hosts);
    if (failed.length > 0) throw fleetFailure(this.parts, failed, states.length);
    const ran = states.find((one) => one !== null && one !== 'unreachable');
    return this.record(
      'rolled-back',
      typeof ran === 'object' && ran !== null ? ran : undefined,
      states.length,
    );
  }

  status(release?: ReleaseRecord): Promise<TargetStatus> {
    return fleetStatus(this.parts, release);
  }

  private refuseTooMany(failed: readonly FailedHost[], total: number): void {
    if (failed.length > 0 && (failed.length > this.parts.config['max-failed'] || failed.length === total)) {
      throw fleetFailure(this.parts, failed, total);
    }
  }

  private record(
    status: TargetRecord['status'],
    ran: { readonly digest: string } | undefined,
    total: number,
    failed: readonly FailedHost[] = [],
  ): TargetRecord {
    const reasons = failed.map(({ host, reason }) => `${host}: ${reason}`).join('; ');
    return {
      kind: this.kind,
      status,
      ...(ran === undefined ? {} : { digest: ran.digest }),
      facts:
        failed.length === 0
          ? { hosts: String(total) }
          : { hosts: `${total - failed.length} of ${total}`, failed: reasons },
    };
  }
}
