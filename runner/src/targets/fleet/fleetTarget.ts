import { StackError } from '../../core/errors.js';
import type { Host } from '../../core/host.js';
import type { ReleaseRecord, TargetRecord } from '../../core/release.js';
import { batchSize, inBatches } from '../../core/rollout/batches.js';
import type { Rollout, Target, TargetSnapshot, TargetStatus } from '../target.js';
import { rollBatch, tell } from './batch.js';
import { lookAt, type Container, type HostContainers } from './containers.js';
import { failedByError, fleetFailure, type FailedHost } from './failures.js';
import { probeHost, type GateParts } from './gate.js';
import type { FleetParts } from './parts.js';
import {
  containerName,
  healthPort,
  restoringVariables,
  wantedContainer,
  type WantedContainer,
} from './wanted.js';

/** What one host ran: its container, null for nothing, `unreachable` where it could not be asked. */
type HostSnapshot = Container | null | 'unreachable';

interface FleetSnapshot {
  readonly hosts: Readonly<Record<string, HostSnapshot>>;
}

/** One look at a host: its containers, or why it could not be looked at. */
type Look =
  | { readonly host: Host; readonly containers: HostContainers; readonly error?: undefined }
  | { readonly host: Host; readonly containers?: undefined; readonly error: unknown };

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
    const hosts: Record<string, HostSnapshot> = {};
    for (const { host, containers } of await this.look()) {
      // After a cut-off deploy, the container set aside is the last one that has proven itself.
      hosts[host.name] =
        containers === undefined ? 'unreachable' : (containers.proven ?? containers.aside ?? null);
    }
    return { hosts };
  }

  async deploy(release: ReleaseRecord, rollout: Rollout): Promise<TargetRecord> {
    const { parts } = this;
    const startedAt = parts.clock.now().getTime();
    const wanted = wantedContainer(parts, release, await parts.registry());
    const looks = await this.look(rollout.signal);
    const failed = looks.flatMap(({ host, error }) =>
      error === undefined ? [] : [failedByError(host.name, error, 'untouched')],
    );
    for (const { host, reason } of failed) tell(parts, rollout, host, 'failed', reason, 'failed');
    this.refuseTooMany(failed, looks.length);

    const gate = await this.gate();
    const before = new Map(
      looks.flatMap(({ host, containers }) =>
        containers === undefined ? [] : [[host.name, containers] as const],
      ),
    );
    const current = await this.current(looks, wanted, gate, rollout);
    const pending = looks
      .filter(({ host }) => before.has(host.name) && !current.has(host.name))
      .map(({ host }) => host);
    await this.joinBalancer(
      looks.map(({ host }) => host).filter((host) => current.has(host.name)),
      rollout,
    );
    if (pending.length === 0 && failed.length === 0)
      return this.record('unchanged', wanted, looks.length, []);

    // A container that is the wanted one but does not answer is replaced too.
    const stuck = pending.some((host) => before.get(host.name)?.proven?.definition === wanted.definition);
    const variables = { ...wanted.variables, ...(stuck ? { app_container_replace: true } : {}) };
    for (const batch of inBatches(pending, batchSize(parts.config.batch, looks.length))) {
      rollout.signal.throwIfAborted();
      for (const host of batch) this.touched.add(host.name);
      failed.push(
        ...(await rollBatch(
          parts,
          { hosts: batch, variables, before, gate, version: release.version },
          rollout,
        )),
      );
      this.refuseTooMany(failed, looks.length);
    }
    return {
      ...this.record('healthy', wanted, looks.length, failed),
      stableMs: parts.clock.now().getTime() - startedAt,
    };
  }

  async restore(snapshot: TargetSnapshot, rollout: Rollout): Promise<TargetRecord> {
    const { parts } = this;
    const { hosts: wanted } = snapshot as unknown as FleetSnapshot;
    const looks = await this.look(rollout.signal);
    const gate = await this.gate();
    const failed: FailedHost[] = [];
    const pending: {
      readonly host: Host;
      readonly containers: HostContainers;
      readonly back: Container | undefined;
    }[] = [];
    const asBefore: Host[] = [];
    for (const { host, containers, error } of looks) {
      const back = wanted[host.name];
      // A host that came since, or could not be asked before, has nothing to go back to.
      if (back === undefined || back === 'unreachable') continue;
      if (containers === undefined) {
        if (this.touched.has(host.name) || this.touched.size === 0)
          failed.push(failedByError(host.name, error, 'unknown'));
      } else if (isAsBefore(containers, back)) {
        if (back !== null) asBefore.push(host);
      } else pending.push({ host, containers, back: back ?? undefined });
    }
    await this.joinBalancer(asBefore, rollout);
    // One playbook run has one set of variables: hosts that ran different things before are done apart.
    const groups = Object.values(groupBy(pending, ({ back }) => JSON.stringify(back ?? null)));
    for (const group of groups) {
      const back = group[0]?.back;
      for (const batch of inBatches(group, batchSize(parts.config.batch, looks.length))) {
        const request = {
          hosts: batch.map(({ host }) => host),
          variables: restoringVariables(parts, back),
          before: new Map(batch.map(({ host }) => [host.name, {}])),
          // The role has waited for its health already; what ran before needs no second proof over time.
          ...(back === undefined ? {} : { gate: { ...gate, health: { ...gate.health, for: 0 } } }),
          version: back?.version ?? 'nothing',
        };
        failed.push(...(await rollBatch(parts, request, rollout)));
      }
    }
    if (failed.length > 0) throw fleetFailure(parts, failed, looks.length);
    const ran = Object.values(wanted).find((one): one is Container => one !== null && one !== 'unreachable');
    return this.record('rolled-back', ran, looks.length, []);
  }

  async status(): Promise<TargetStatus> {
    const gate = await this.gate();
    const ssh = await this.parts.ssh();
    const looks = await this.look();
    const never = new AbortController().signal;
    const hosts = await ssh.each(
      looks.map(({ host }) => host),
      async (host) => {
        const look = looks.find((one) => one.host === host);
        const container = look?.containers?.proven;
        if (look?.error !== undefined) return { host: host.name, version: 'unreachable', healthy: false };
        if (container === undefined) return { host: host.name, version: 'nothing', healthy: false };
        const { ok, words } = await probeHost(gate, host, never);
        return {
          host: host.name,
          version: container.version,
          digest: container.digest,
          healthy: ok,
          answer: words,
        };
      },
    );
    const digests = new Set(hosts.map((one) => one.digest));
    const [digest] = digests;
    const mark = (one: (typeof hosts)[number]) =>
      one.healthy || one.version === 'unreachable' ? '' : ' (not healthy)';
    return {
      kind: this.kind,
      healthy: hosts.every((one) => one.healthy),
      ...(digests.size === 1 && digest !== undefined ? { digest } : {}),
      summary: hosts.map((one) => `${one.host} ${one.version}${mark(one)}`).join(' · '),
      details: { hosts },
    };
  }

  private async look(signal?: AbortSignal): Promise<Look[]> {
    const ssh = await this.parts.ssh();
    const name = containerName(this.parts);
    return ssh.each(await this.parts.hosts(), async (host): Promise<Look> => {
      try {
        return { host, containers: await lookAt(ssh, host, name, signal) };
      } catch (error) {
        signal?.throwIfAborted();
        return { host, error };
      }
    });
  }

  private async gate(): Promise<GateParts> {
    const { clock, config } = this.parts;
    return { ssh: await this.parts.ssh(), clock, health: config.health, port: healthPort(this.parts) };
  }

  /** Names of the hosts that run what is wanted already, and answer. */
  private async current(
    looks: readonly Look[],
    wanted: WantedContainer,
    gate: GateParts,
    rollout: Rollout,
  ): Promise<ReadonlySet<string>> {
    const candidates = looks.filter(
      ({ containers }) =>
        containers?.proven?.definition === wanted.definition &&
        containers.proven.state === 'running' &&
        containers.next === undefined,
    );
    const ssh = await this.parts.ssh();
    const answers = await ssh.each(
      candidates.map(({ host }) => host),
      async (host) => ({ name: host.name, ok: (await probeHost(gate, host, rollout.signal)).ok }),
    );
    return new Set(answers.filter(({ ok }) => ok).map(({ name }) => name));
  }

  /** A deploy that was cut off may have left healthy hosts outside the target group. */
  private async joinBalancer(hosts: readonly Host[], rollout: Rollout): Promise<void> {
    const balancer = hosts.length === 0 ? undefined : await this.parts.balancer();
    if (balancer === undefined) return;
    const ssh = await this.parts.ssh();
    await ssh.each(hosts, async (host) => {
      if (await balancer.isRegistered(host, rollout.signal)) return;
      await rollout.journal('register', { hosts: [host.name], in: balancer.name });
      await balancer.register(host);
      tell(this.parts, rollout, host.name, 'registered', `serving in ${balancer.name} again`, 'ok');
    });
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
    failed: readonly FailedHost[],
  ): TargetRecord {
    return {
      kind: this.kind,
      status,
      ...(ran === undefined ? {} : { digest: ran.digest }),
      facts: {
        hosts: failed.length === 0 ? String(total) : `${total - failed.length} of ${total}`,
        ...(failed.length === 0
          ? {}
          : { failed: failed.map(({ host, reason }) => `${host}: ${reason}`).join('; ') }),
      },
    };
  }
}

function isAsBefore({ proven, next, aside }: HostContainers, back: Container | null): boolean {
  if (next !== undefined) return false;
  if (back === null) return proven === undefined && aside === undefined;
  return proven?.definition === back.definition && proven.image === back.image && proven.state === 'running';
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, T[]> {
  const groups: Record<string, T[]> = {};
  for (const item of items) (groups[keyOf(item)] ??= []).push(item);
  return groups;
}

/** @throws StackError CONFIG_INVALID where an environment has no host in a group */
export function refuseEmptyGroup(
  hosts: readonly Host[],
  group: string,
  environmentName: string,
): readonly Host[] {
  if (hosts.length > 0) return hosts;
  throw new StackError('CONFIG_INVALID', `no host of ${environmentName} is in the group "${group}"`, {
    where: `targets of ${environmentName}`,
    next: `See who is there: node runner inventory --env ${environmentName}`,
  });
}
