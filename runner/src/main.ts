import { closeSync } from 'node:fs';
import { relative } from 'node:path';
import { isatty } from 'node:tty';
import { runnerVersion } from './base/version.js';
import { ignoreStreamErrors } from './views/ignoreStreamErrors.js';

/**
 * argv → command → exit code. The only place that ends the process, and the only one that reads process globals.
 */
for (const stream of [process.stdout, process.stderr]) ignoreStreamErrors(stream);
if (process.env['AUTOMATION_STACK_AWS_BASE']) await leaveRole();
const terminals = [0, 1, 2].filter((fd) => isatty(fd));
const called = await calledByJenkins();
const argv = called?.argv ?? process.argv.slice(2);
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  process.stdout.write(`${runnerVersion}\n`);
} else {
  const [{ runCommandLine }, { programOf }] = await Promise.all([
    import('./commandLine.js'),
    import('./base/calledAs.js'),
  ]);
  const exitCode = await runCommandLine({
    argv,
    env: called?.env ?? process.env,
    ...(called === undefined
      ? { program: programOf(process.argv[1] ?? '', workingDirectory(), process.env, relative) }
      : {}),
    ...(called?.library === undefined ? {} : { library: called.library }),
    cwd: workingDirectory(),
    stdout: process.stdout,
    stderr: process.stderr,
    onSignal: (signal, listener) => process.on(signal, listener),
  });
  process.exitCode = exitCode;
  // Open sockets of SDKs (keep-alive) and unfinished timers must not hold a finished run; output is flushed first.
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) =>
      stream.writableLength === 0 ? resolve() : stream.write('', () => resolve()),
    );
  }
  // Node resets terminals as it ends, and aborts where one was closed meanwhile: the exit code would be lost.
  for (const fd of terminals.filter((one) => !isatty(one))) closeSync(fd);
  process.exit(exitCode);
}

/**
 * Below a program that acts as an environment's role we are who we were before: the AWS SDK reads the variables of the
 * process itself, and would ask our own command for credentials, which asks again, without end.
 */
async function leaveRole(): Promise<void> {
  const { withoutRole } = await import('./context/rules/awsChild.js');
  const before = withoutRole(process.env);
  for (const name of Object.keys(process.env)) if (before[name] === undefined) delete process.env[name];
  Object.assign(process.env, before);
}

/**
 * Where somebody removed the directory under our feet, the system has no name for it any more, but the shell has: what
 * is then told is that it is not there.
 */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return process.env['PWD'] ?? '/';
  }
}

/** The call that the Jenkins library put into the environment; only looked at where nothing was typed. */
async function calledByJenkins() {
  if (
    process.argv.length > 2 ||
    !Object.keys(process.env).some((name) => name.startsWith('AUTOMATION_STACK_ARGUMENTS'))
  )
    return undefined;
  const { jenkinsCall } = await import('./jenkinsArguments.js');
  try {
    return jenkinsCall(process.env);
  } catch (error) {
    const { systemFailure } = await import('./base/systemFailure.js');
    process.stderr.write(`${systemFailure(error)?.message ?? (error as Error).message}\n`);
    process.exit(2);
  }
}
