import type { ExecRequest } from '../../../../context/operations.js';
import type { FleetDependencies } from '../dependencies.js';
import { containerName } from '../wanted.js';
import { runningHost } from './hostTasks.js';

/** Opens a session in the container of a host, by the host's own route, and hands the terminal over. */
export async function execOnHost(fleet: FleetDependencies, request: ExecRequest): Promise<number> {
  const { terminal, signal, command } = request;
  const host = await runningHost(fleet, request.task, signal);
  const container = request.container ?? containerName(fleet);
  request.note(`${host.name}, container ${container}`);
  const ssh = await fleet.ssh();
  const isTyped = terminal.isTTY;
  const flags = isTyped ? ['--interactive', '--tty', '--env', `TERM=${terminal.type}`] : ['--interactive'];
  const channel = await ssh.openAsRoot(host, ['docker', 'exec', ...flags, container, ...command], {
    signal,
    onOutput: (chunk, stream) => terminal.write(chunk, stream),
    ...(isTyped ? { pty: { type: terminal.type, ...terminal.size() } } : {}),
  });
  const giveBack = terminal.attach({
    onInput: (chunk) => channel.write(chunk),
    onEnd: () => channel.end(),
    onResize: () => channel.resize(terminal.size()),
  });
  try {
    return await channel.ended;
  } finally {
    giveBack();
  }
}
