import type { Host } from '../../../domain/host.js';
import type { Rollout } from '../../../context/target.js';
import type { HostContainers } from './containers.js';
import { failedByError, failedByPlaybook, type FailedHost } from './rules/fleetFailures.js';
import { watchHealth, type GateDependencies } from './fleetGate.js';
import type { FleetChecks } from './fleetChecks.js';
import type { FleetDependencies } from './dependencies.js';
import type { Proof } from './runningDigest.js';
import { restoreHost, restoreIfChanged, hostsWithoutProof } from './restoreHost.js';
import { containerName } from './wanted.js';

const LOG_LINES = 20;

export interface BatchRequest {
  readonly hosts: readonly Host[];
  /** For the playbook. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** What has to run afterwards; undefined where nothing is to. */
  readonly proof: Proof | undefined;
  /** What each host ran before; a host that fails goes back to it. */
  readonly before: ReadonlyMap<string, HostContainers>;
  /** Whether a host that is healthy in the end may serve; `failed`: with what it ran before. */
  readonly mayServe: (host: string, failed: boolean) => boolean;
  /** Watches each host over the bake window; left out where nothing is meant to run. */
  readonly gate?: GateDependencies;
  /** What each host has to pass before it serves, and all of them while they do; nothing where left out. */
  readonly checks?: FleetChecks | undefined;
  /** What hosts come to run, for people: `1.4.0`. */
  readonly version: string;
}

/**
 * Takes one batch of hosts through: drain → playbook → health gate → checks → register → watch. A host that fails is brought back to
 * what it ran before and serves again, if that is healthy; the others go on.
 *
 * @returns the hosts that failed
 * @throws whatever makes the whole batch impossible: a playbook that cannot run, an AWS that refuses, an interrupt
 */
export async function rollBatch(
  fleet: FleetDependencies,
  request: BatchRequest,
  rollout: Rollout,
): Promise<FailedHost[]> {
  const { signal } = rollout;
  const ssh = await fleet.ssh();
  const failed = new Map<string, FailedHost>();
  const fail = (failure: FailedHost) => {
    failed.set(failure.host, failure);
    rollout.stage.subject(failure.host).progress('failed', failure.reason, 'failed');
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

  const drained = new Set(await drain(fleet, healthy(), rollout));
  await rollout.journal('replace', { hosts: healthy().map((host) => host.name), version: request.version });
  const limit = healthy().map((host) => host.name);
  for (const failure of await fleet.play({ hosts: limit, variables: request.variables, rollout })) {
    // Told while the playbook ran, but for hosts that it left out.
    if (failure.leftOut === true) fail(failedByPlaybook(failure));
    else failed.set(failure.host, failedByPlaybook(failure));
  }
  for (const failure of await hostsWithoutProof(fleet, healthy(), request.proof, rollout)) fail(failure);
  // What the role has not settled itself is settled here.
  for (const host of request.hosts) {
    const found = failed.get(host.name);
    if (found?.now !== 'unknown' || found.cause === 'unreachable') continue;
    failed.set(host.name, {
      ...found,
      now: await restoreIfChanged(fleet, host, request.before.get(host.name), rollout),
    });
  }

  const { gate } = request;
  if (gate !== undefined) {
    const verdicts = await ssh.each(healthy(), async (host) => {
      const seconds = Math.round(gate.health.for / 1000);
      if (seconds > 0)
        rollout.stage.subject(host.name).progress('watch', `healthy, watched for ${seconds} s`);
      const reason = await watchHealth(gate, host, signal);
      if (reason === undefined) return { host, found: await request.checks?.ofHost(host) };
      const log = await ssh.containerLog(host, containerName(fleet), LOG_LINES).catch(() => []);
      return { host, found: { reason, log } };
    });
    for (const { host, found } of verdicts)
      if (found !== undefined) fail({ host: host.name, cause: 'unhealthy', ...found, now: 'unknown' });
    const unhealthy = verdicts.filter(({ found }) => found !== undefined).map(({ host }) => host);
    for (const host of unhealthy) {
      const back = await restoreHost(fleet, host, request.before.get(host.name), rollout);
      failed.set(host.name, { ...(failed.get(host.name) as FailedHost), now: back });
    }
  }
  await register(fleet, request, drained, failed, rollout);
  if (request.hosts.some(({ name }) => !failed.has(name))) await request.checks?.watch();
  return [...failed.values()];
}

/** @returns the names of the hosts that left */
async function drain(fleet: FleetDependencies, hosts: readonly Host[], rollout: Rollout): Promise<string[]> {
  const balancer = await fleet.balancer();
  if (balancer === undefined) return [];
  const ssh = await fleet.ssh();
  const names = hosts.map((host) => host.name);
  await rollout.journal('drain', { hosts: names, from: balancer.name });
  await ssh.each(hosts, async (host) => {
    rollout.stage.subject(host.name).progress('drain', `leaving ${balancer.name}`);
    const ended = await balancer.drain(host, rollout.signal);
    if (!ended)
      rollout.stage
        .subject(host.name)
        .progress('drain', 'still has requests after the drain time, continuing');
  });
  return names;
}

/** Puts hosts that drained and are healthy, with the new or the old, back into service; tells how each host ended. */
async function register(
  fleet: FleetDependencies,
  request: BatchRequest,
  drained: ReadonlySet<string>,
  failed: Map<string, FailedHost>,
  rollout: Rollout,
): Promise<void> {
  const ssh = await fleet.ssh();
  const balancer = await fleet.balancer();
  const serving = request.hosts.filter(({ name }) => {
    const now = failed.get(name)?.now;
    return (
      request.gate !== undefined &&
      drained.has(name) &&
      request.mayServe(name, now !== undefined) &&
      (now === undefined || now === 'healthy' || now === 'untouched')
    );
  });
  if (balancer !== undefined && serving.length > 0) {
    await rollout.journal('register', { hosts: serving.map(({ name }) => name), in: balancer.name });
    await ssh.each(serving, async (host) => {
      await balancer.register(host);
      if (failed.has(host.name) || (await balancer.serves(host, rollout.signal))) return;
      const log = await ssh.containerLog(host, containerName(fleet), LOG_LINES).catch(() => []);
      const reason = `${balancer.name} does not send requests to it: its health check fails`;
      const now = await restoreHost(fleet, host, request.before.get(host.name), rollout);
      failed.set(host.name, { host: host.name, cause: 'not-served', reason, log, now });
    });
  }
  for (const { name } of request.hosts) {
    const failure = failed.get(name);
    if (failure === undefined) {
      const serves =
        balancer === undefined || request.gate === undefined ? '' : `, serving in ${balancer.name}`;
      const phase = serves === '' ? 'healthy' : 'registered';
      rollout.stage
        .subject(name)
        .progress(
          phase,
          request.gate === undefined ? 'removed' : `${request.version} healthy${serves}`,
          'ok',
        );
    } else if (failure.now === 'healthy') {
      rollout.stage.subject(name).progress('restored', 'back on what ran before, healthy', 'rolled-back');
    }
  }
}
