import type { SshHosts } from '../../../adapters/ssh/sshHosts.js';
import type { Rollout } from '../../../context/target.js';
import { StackError } from '../../../base/errors.js';
import type { Host } from '../../../domain/host.js';
import { watchHealth, type GateDependencies } from '../fleet/fleetGate.js';
import type { InstancesDependencies } from './dependencies.js';
import { untilState } from './launch.js';
import { probeOf, usesSsh } from './schema.js';

const COMMAND_MS = 120_000;
/** An instance that reboots answers for a moment longer. */
const REBOOT_MS = 10_000;

/**
 * Watches one instance over the bake window; one that is not healthy is restarted once and watched again.
 * @returns undefined once it was healthy, else why not
 */
export async function confirmInstance(
  target: InstancesDependencies,
  host: Host,
  rollout: Rollout,
): Promise<string | undefined> {
  if (probeOf(target.config) === 'target-group') return undefined;
  const subject = rollout.stage.subject(host.name);
  subject.progress('confirm', `asking for ${target.config.health.path}`);
  const first = await watchHealth(await gateOf(target), host, rollout.signal);
  if (first === undefined) return undefined;
  subject.progress('restart', `${first}: it is restarted once`);
  await rollout.journal('restart', { instances: [host.name] });
  await restart(target, host, rollout.signal);
  const second = await watchHealth(await gateOf(target), host, rollout.signal);
  return second === undefined ? undefined : `${second}; it was restarted once, before that: ${first}`;
}

/** Runs the target's own start command, where it has one. @throws StackError DEPLOY_FAILED, SSH_* */
export async function startApplication(
  target: InstancesDependencies,
  host: Host,
  signal: AbortSignal,
): Promise<void> {
  const { start } = target.config;
  if (start !== undefined) await runOn(target, host, 'start', start, signal);
}

async function restart(target: InstancesDependencies, host: Host, signal: AbortSignal): Promise<void> {
  const { config, clock } = target;
  if (config.restart !== undefined) return runOn(target, host, 'restart', config.restart, signal);
  const id = host.instanceId as string;
  await (await target.ec2()).reboot(id, signal);
  await clock.sleep(REBOOT_MS, signal);
  await untilState(target, id, 'running', signal);
  if (usesSsh(config)) await (await target.ssh()).ready(host, { timeoutMs: config.boot, signal });
  await startApplication(target, host, signal);
}

async function runOn(
  target: InstancesDependencies,
  host: Host,
  key: 'start' | 'restart',
  command: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const ssh = await target.ssh();
  const { exitCode, stdout, stderr } = await ssh.execAsRoot(host, command, { signal, timeoutMs: COMMAND_MS });
  if (exitCode === 0) return;
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
  throw new StackError('DEPLOY_FAILED', `${key} ended with exit code ${exitCode}`, {
    where: `targets.${target.name}.${key}, ${host.name}`,
    evidence: lines.slice(-20),
    next: 'Correct the command, or what it starts.',
  });
}

/** How an instance is probed: as a host of a fleet, or from here. */
export async function gateOf(target: InstancesDependencies): Promise<GateDependencies> {
  const { clock, config } = target;
  const { health } = config;
  const gate = { clock, health, port: health.port ?? config.port };
  if (probeOf(config) === 'host') return { ...gate, ssh: await target.ssh() };
  const probe: SshHosts['probe'] = async ({ privateAddress, address }, { port, path, timeoutMs }, signal) => {
    const url = `http://${privateAddress ?? address}:${port}${path}`;
    const { status, words } = await target.probe(url, timeoutMs, signal ?? new AbortController().signal);
    return status === undefined ? { error: words } : { status };
  };
  const execAsRoot = () => Promise.reject(new Error('an instance that is probed from here runs no commands'));
  return { ...gate, ssh: { probe, execAsRoot } };
}
