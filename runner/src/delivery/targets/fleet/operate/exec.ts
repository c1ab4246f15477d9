import type { Channel, ChannelOptions } from '../../../../adapters/ssh/sshHosts.js';
import type { ExecRequest } from '../../../../context/operations.js';
import type { FleetDependencies } from '../dependencies.js';
import { containerName } from '../wanted.js';
import { runningHost } from './hostTasks.js';

/** Opens a session in the container of a host, by the host's own route, and hands the terminal over. */
export async function execOnHost(fleet: FleetDependencies, request: ExecRequest): Promise<number> {
  const host = await runningHost(fleet, request.task, request.signal);
  const container = request.container ?? containerName(fleet);
  request.note(`${host.name}, container ${container}`);
  const ssh = await fleet.ssh();
  return terminalSession(request, container, (argv, options) => ssh.openAsRoot(host, argv, options));
}

/**
 * Hands the terminal over to a command on a host, until it ends.
 * @param container that it runs in; on the host itself where undefined
 * @returns its exit code
 */
export async function terminalSession(
  { terminal, signal, command }: ExecRequest,
  container: string | undefined,
  open: (argv: readonly string[], options: ChannelOptions) => Promise<Channel>,
): Promise<number> {
  const isTyped = terminal.isTTY;
  const flags = isTyped ? ['--interactive', '--tty', '--env', `TERM=${terminal.type}`] : ['--interactive'];
  const argv = container === undefined ? command : ['docker', 'exec', ...flags, container, ...command];
  const channel = await open(argv, {
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
