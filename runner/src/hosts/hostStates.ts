import type { ContextWith, NamedEnvironment } from '../context/context.js';
import { toErrorRecord } from '../base/errors.js';
import type { Host } from '../domain/host.js';
import { parseState, stateInput, stateScript } from './rules/hostState.js';

/** A host with a slow disk, a large /etc and much to do is done before; whoever waits in vain runs everything, which takes longer. */
const LIMIT_MS = 120_000;

/**
 * Asks hosts what they are like now, side by side.
 * @param pathsOf files that belong to the state of a host beside those that always do
 * @returns digests by the name of the host; one that cannot be asked is missing, so that everything runs there
 */
export async function hostStates(
  context: ContextWith<'signal' | 'ssh'>,
  environment: NamedEnvironment,
  hosts: readonly Host[],
  pathsOf: (host: Host) => readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const ssh = await context.ssh(environment);
  const found = await ssh.each(hosts, async (host) => {
    try {
      const { exitCode, stdout } = await ssh.execAsRoot(host, ['sh', '-c', stateScript()], {
        signal: context.signal,
        timeoutMs: LIMIT_MS,
        input: stateInput(pathsOf(host)),
      });
      return [host.name, exitCode === 0 ? parseState(stdout) : undefined] as const;
    } catch (error) {
      if (context.signal.aborted || toErrorRecord(error).code === 'BUG') throw error;
      return [host.name, undefined] as const;
    }
  });
  return new Map(found.flatMap(([name, state]) => (state === undefined ? [] : [[name, state] as const])));
}
