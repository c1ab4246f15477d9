import type { Context, NamedEnvironment } from '../context/context.js';
import { StackError } from '../base/errors.js';
import type { Terminal } from '../base/ports.js';
import type { Host } from '../domain/host.js';
import type { NamedInstance } from '../domain/instance.js';
import { quoteArguments } from '../adapters/ssh/quote.js';
import { inventoryOfInstances } from '../hosts/inventory.js';
import type { Stage } from '../events/stage.js';
import { calledInstance } from './instances.js';
import { recordedWork } from './recordedWork.js';

export interface SessionAsked {
  readonly instance: NamedInstance;
  /** A login shell where empty. */
  readonly command: readonly string[];
  readonly terminal: Terminal;
  readonly stage: Stage;
}

/** How long an instance may take from its start until it lets anybody in. */
const BOOT_MS = 180_000;

/** What the user's own shell is, the host knows. */
const LOGIN_SHELL = ['/bin/sh', '-c', 'exec "${SHELL:-/bin/sh}" -l'];

/**
 * Opens a session on an instance by the way, the user and the keys of the environment's inventory, and hands the terminal
 * over. It is recorded, and takes no lock.
 * @returns the exit code of the command
 * @throws StackError INSTANCE_FAILED where the instance does not run; SSH_*
 */
export async function openSession(
  context: Context,
  environment: NamedEnvironment,
  { instance, command, terminal, stage }: SessionAsked,
): Promise<number> {
  const called = calledInstance(instance);
  if (instance.state !== 'running') {
    throw new StackError('INSTANCE_FAILED', `${called} is ${instance.state}: nobody can log in`, {
      where: environment.name,
      next: `node runner instances start ${instance.id} --env ${environment.name}`,
    });
  }
  const argv = command.length === 0 ? LOGIN_SHELL : command;
  const summary = `ssh ${called}${command.length === 0 ? '' : `: ${quoteArguments(command)}`}`;
  const work = { kind: 'instances' as const, summary, stage, waitMs: undefined };
  return recordedWork(context, environment, work, async (signal) => {
    const { hosts } = await inventoryOfInstances(context, environment, [instance], []);
    const host = hosts[0] as Host;
    const ssh = await context.ssh(environment);
    try {
      // EC2 calls it running while it boots: who has just started it need not ask again and again.
      const leftMs = Date.parse(instance.launched ?? '') + BOOT_MS - context.clock.now().getTime();
      if (leftMs > 0) {
        stage.subject(called).progress('boot', 'waiting until it lets us in');
        await ssh.ready(host, { timeoutMs: leftMs, signal });
      }
      const isTyped = terminal.isTTY;
      const channel = await ssh.open(host, argv, {
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
    } finally {
      ssh.close();
    }
  });
}
