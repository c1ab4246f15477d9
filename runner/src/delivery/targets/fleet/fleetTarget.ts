import type {
  BehindHost,
  FleetHosts,
  ReleaseRecord,
  TargetRecord,
  TargetSnapshot,
} from '../../../domain/records.js';
import type { TargetDiff } from '../../../domain/difference.js';
import type { MigrationRecord } from '../../../domain/migration.js';
import { expandOf } from '../../../config/migrateSchema.js';
import { batchSize, inBatches } from '../../rules/batches.js';
import type { Operations } from '../../../context/operations.js';
import type { CheckResult } from '../../../domain/finding.js';
import type { Begun, Known, Rollout, Target, TargetStatus, Wanted } from '../../../context/target.js';
import { rollBatch } from './batch.js';
import { diffFleet } from './diffFleet.js';
import {
  behindHost,
  TAKE_OUT_ACTION,
  takeOutOfService,
  hostsOutOfService,
  laggingHosts,
  refuseOtherSettings,
} from './hostsBehind.js';
import { hostsBegun } from './begun.js';
import { failedByError, fleetFailure, runsNowhere, type FailedHost } from './rules/fleetFailures.js';
import { begunOn, migrateFleet, stopMigration, type FleetMigration } from './fleetMigration.js';
import { fetchImages } from './pullImage.js';
import {
  currentHosts,
  gateOf,
  hasRelease,
  joinBalancer,
  readHostStates,
  wantedProof,
  type HostState,
} from './hostState.js';
import { missingProof } from './runningDigest.js';
import type { Host } from '../../../domain/host.js';
import { fleetChecks, type FleetChecks } from './fleetChecks.js';
import { createRuntime } from './createRuntime.js';
import type { FleetDependencies, FleetWorld } from './dependencies.js';
import { readSnapshot, restoreFleet, snapshotOf } from './restore.js';
import { fleetStatus } from './fleetStatus.js';
import { verifyFleet } from './verifyFleet.js';

/** Hosts that run one application each, replaced in batches by Ansible, watched over SSH. */
export class FleetTarget implements Target {
  readonly kind = 'fleet';
  /** Hosts that this process changed: what is unreachable and was never touched needs no going back. */
  private readonly touched = new Set<string>();
  /** Hosts that this process took out of the target group, because they are behind. */
  private readonly takenOut = new Set<string>();
  /** What this process wrote to the journal of its migration. */
  private readonly migrating: Begun[] = [];

  private readonly dependencies: FleetDependencies;

  constructor(world: FleetWorld) {
    this.dependencies = { ...world, runtime: createRuntime(world) };
  }

  get name(): string {
    return this.dependencies.name;
  }

  async snapshot(known?: Known): Promise<TargetSnapshot> {
    return { ...snapshotOf(await readHostStates(this.dependencies), hostsOutOfService(known)) };
  }

  behind(release: ReleaseRecord, known: Known | undefined): Promise<readonly BehindHost[]> {
    return laggingHosts(this.dependencies, release, known);
  }

  verify({ release }: Wanted): Promise<readonly CheckResult[]> {
    return verifyFleet(this.dependencies, release);
  }

  diff(release: ReleaseRecord): Promise<TargetDiff> {
    return diffFleet(this.dependencies, release);
  }

