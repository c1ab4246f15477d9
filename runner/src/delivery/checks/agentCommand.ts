import { commandFailure } from '../rules/checkCommands.js';
import type { CheckTools, RunCommand } from './checks.js';

/** Runs a command on this machine, in the configuration's directory, without a shell. */
export function agentCommand({ clock, processes, directory, variables }: CheckTools): RunCommand {
  return async ({ command, env, timeoutMs, signal, tell }) => {
    const [file = '', ...args] = command;
    const shared = await variables();
    const startedMs = clock.now().getTime();
    const { exitCode, tail } = await processes.run(
      { file, args, cwd: directory, env: { ...shared, ...env } },
      { signal, timeoutMs, onLine: tell },
    );
    const elapsedMs = clock.now().getTime() - startedMs;
    return { failure: commandFailure({ exitCode }, { elapsedMs, timeoutMs }), tail };
  };
}
