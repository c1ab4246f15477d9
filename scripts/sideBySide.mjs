// Runs test suites in lanes: the suites of a lane one after another, the lanes side by side. Each suite is a process of its own,
// whose output is kept and shown whole when it ends.
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { addSum, emptySum, failedSum } from './testSum.mjs';

/** Suites that mostly compute give way to those whose tests wait for something real, and must not wait too long. */
const NICE = 10;

/**
 * @typedef {import('./testSum.mjs').Sum} Sum
 * @typedef {{name: string, file: string, args: string[], gives?: boolean}} Suite `gives`: gives way to other processes
 */

/** Runs a suite; what it writes to $TEST_SUM counts. */
async function runSuite({ name, file, args, gives }, { scratch, say, children }) {
  const [log, sum] = [join(scratch, `${name}.log`), join(scratch, `${name}.sum.json`)];
  const sink = openSync(log, 'w');
  const ended = await new Promise((resolve) => {
    const child = spawn(file, args, {
      env: { ...process.env, TEST_SUM: sum },
      stdio: ['ignore', sink, sink],
    });
    children.add(child);
    try {
      if (gives && child.pid) setPriority(child.pid, NICE);
    } catch {
      // It has ended already, or may not be changed: it runs all the same.
    }
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(signal ?? `exit ${code}`));
    child.once('close', () => children.delete(child));
  });
  closeSync(sink);
  say((await readFile(log, 'utf8')).trimEnd());
  try {
    return JSON.parse(await readFile(sum, 'utf8'));
  } catch {
    // It never came to its end: a crash must count as a failure, whatever passed before.
    const failure = `The ${name} suite ended early (${ended}).`;
    say(failure);
    return failedSum(failure);
  }
}

/**
 * Runs all lanes; interrupted, it ends what runs, shows what that printed, and begins nothing more.
 * @param {Suite[][]} lanes
 * @param {{scratch: string, say?: (text: string) => void}} options scratch: a directory of one's own
 * @returns {Promise<Sum>} of all suites
 */
export async function runLanes(lanes, { scratch, say = console.log }) {
  const total = emptySum();
  const children = new Set();
  let stopped = false;
  const stop = (signal) => {
    stopped = true;
    for (const child of children) child.kill(signal);
  };
  const signals = ['SIGINT', 'SIGTERM'];
  for (const signal of signals) process.once(signal, stop);
  const names = lanes.map((lane) => lane.map(({ name }) => name).join(', '));
  say(`Beside each other: ${names.join(' | ')}. Each suite is shown when it ends.`);
  await Promise.all(
    lanes.map(async (lane) => {
      for (const suite of lane) {
        const sum = stopped
          ? failedSum(`The ${suite.name} suite was not begun.`)
          : await runSuite(suite, { scratch, say, children });
        addSum(total, sum);
      }
    }),
  );
  for (const signal of signals) process.off(signal, stop);
  return total;
}