  async deploy(release: ReleaseRecord, rollout: Rollout): Promise<TargetRecord> {
    const { dependencies } = this;
    const { signal, known } = rollout;
    const isCatchUp = rollout.kind === 'catch-up';
    // Where only hosts that are behind are brought forward, one that stays behind takes nothing from the others.
    const refuse = (failures: readonly FailedHost[]) => isCatchUp || this.refuseTooMany(failures, total);
    const wanted = await dependencies.runtime.wanted(release);
    const states = await readHostStates(dependencies, signal);
    const total = states.length;
    const names = states.map(({ host }) => host.name);
    rollout.stage.fact(`hosts of ${dependencies.name}`, names.join(', '), names);
    const failed = states.flatMap(({ host, error }) =>
      error === undefined ? [] : [failedByError(host.name, error, 'untouched')],
    );
    for (const { host, reason } of failed) rollout.stage.subject(host).progress('failed', reason, 'failed');
    refuse(failed);
    const behind = hostsOutOfService(known);
    if (isCatchUp) refuseOtherSettings(dependencies, states, wanted, behind, release.version);

    const before = new Map(
      states.flatMap(({ host, containers }) =>
        containers === undefined ? [] : [[host.name, containers] as const],
      ),
    );
    const current = await currentHosts(dependencies, states, wanted, signal);
    const hosts = states.map(({ host }) => host);
    const inPlace = hosts.filter(({ name }) => current.has(name));
    const pending = hosts.filter(({ name }) => before.has(name) && !current.has(name));
    const checks = fleetChecks(dependencies, release, rollout);
    // What a killed run brought may not have been checked yet.
    if ((rollout.begun ?? []).length > 0) await this.checkAgain(inPlace, checks);
    await joinBalancer(dependencies, inPlace, rollout);
    if (pending.length === 0 && failed.length === 0)
      return this.record('unchanged', wanted, { total, behind: [] });

    await checks?.beforeChange();
    const { ready, unfetched } = await fetchImages(dependencies, pending, wanted, rollout);
    failed.push(...unfetched);
    refuse(failed);
    const [first] = ready;
    // A host that was given the release, however it fares there, was so after the migration.
    const isNew = !states.some(({ containers }) => hasRelease(containers, wanted));
    const migrates = isNew && !isCatchUp && rollout.kind !== 'rollback';
    const migrated =
      migrates && first !== undefined && expandOf(dependencies.config.migrate) !== undefined
        ? await this.runMigration({ release, wanted, host: first, rollout })
        : undefined;
    // A container that is the wanted one but does not answer is replaced too.
    const stuck = ready.some(({ name }) => before.get(name)?.current?.definition === wanted.definition);
    const variables = { ...wanted.variables, ...(stuck ? dependencies.runtime.again : {}) };
    const request = {
      variables,
      before,
      // A host that was behind already serves again once it has caught up, not with what it ran before.
      mayServe: (host: string, isOld: boolean) => !isOld || !behind.has(host),
      proof: wantedProof(wanted),
      gate: await gateOf(dependencies),
      checks,
      version: release.version,
    };
    for (const batch of inBatches(ready, batchSize(dependencies.config.batch, total))) {
      signal.throwIfAborted();
      for (const host of batch) this.touched.add(host.name);
      failed.push(...(await rollBatch(dependencies, { ...request, hosts: batch }, rollout)));
      refuse(failed);
    }
    const left = hosts.filter(({ name }) => failed.some(({ host }) => host === name));
    for (const { name } of left) this.takenOut.add(name);
    await takeOutOfService(dependencies, left, rollout);
    return {
      ...this.record(
        failed.length === 0 ? 'healthy' : 'partial',
        wanted,
        {
          total,
          behind: failed.map((one) => behindHost(one, before.get(one.host), known)),
        },
        migrated,
      ),
    };
  }

  async migrate(release: ReleaseRecord, rollout: Rollout, of?: string): Promise<MigrationRecord> {
    const { dependencies } = this;
    const { signal } = rollout;
    const wanted = await dependencies.runtime.wanted(release);
    const states = await readHostStates(dependencies, signal);
    const failed = states.flatMap(({ host, error }) =>
      error === undefined ? [] : [failedByError(host.name, error, 'untouched')],
    );
    this.refuseTooMany(failed, states.length);
    const runsIt = ({ containers }: HostState) =>
      containers !== undefined &&
      missingProof(containers, { digests: [wanted.digest], definition: '' }) === undefined;
    // A contract step goes with what runs, as it runs.
    const host = states.find(
      (state) => state.containers !== undefined && (of === undefined || runsIt(state)),
    )?.host;
    if (host === undefined) throw runsNowhere(dependencies, release);
    const { unfetched } = await fetchImages(dependencies, [host], wanted, rollout);
    if (unfetched.length > 0) throw fleetFailure(dependencies, unfetched, states.length);
    return this.runMigration({ release, wanted, host, rollout, of });
  }

