import type { SshHosts } from '../../../adapters/ssh/sshHosts.js';
import type { Clock } from '../../../base/ports.js';
import type { Host } from '../../../domain/host.js';
import type { RunCommand } from '../../checks/checks.js';
import { commandFailure } from '../../rules/checkCommands.js';

/** Between SIGTERM and SIGKILL of a command that takes too long, in seconds. */
const KILL_AFTER_S = 5;
/** What the connection itself may take, beside the command. */
const CONNECTION_MS = 15_000;

/**
 * Runs a command on a host as the user of its route. The host's own `timeout` ends it, also where the connection is lost;
 * it is run a second time where the connection breaks within it.
 */
export function hostCommand(ssh: Pick<SshHosts, 'exec'>, host: Host, clock: Clock): RunCommand {
  return async ({ command, env, timeoutMs, signal, tell }) => {
    const seconds = Math.max(1, Math.ceil(timeoutMs / 1000));
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const limit = ['timeout', `--kill-after=${KILL_AFTER_S}`, String(seconds)];
    const startedMs = clock.now().getTime();
    const { exitCode, stdout, stderr } = await ssh.exec(host, [...limit, 'env', ...variables, ...command], {
      signal,
      timeoutMs: (seconds + KILL_AFTER_S) * 1000 + CONNECTION_MS,
    });
    const elapsedMs = clock.now().getTime() - startedMs;
    const tail = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
    tail.forEach(tell);
    return { failure: commandFailure({ exitCode }, { elapsedMs, timeoutMs }), tail };
  };
}
