/**
 * A runner in a process of its own, for tests that signal it and all that it has started: the command line of its
 * arguments with targets and hosts in memory. Its deploys run the tool of WORKER_TOOL in their middle; what every target
 * runs at the end is written to WORKER_RUNNING.
 */
import { writeFileSync } from 'node:fs';
import { runCommandLine } from '../../runner/src/commandLine.js';
import { createContext } from '../../runner/src/container.js';
import { StackError } from '../../runner/src/base/errors.js';
import { FakeFleet } from './fakeFleet.js';
import { FakeTarget } from './fakeTarget.js';

const fleet = new FakeFleet(1);
const target = new FakeTarget('web');

process.exitCode = await runCommandLine({
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  onSignal: (signal, listener) => process.on(signal, listener),
  createContext: (input) => {
    const context = createContext(input);
    target.midway = async ({ signal }) => {
      const tool = { file: process.env['WORKER_TOOL'] as string, args: [] };
      const { exitCode } = await context.processes.run(tool, { signal });
      if (exitCode !== 0) throw new StackError('DEPLOY_FAILED', `the tool ended with exit code ${exitCode}`);
    };
    return Object.assign(context, {
      targets: () => Promise.resolve([target]),
      ssh: () => Promise.resolve(fleet.hostsOverSsh()),
    });
  },
});
if (process.env['WORKER_RUNNING'] !== undefined) writeFileSync(process.env['WORKER_RUNNING'], target.running);
