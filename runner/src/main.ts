import { runnerVersion } from './version.js';

/**
 * argv → command → exit code. The only place that ends the process, and the only one that reads process globals.
 */
const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  process.stdout.write(`${runnerVersion}\n`);
} else {
  const { runCommandLine } = await import('./commandLine.js');
  const exitCode = await runCommandLine({
    argv,
    env: process.env,
    cwd: process.cwd(),
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
  process.exit(exitCode);
}
