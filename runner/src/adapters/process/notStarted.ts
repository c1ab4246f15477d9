import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { StackError } from '../../base/errors.js';
import type { Invocation } from '../../base/ports.js';
import { wordsOfCode } from '../../base/systemFailure.js';
import { installNext, toolMeant } from '../../domain/tools.js';

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
  const tool = toolMeant(basename(invocation.file));
  return new StackError('TOOL_MISSING', `${invocation.file} is not installed or not on PATH`, {
    where: invocation.file,
    next:
      tool === undefined
        ? 'Run `node runner doctor` to see what is missing and how to install it.'
        : installNext(tool.name),
    cause,
  });
}
