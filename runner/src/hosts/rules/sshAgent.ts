import type { Invocation } from '../../base/ports.js';

/** Environment variable in which a passphrase reaches ssh-add; it never stands in argv or in a file. */
const PASSPHRASE = 'AUTOMATION_STACK_PASSPHRASE';

/**
 * ssh-add asks an executable for the passphrase by running it with its question: this one prints a variable, and holds
 * nothing. After a wrong answer ssh-add would ask for ever.
 */
export const ASKPASS_SCRIPT = [
  '#!/bin/sh',
  'case "$1" in Bad*) exit 1 ;; esac',
  `printf '%s\\n' "$${PASSPHRASE}"`,
  '',
].join('\n');

/** Ends the agent with whoever started it, also where that is killed without a word. */
const AGENT_SCRIPT = [
  'ssh-agent -D -a "$1" & agent=$!',
  `trap 'kill $agent' TERM INT HUP`,
  'while kill -0 "$2" 2>/dev/null && kill -0 $agent 2>/dev/null; do sleep 1 & wait $!; done',
  'kill $agent 2>/dev/null; wait $agent',
].join('\n');

/**
 * An agent that works until it is ended.
 * @param owner process id of whoever needs it
 */
export function runAgent(socket: string, owner: number): Invocation {
  return { file: '/bin/sh', args: ['-c', AGENT_SCRIPT, 'ssh-agent', socket, String(owner)] };
}

/** Gives a key to an agent. */
export function addKey(
  key: string,
  agent: { readonly socket: string; readonly askpass: string; readonly passphrase: string },
): Invocation {
  return {
    file: 'ssh-add',
    args: ['-q', key],
    env: {
      SSH_AUTH_SOCK: agent.socket,
      SSH_ASKPASS: agent.askpass,
      SSH_ASKPASS_REQUIRE: 'force',
      // Older versions ask the script only where there is a display.
      DISPLAY: ':0',
      [PASSPHRASE]: agent.passphrase,
    },
  };
}
