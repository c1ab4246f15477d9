import { existsSync } from 'node:fs';
import { StackError } from '../../base/errors.js';
import type { Invocation } from '../../base/ports.js';
import { wordsOfCode } from '../../base/systemFailure.js';

/** Where to get each tool; shown when it is missing. */
const INSTALL_HINTS: Readonly<Record<string, string>> = {
  terraform:
    'Install Terraform >= 1.11 (https://developer.hashicorp.com/terraform/install), then run `node runner doctor`.',
  'ansible-playbook':
    'Install Ansible (`pip install ansible`), or run `node runner local up`, which installs its own.',
  docker: 'Install Docker (https://docs.docker.com/engine/install/), then run `node runner doctor`.',
  'session-manager-plugin':
    'Install the plugin of Session Manager (https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html), then run the command again.',
  git: 'Install git, then run `node runner doctor`.',
};

/**
 * The failure of a command that could not be started.
 * @param code of the operating system, e.g. `ENOENT`
 * @param cwd where it was to run
 */
export function notStarted(invocation: Invocation, code: string, cwd: string, cause: unknown): StackError {
  // A missing working directory gives the same error as a missing program.
  if (!existsSync(cwd)) {
    return new StackError(
      'FILE_FAILED',
      `cannot run ${invocation.file} in ${cwd}: there is no such directory`,
      {
        where: cwd,
        next: 'Correct the directory that the configuration or the command names.',
        cause,
      },
    );
  }
  if (code !== 'ENOENT' && code !== 'EACCES') {
    return new StackError('TOOL_FAILED', `cannot start ${invocation.file}: ${wordsOfCode(code)}`, {
      where: invocation.file,
      next: 'Run `node runner doctor` to see what this machine has.',
      cause,
    });
  }
  return new StackError('TOOL_MISSING', `${invocation.file} is not installed or not on PATH`, {
    where: invocation.file,
    next:
      INSTALL_HINTS[invocation.file] ??
      'Run `node runner doctor` to see what is missing and how to install it.',
    cause,
  });
}
