import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContextWith } from '../context/context.js';
import { StackError } from '../base/errors.js';
import { poll } from '../base/poll.js';
import type { Route } from '../domain/route.js';
import { shellQuote } from '../base/shell.js';
import { addKey, ASKPASS_SCRIPT, runAgent } from './rules/sshAgent.js';
import { privateFolder } from '../adapters/process/privateFolder.js';

/** How long the agent is given to listen. */
const START_MS = 5000;
const POLL_MS = 20;

/** An SSH agent of this run's own. */
export interface KeyAgent {
  /** Undefined where no key needs one. */
  readonly socket: string | undefined;
  close(): Promise<void>;
}

/**
 * Opens the encrypted keys of routes for programs that cannot be given a passphrase: Ansible's ssh, which must ask nobody.
 * The agent listens in a folder that only we can enter, and ends with the run.
 * @throws StackError SSH_AUTH_FAILED where the passphrase does not open a key; TOOL_MISSING; TOOL_FAILED where ssh-agent does not start
 */
export async function keyAgent(
  context: ContextWith<'clock' | 'env' | 'processes' | 'secrets' | 'signal'>,
  routes: readonly Route[],
): Promise<KeyAgent> {
  const keys = new Map(
    routes
      .flatMap((route) => [...route.jumps, route])
      .flatMap(({ privateKey, passphrase }) =>
        privateKey === undefined || passphrase === undefined ? [] : [[privateKey, passphrase] as const],
      ),
  );
  if (keys.size === 0) return { socket: undefined, close: () => Promise.resolve() };
  const folder = await privateFolder(context.env, 'disk');
  const end = new AbortController();
  const socket = join(folder.path, 'agent');
  const running = context.processes
    .run(runAgent(socket, process.pid), { signal: end.signal })
    .catch(() => undefined);
  const close = async () => {
    end.abort(new Error('the run is over'));
    await running;
    await folder.remove();
  };
  try {
    await listening(context, socket);
    const askpass = await folder.file('askpass', ASKPASS_SCRIPT, 0o700);
    for (const [key, passphrase] of keys) {
      context.secrets.register(passphrase);
      const result = await context.processes.run(addKey(key, { socket, askpass, passphrase }), {
        signal: context.signal,
      });
      if (result.exitCode !== 0) throw closed(key, result.tail);
    }
    return { socket, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function listening(context: ContextWith<'clock' | 'signal'>, socket: string): Promise<void> {
  const look = () =>
    access(socket).then(
      () => true,
      () => undefined,
    );
  const { clock, signal } = context;
  if ((await poll(look, { clock, limitMs: START_MS, gapMs: POLL_MS, signal })) === true) return;
  throw new StackError('TOOL_FAILED', 'ssh-agent did not start, so that no encrypted key can be used', {
    where: socket,
    next: 'Install OpenSSH’s client, or load the key into an agent of your own: ssh-add',
  });
}

function closed(key: string, tail: readonly string[]): StackError {
  return new StackError(
    'SSH_AUTH_FAILED',
    `the private key ${key} cannot be decrypted with the passphrase of \`inventory.passphrase\``,
    { where: key, evidence: tail.slice(-3), next: `Try it: ssh-keygen -y -f ${shellQuote(key)}` },
  );
}
