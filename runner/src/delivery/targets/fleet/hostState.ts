import type { Host } from '../../../domain/host.js';
import type { Rollout } from '../../../context/target.js';
import type { HostContainers } from './containers.js';
import { probeHost, type GateDependencies } from './fleetGate.js';
import type { FleetDependencies } from './dependencies.js';
import { missingProof, type Proof } from './runningDigest.js';
import { healthPort, type WantedContainer } from './wanted.js';

/** The state of a host: its containers, or why they could not be read. */
export type HostState =
  | { readonly host: Host; readonly containers: HostContainers; readonly error?: undefined }
  | { readonly host: Host; readonly containers?: undefined; readonly error: unknown };

/**
 * Reads the states of hosts, side by side.
 * @param hosts all of the fleet where left out
 */
export async function readHostStates(
  fleet: FleetDependencies,
  signal?: AbortSignal,
  hosts?: readonly Host[],
): Promise<HostState[]> {
  const ssh = await fleet.ssh();
  return ssh.each(hosts ?? (await fleet.hosts()), async (host): Promise<HostState> => {
    try {
      return { host, containers: await fleet.runtime.read(ssh, host, signal) };
    } catch (error) {
      signal?.throwIfAborted();
      return { host, error };
    }
  });
}

/** As long as a module that was sent to a host takes until it holds the lock. */
const MODULE_START_MS = 1000;
/** Beside the health timeout: stopping the old container, starting the new one, rolling back. */
const REPLACE_SECONDS = 60;

/**
 * Waits until none of the hosts replaces what it runs any more. A playbook that was interrupted leaves the module at work on
 * the hosts, to its end: a host that is read too early would look unchanged.
 */
export async function waitForReplacements(
  fleet: FleetDependencies,
  signal: AbortSignal,
  hosts: readonly Host[],
): Promise<void> {
  await fleet.clock.sleep(MODULE_START_MS, signal);
  const ssh = await fleet.ssh();
  const seconds = Math.ceil(fleet.config.health.timeout / 1000) + REPLACE_SECONDS;
  await ssh.each(hosts, async (host) => {
    try {
      const argv = ['flock', '--timeout', String(seconds), fleet.runtime.lock, 'true'];
      await ssh.execAsRoot(host, argv, { signal, timeoutMs: (seconds + 10) * 1000 });
    } catch {
      // Reading its state, which follows, says what is wrong.
      signal.throwIfAborted();
    }
  });
}

/** How this fleet's hosts are asked for their health. */
export async function gateOf(fleet: FleetDependencies): Promise<GateDependencies> {
  const { clock, config } = fleet;
  const { restartCount, process } = fleet.runtime;
  const port = healthPort(fleet);
  return { ssh: await fleet.ssh(), clock, health: config.health, port, restartCount, process };
}

/** What proves that a host runs what is wanted. */
export const wantedProof = ({ digest, definition }: WantedContainer): Proof => ({
  digests: [digest],
  definition,
});

/** Whether a host was given what is wanted, whatever became of it there. */
export const hasRelease = (containers: HostContainers | undefined, wanted: WantedContainer): boolean =>
  containers?.current !== undefined &&
  (containers.current.definition === wanted.definition ||
    missingProof(containers, wantedProof(wanted)) === undefined);

/** Names of the hosts that run what is wanted already, and answer. */
export async function currentHosts(
  fleet: FleetDependencies,
  states: readonly HostState[],
  wanted: WantedContainer,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const candidates = states.filter(
    ({ containers }) =>
      containers !== undefined && missingProof(containers, wantedProof(wanted)) === undefined,
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
  fleet: FleetDependencies,
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
    rollout.stage.subject(host.name).progress('registered', `serving in ${balancer.name} again`, 'ok');
  });
}
