import type { Host } from '../../domain/host.js';
import { StackError } from '../../base/errors.js';
import { Patience, type Partner } from '../../base/patience.js';
import { systemClock } from '../process/clock.js';
import { routeId, type Route } from '../../domain/route.js';
import type { Connection } from './connection.js';
import { openConnection, type Through } from './connect.js';
import { openChannel, type Channel, type ChannelOptions } from './channel.js';
import { execute, type ExecOptions, type ExecResult } from './execute.js';
import { parseProbe, probeCommand, type HttpProbe, type ProbeResult } from './sshProbe.js';
import type { SshSettings } from './sshSettings.js';

export type { Channel, ChannelOptions } from './channel.js';
export type { ExecOptions, ExecResult } from './execute.js';
export type { HttpProbe, ProbeResult } from './sshProbe.js';
export type { SshSettings } from './sshSettings.js';

/** Pause between attempts while a host boots. */
const RETRY_MS = 1000;
/**
 * A host that has answered before is waited for this long: nothing here is harmful to run twice. One that reboots is back
 * by then; one that is gone for good is told of soon enough.
 */
const LONGEST_SILENCE_MS = 60_000;
/** Number of parallel connections; a login costs the controller more than waiting. */
const FAN_OUT = 16;

export interface ReadyOptions {
  /** How long to wait for an unreachable host, in milliseconds; 0 tries once. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** The hosts of an environment over SSH: one kept connection a host, opened on first use. */
export interface SshHosts {
  /**
   * Runs an argv on the host; a non-zero exit is a result. It may be run twice, where the connection breaks within it: a
   * host that has answered before is waited for, for a minute.
   * @throws StackError SSH_* where the host cannot be reached, is not trusted, or does not finish in time
   */
  exec(host: Host, argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** Like `exec`, as root: by `sudo -n` unless the host's user is root already. */
  execAsRoot(host: Host, argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /**
   * Starts an argv on the host as its user, and hands its output on as it comes. It is run once: who wants it again after the
   * connection broke, knows from where.
   * @throws StackError SSH_*
   */
  open(host: Host, argv: readonly string[], options: ChannelOptions): Promise<Channel>;
  /** Like `open`, as root. */
  openAsRoot(host: Host, argv: readonly string[], options: ChannelOptions): Promise<Channel>;
  /**
   * Waits until the host lets us in. Only silence is waited for: a wrong key or a changed host key fails at once.
   * @throws StackError SSH_*
   */
  ready(host: Host, options?: ReadyOptions): Promise<void>;
  /** Sends an HTTP request to a port of the host, from the host itself, so the port need not be reachable from here. */
  probe(host: Host, request: HttpProbe, signal?: AbortSignal): Promise<ProbeResult>;
  /** The last lines of a container's log, both streams; empty if there is no such container. */
  containerLog(host: Host, container: string, lines: number): Promise<readonly string[]>;
  /** Does the same on many hosts in parallel, up to a limit; results in the order of the hosts. */
  each<T>(hosts: readonly Host[], work: (host: Host) => Promise<T>): Promise<T[]>;
  close(): void;
}

/** Hosts by node-ssh. Nothing is loaded or connected before the first use. */
export function createSshHosts(settings: SshSettings): SshHosts {
  const connections = new Map<string, Promise<Connection>>();
  const patience = settings.patience ?? new Patience({ clock: systemClock, tell: () => undefined });
  const partners = new Map<string, Partner>();
  const idOf = (host: Host) => routeId(settings.routeOf(host));
  const partner = (host: Host): Partner => {
    const found = partners.get(idOf(host)) ?? patience.partner(host.name);
    partners.set(idOf(host), found);
    return found;
  };

  const connection = async (route: Route, signal?: AbortSignal): Promise<Connection> => {
    const id = routeId(route);
    // Many hosts share a jump host: all of them share the result of the first connection.
    for (let begun = connections.get(id); begun !== undefined; begun = connections.get(id)) {
      const kept = await begun;
      if (kept.ssh.isConnected()) return kept;
      if (connections.get(id) === begun) connections.delete(id);
    }
    const jump = route.jumps.at(-1);
    let way: Promise<Connection> | undefined;
    const through: Through = async (hop, stop) => {
      const opened = await connection(hop, stop);
      way = connections.get(routeId(hop));
      return opened;
    };
    const fresh = openConnection(route, settings, through, signal);
    connections.set(id, fresh);
    try {
      const opened = await fresh;
      // An idle connection may break at any time; the next use opens another.
      opened.ssh.connection?.on('error', () => undefined);
      opened.link.release();
      return opened;
    } catch (error) {
      if (connections.get(id) === fresh) connections.delete(id);
      // The jump host may be gone: the next attempt connects to it again. Other connections may still use it.
      if (jump !== undefined && isTimeout(error) && connections.get(routeId(jump)) === way)
        connections.delete(routeId(jump));
      throw error;
    }
  };

  const attempt: SshHosts['exec'] = async (host, argv, options = {}) => {
    const opened = await connection(settings.routeOf(host), options.signal);
    try {
      return await execute(opened, host, argv, options);
    } catch (error) {
      // A dead connection gives no answer; the next attempt opens another one.
      if (isSilence(error)) {
        opened.ssh.dispose();
        opened.link.close();
        connections.delete(idOf(host));
      }
      throw error;
    }
  };
  const exec: SshHosts['exec'] = (host, argv, options = {}) =>
    partner(host).ask(() => attempt(host, argv, options), {
      heard: (error) => (isSilence(error) ? 'absent' : 'answered'),
      longestMs: options.patienceMs ?? LONGEST_SILENCE_MS,
      evidence: options.patienceMs !== undefined,
      signal: options.signal,
    });
  const asRoot = (host: Host, argv: readonly string[]) =>
    host.user === 'root' ? argv : ['sudo', '-n', ...argv];
  const open: SshHosts['open'] = async (host, argv, options) =>
    openChannel(await connection(settings.routeOf(host), options.signal), host, argv, options);
  const execAsRoot: SshHosts['execAsRoot'] = (host, argv, options) => exec(host, asRoot(host, argv), options);

  return {
    exec,
    execAsRoot,
    open,
    openAsRoot: (host, argv, options) => open(host, asRoot(host, argv), options),
    async ready(host, { timeoutMs = 0, signal } = {}) {
      const deadline = systemClock.now().getTime() + timeoutMs;
      for (;;) {
        try {
          await exec(host, ['true'], { ...(signal === undefined ? {} : { signal }), timeoutMs: 15_000 });
          return;
        } catch (error) {
          if (!isSilence(error) || systemClock.now().getTime() + RETRY_MS > deadline) throw error;
        }
        await systemClock.sleep(RETRY_MS, signal);
      }
    },
    async probe(host, request, signal) {
      const limit = { timeoutMs: request.timeoutMs + 5000, ...(signal === undefined ? {} : { signal }) };
      return parseProbe(await exec(host, probeCommand(request), limit));
    },
    async containerLog(host, container, lines) {
      const argv = ['docker', 'logs', '--tail', String(lines), container];
      // This is only evidence, so the wait is short.
      const result = await execAsRoot(host, argv, { timeoutMs: 15_000, patienceMs: 10_000 });
      if (result.exitCode !== 0) return [];
      return `${result.stdout}\n${result.stderr}`
        .split('\n')
        .filter((line) => line.trim() !== '')
        .slice(-lines);
    },
    async each(hosts, work) {
      const { default: pMap } = await import('p-map');
      return pMap(hosts, work, { concurrency: FAN_OUT });
    },
    close() {
      for (const opened of connections.values())
        opened
          .then(({ ssh, link }) => {
            ssh.dispose();
            link.close();
          })
          .catch(() => undefined);
      connections.clear();
    },
  };
}

const isSilence = (error: unknown): boolean =>
  error instanceof StackError && error.code === 'SSH_UNREACHABLE';

/** There was no answer, not even a refusal. */
function isTimeout(error: unknown): boolean {
  if (!(error instanceof StackError)) return false;
  const { code, level } = (error.cause ?? {}) as { code?: string; level?: string };
  return code === 'ETIMEDOUT' || level === 'client-timeout';
}
