import type { Host } from '../../core/host.js';
import type { Rollout } from '../target.js';
import type { HostContainers } from './containers.js';
import { failedByError, failedByPlaybook, type FailedHost } from './failures.js';
import { bake, type GateParts } from './gate.js';
import type { FleetParts } from './parts.js';
import { containerName, restoringVariables } from './wanted.js';

const LOG_LINES = 20;

export interface BatchRequest {
  readonly hosts: readonly Host[];
  /** For the playbook. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** What each host ran before; a host that fails goes back to it. */
  readonly before: ReadonlyMap<string, HostContainers>;
  /** Watches each host over the bake window; left out where nothing is meant to run. */
  readonly gate?: GateParts;
  /** What hosts come to run, for people: `1.4.0`. */
  readonly version: string;
}

/**
 * Takes one batch of hosts through: drain → playbook → health gate → register. A host that fails is brought back to
 * what it ran before and serves again, if that is healthy; the others go on.
 *
 * @returns the hosts that failed
 * @throws whatever makes the whole batch impossible: a playbook that cannot run, an AWS that refuses, an interrupt
 */
export async function rollBatch(
  fleet: FleetParts,
  request: BatchRequest,
  rollout: Rollout,
): Promise<FailedHost[]> {
  const { signal } = rollout;
  const names = request.hosts.map((host) => host.name);
  const ssh = await fleet.ssh();
  const failed = new Map<string, FailedHost>();
  const fail = (failure: FailedHost) => {
    failed.set(failure.host, failure);
    tell(fleet, rollout, failure.host, 'failed', failure.reason, 'failed');
  };
  const healthy = () => request.hosts.filter((host) => !failed.has(host.name));

  await ssh.each(request.hosts, async (host) => {
    try {
      await ssh.ready(host, { signal });
    } catch (error) {
      signal.throwIfAborted();
      fail(failedByError(host.name, error, 'untouched'));
    }
  });
  if (healthy().length === 0) return [...failed.values()];

  await drain(fleet, healthy(), rollout);
  await rollout.journal('replace', { hosts: healthy().map((host) => host.name), version: request.version });
  const limit = healthy().map((host) => host.name);
  for (const failure of await fleet.play({ hosts: limit, variables: request.variables, rollout })) {
    // Told while the playbook ran.
    failed.set(failure.host, failedByPlaybook(failure));
  }

  const { gate } = request;
  if (gate !== undefined) {
    const verdicts = await ssh.each(healthy(), async (host) => {
      const seconds = Math.round(gate.health.for / 1000);
      if (seconds > 0) tell(fleet, rollout, host.name, 'watch', `healthy, watched for ${seconds} s`);
      return { host, reason: await bake(gate, host, signal) };
    });
    for (const { host, reason } of verdicts) {
      if (reason === undefined) continue;
      const log = await ssh.containerLog(host, containerName(fleet), LOG_LINES).catch(() => []);
      fail({ host: host.name, reason, log, now: 'unknown' });
    }
    const ill = verdicts.filter(({ reason }) => reason !== undefined).map(({ host }) => host);
    for (const host of ill) {
      const back = await bringBack(fleet, host, request.before.get(host.name), rollout);
      failed.set(host.name, { ...(failed.get(host.name) as FailedHost), now: back });
    }
  }
  await register(fleet, request, names, failed, rollout);
  return [...failed.values()];
}

async function drain(fleet: FleetParts, hosts: readonly Host[], rollout: Rollout): Promise<void> {
  const balancer = await fleet.balancer();
  if (balancer === undefined) return;
  const ssh = await fleet.ssh();
  await rollout.journal('drain', { hosts: hosts.map((host) => host.name), from: balancer.name });
  await ssh.each(hosts, async (host) => {
    tell(fleet, rollout, host.name, 'drain', `leaving ${balancer.name}`);
    const ended = await balancer.drain(host, rollout.signal);
    if (!ended) tell(fleet, rollout, host.name, 'drain', 'still has requests after the drain time, going on');
  });
}

/** Brings one host back by the playbook; a host that cannot even do that is recorded as such. */
async function bringBack(
  fleet: FleetParts,
  host: Host,
  before: HostContainers | undefined,
  rollout: Rollout,
): Promise<FailedHost['now']> {
  const container = before?.proven ?? before?.aside;
  await rollout.journal('bring back', { hosts: [host.name], version: container?.version ?? 'nothing' });
  const variables = restoringVariables(fleet, container);
  const failures = await fleet.play({ hosts: [host.name], variables, rollout });
  if (failures.length > 0) return 'unhealthy';
  return container === undefined ? 'none' : 'healthy';
}

async function register(
  fleet: FleetParts,
  request: BatchRequest,
  names: readonly string[],
  failed: Map<string, FailedHost>,
  rollout: Rollout,
): Promise<void> {
  const ssh = await fleet.ssh();
  const balancer = await fleet.balancer();
  const back = (name: string) => ['healthy', 'untouched'].includes(failed.get(name)?.now ?? '');
  const serving = request.hosts.filter(
    (host) => request.gate !== undefined && (!failed.has(host.name) || back(host.name)),
  );
  if (balancer !== undefined && serving.length > 0) {
    await rollout.journal('register', { hosts: serving.map((host) => host.name), in: balancer.name });
    await ssh.each(serving, async (host) => {
      // Not reachable for us says nothing of the balancer: a host that nobody touched never left it.
      if (failed.get(host.name)?.now === 'untouched') return;
      await balancer.register(host);
      if (await balancer.serves(host, rollout.signal)) return;
      failed.set(host.name, {
        host: host.name,
        reason: `${balancer.name} does not send requests to it: its health check fails`,
        log: await ssh.containerLog(host, containerName(fleet), LOG_LINES).catch(() => []),
        now: failed.get(host.name)?.now ?? 'unknown',
      });
    });
  }
  for (const name of names) {
    const failure = failed.get(name);
    if (failure === undefined) {
      const where = balancer === undefined ? '' : `, serving in ${balancer.name}`;
      tell(
        fleet,
        rollout,
        name,
        balancer === undefined ? 'healthy' : 'registered',
        `${request.version} healthy${where}`,
        'ok',
      );
    } else if (failure.now === 'healthy') {
      tell(fleet, rollout, name, 'restored', 'back on what ran before, healthy', 'rolled-back');
    }
  }
}

/** One line about one host. */
export function tell(
  fleet: FleetParts,
  rollout: Rollout,
  subject: string,
  phase: string,
  message: string,
  status: 'running' | 'ok' | 'failed' | 'rolled-back' = 'running',
): void {
  fleet.emit({ type: 'stage.progress', stage: rollout.stage, subject, phase, message, status });
}