  private runMigration(request: FleetMigration): Promise<MigrationRecord> {
    const { rollout } = request;
    return migrateFleet(this.dependencies, {
      ...request,
      rollout: {
        ...rollout,
        journal: async (action, data = {}) => {
          await rollout.journal(action, data);
          this.migrating.push({ action, data });
        },
      },
    });
  }

  async restore(snapshot: TargetSnapshot, rollout: Rollout): Promise<TargetRecord> {
    const { hosts, keptOut: out } = readSnapshot(snapshot, this.dependencies);
    const begun = (rollout.begun ?? []).filter(({ action }) => action === TAKE_OUT_ACTION);
    const takenOut = new Set(begun.flatMap(({ data }) => (data?.['hosts'] ?? []) as readonly string[]));
    // What this process touched, and what the journal says that another one did.
    const before = hostsBegun(this.touched.size > 0 ? (rollout.begun ?? []) : rollout.begun);
    const may = {
      haveChanged: (host: string) => before === 'all' || before.has(host) || this.touched.has(host),
      haveTakenOut: (host: string) => this.takenOut.has(host) || takenOut.has(host),
    };
    const wanted = { hosts, ...(out === undefined ? {} : { keptOut: out }) };
    const open = begunOn(this.migrating.length > 0 ? this.migrating : rollout.begun);
    const unstopped = open === undefined ? undefined : await stopMigration(this.dependencies, open, rollout);
    const failed = await restoreFleet(this.dependencies, wanted, may, rollout);
    const states = Object.values(hosts);
    if (failed.length > 0) throw fleetFailure(this.dependencies, failed, states.length);
    // Before that is known, no other migration may begin.
    if (unstopped !== undefined) throw unstopped;
    const ran = states.find((one) => one !== null && one !== 'unreachable');
    const container = typeof ran === 'object' && ran !== null ? ran : undefined;
    return this.record('rolled-back', container, { total: states.length, behind: [] });
  }

  async operations(): Promise<Operations> {
    return (await import('./operate/operations.js')).fleetOperations(this.dependencies);
  }

  status(release?: ReleaseRecord): Promise<TargetStatus> {
    return fleetStatus(this.dependencies, release);
  }

  private async checkAgain(hosts: readonly Host[], checks: FleetChecks | undefined): Promise<void> {
    if (checks === undefined) return;
    const ssh = await this.dependencies.ssh();
    const failed = await ssh.each(hosts, async (host): Promise<FailedHost[]> => {
      const found = await checks.ofHost(host);
      return found === undefined ? [] : [{ host: host.name, cause: 'unhealthy', ...found, now: 'unknown' }];
    });
    if (failed.flat().length > 0) throw fleetFailure(this.dependencies, failed.flat(), hosts.length);
  }

  private refuseTooMany(failed: readonly FailedHost[], total: number): void {
    if (
      failed.length > 0 &&
      (failed.length > this.dependencies.config['max-failed'] || failed.length === total)
    ) {
      throw fleetFailure(this.dependencies, failed, total);
    }
  }

  private record(
    status: TargetRecord['status'],
    ran: { readonly digest: string } | undefined,
    hosts: FleetHosts,
    migrated?: MigrationRecord,
  ): TargetRecord {
    const { total, behind } = hosts;
    const words = behind.length === 0 ? String(total) : `${total - behind.length} of ${total}`;
    return {
      kind: this.kind,
      status,
      ...(ran === undefined ? {} : { digest: ran.digest }),
      facts: {
        hosts: words,
        ...(migrated === undefined ? {} : { migration: `${migrated.task} on ${migrated.host ?? ''}` }),
      },
      ...(status === 'rolled-back' ? {} : { hosts }),
    };
  }
}
