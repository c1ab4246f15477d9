import type { Host } from '../../../domain/host.js';
import type { Rollout } from '../../../domain/target.js';
import { tell } from './batch.js';
import { lookAt, type HostContainers } from './containers.js';
import { probeHost, type GateParts } from './fleetGate.js';
import type { FleetParts } from './dependencies.js';
import { lacks, type Proof } from './runningDigest.js';
import { containerName, healthPort, type WantedContainer } from './wanted.js';

/** One look at a host: its containers, or why it could not be looked at. */
export type Look =
  | { readonly host: Host; readonly containers: HostContainers; readonly error?: undefined }
  | { readonly host: Host; readonly containers?: undefined; readonly error: unknown };

/**
 * Looks at hosts side by side.
 * @param hosts all of the fleet where left out
 */
export async function lookAtAll(
  fleet: FleetParts,
  signal?: AbortSignal,
  hosts?: readonly Host[],
): Promise<Look[]> {
  const ssh = await fleet.ssh();
  const name = containerName(fleet);
  return ssh.each(hosts ?? (await fleet.hosts()), async (host): Promise<Look> => {
    try {
      return { host, containers: await lookAt(ssh, host, name, signal) };
    } catch (error) {
      signal?.throwIfAborted();
      return { host, error };
    }
  });
}

/** What the module app_container holds while it replaces a container. */
const LOCK = '/run/lock/automation-stack-app-container';
/** As long as a module that was sent to a host takes until it holds the lock. */
const MODULE_START_MS = 1000;
/** Beside the health timeout: stopping the old container, starting the new one, going back. */
const REPLACE_SECONDS = 60;

/**
 * Waits until none of the hosts replaces its container any more. A playbook that was interrupted leaves the module at work on
 * the hosts, to its end: a host that is looked at before would be taken for unchanged.
 */
export async function waitForReplacements(
  fleet: FleetParts,
  signal: AbortSignal,
  hosts: readonly Host[],
): Promise<void> {
  await fleet.clock.sleep(MODULE_START_MS, signal);
  const ssh = await fleet.ssh();
  const seconds = Math.ceil(fleet.config.health.timeout / 1000) + REPLACE_SECONDS;
  await ssh.each(hosts, async (host) => {
    try {
      const argv = ['flock', '--timeout', String(seconds), LOCK, 'true'];
      await ssh.execAsRoot(host, argv, { signal, timeoutMs: (seconds + 10) * 1000 });
    } catch {
      // The look that follows says what is wrong with it.
      signal.throwIfAborted();
    }
  });
}

/** How this fleet's hosts are asked for their health. */
export async function gateOf(fleet: FleetParts): Promise<GateParts> {
  const { clock, config } = fleet;
  const container = containerName(fleet);
  return { ssh: await fleet.ssh(), clock, health: config.health, port: healthPort(fleet), container };
}

/** What proves that a host runs what is wanted. */
export const wantedProof = ({ digest, definition }: WantedContainer): Proof => ({
  digests: [digest],
  definition,
});

/** Names of the hosts that run what is wanted already, and answer. */
export async function currentHosts(
  fleet: FleetParts,
  looks: readonly Look[],
  wanted: WantedContainer,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const candidates = looks.filter(
    ({ containers }) => containers !== undefined && lacks(containers, wantedProof(wanted)) === undefined,
  );
  const gate = await gateOf(fleet);
  const ssh = await fleet.ssh();
  const answers = await ssh.each(
    candidates.map(({ host }) => host),
    async (host) => ({ name: host.name, ok: (await probeHost(gate, host, signal)).ok }),
  );
  return new Set(answers.filter(({ ok }) => ok).map(({ name }) => name));
}

/** Registers healthy hosts that a deploy that was cut off left outside the target group. */
export async function joinBalancer(
  fleet: FleetParts,
  hosts: readonly Host[],
  rollout: Rollout,
): Promise<void> {
  const balancer = hosts.length === 0 ? undefined : await fleet.balancer();
  if (balancer === undefined) return;
  const ssh = await fleet.ssh();
  await ssh.each(hosts, async (host) => {
    if (await balancer.isRegistered(host, rollout.signal)) return;
    await rollout.journal('register', { hosts: [host.name], in: balancer.name });
    await balancer.register(host);
    tell(fleet, rollout, host.name, 'registered', `serving in ${balancer.name} again`, 'ok');
  });
}
