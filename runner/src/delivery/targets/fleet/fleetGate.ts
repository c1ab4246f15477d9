import type { SshHosts } from '../../../adapters/ssh/sshHosts.js';
import type { HealthConfig } from '../../../config/schemaWords.js';
import { wordsWithout } from '../../../base/errors.js';
import type { Host } from '../../../domain/host.js';
import type { Clock } from '../../../base/ports.js';
import { HealthGate, isHealthyStatus, type ProbeResult } from '../../rules/healthGate.js';

const LONGEST_PROBE_MS = 5000;

export interface GateDependencies {
  readonly ssh: Pick<SshHosts, 'probe' | 'execAsRoot'>;
  readonly clock: Clock;
  readonly health: HealthConfig;
  readonly port: number;
  /** The argv that prints how often what answers there was started again; undefined where nobody counts. */
  readonly restartCount?: readonly string[] | undefined;
  /** What is started again. */
  readonly process?: string;
}

/** One question to a host's own port, from the host. An unreachable host is an unhealthy one. */
export async function probeHost(
  dependencies: GateDependencies,
  host: Host,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const { ssh, health, port } = dependencies;
  const timeoutMs = Math.min(LONGEST_PROBE_MS, Math.max(1000, health.interval));
  try {
    const { status, error } = await ssh.probe(host, { port, path: health.path, timeoutMs }, signal);
    if (status === undefined) return { ok: false, words: error };
    return { ok: isHealthyStatus(status, health.status), words: `HTTP ${status}` };
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, words: wordsWithout(host.name, error) };
  }
}

/**
 * How often the engine has started the container again since it was made or started by hand. A crash every few seconds
 * hides between two probes, but not from this.
 */
async function timesRestarted(
  { ssh, restartCount: argv }: GateDependencies,
  host: Host,
  signal: AbortSignal,
): Promise<number> {
  if (argv === undefined) return 0;
  try {
    const { exitCode, stdout } = await ssh.execAsRoot(host, argv, { signal });
    return exitCode === 0 ? Number(stdout.trim()) || 0 : 0;
  } catch {
    // A host that is lost in between fails its next probe.
    signal.throwIfAborted();
    return 0;
  }
}

/**
 * Watches one host over the bake window.
 * @returns undefined once it was healthy all along, else why not
 */
export async function watchHealth(
  dependencies: GateDependencies,
  host: Host,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { clock, health } = dependencies;
  const now = () => clock.now().getTime();
  const rules = { bakeMs: health.for, timeoutMs: health.timeout, isAlone: true };
  const gate = new HealthGate(rules, [host.name], now());
  for (;;) {
    const result = await probeHost(dependencies, host, signal);
    gate.record(host.name, result, now());
    const times = result.ok ? await timesRestarted(dependencies, host, signal) : 0;
    if (times > 0)
      return `${dependencies.process ?? 'it'} ended and was started again ${times === 1 ? 'once' : `${times} times`}`;
    const verdict = gate.judge(now());
    if (verdict.state === 'healthy') return undefined;
    if (verdict.state === 'unhealthy') return verdict.reason;
    const left = verdict.state === 'baking' ? health.for - verdict.forMs : health.interval;
    await clock.sleep(Math.max(10, Math.min(health.interval, left)), signal);
  }
}
