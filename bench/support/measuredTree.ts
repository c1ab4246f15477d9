import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import type { Command } from '../measure.js';

/** A process with all that it started. */
export interface MeasuredTree {
  readonly seconds: number;
  /** Largest sum of what belongs to the processes alone (Pss), in MiB. */
  readonly peakMiB: number;
  /** Processor time of those that it waited for, in seconds. */
  readonly processorSeconds: number;
}

/** Pss is dear to ask for: the peak of a run of minutes does not last for less. */
const EVERY_MS = 500;
/** Of Linux, on all machines that matter. */
const TICKS_A_SECOND = 100;

/** Runs a command to its end and measures it with its children. @throws where it fails, with the end of its output */
export async function measuredTree({ file, args, env, cwd }: Command): Promise<MeasuredTree> {
  const startedAt = performance.now();
  const child = spawn(file, [...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output = `${output}${chunk.toString()}`.slice(-4000)));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  let [peakMiB, processorSeconds] = [0, 0];
  const look = async () => {
    const pids = await treeOf(child.pid ?? 0);
    const [sizes, times] = await Promise.all([
      Promise.all(pids.map(memoryOf)),
      Promise.all(pids.map(processorOf)),
    ]);
    peakMiB = Math.max(peakMiB, sum(sizes));
    processorSeconds = Math.max(processorSeconds, sum(times));
  };
  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void look().finally(() => (isLooking = false));
  }, EVERY_MS);
  try {
    const code = await ended;
    if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}:\n${output}`);
    return { seconds: (performance.now() - startedAt) / 1000, peakMiB, processorSeconds };
  } finally {
    clearInterval(timer);
  }
}

const sum = (values: readonly number[]): number => values.reduce((whole, one) => whole + one, 0);

async function treeOf(root: number): Promise<readonly number[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const pairs = await Promise.all(
    names.map(async (name) => [Number(name), (await statOf(name))?.[1]] as const),
  );
  const found = [root];
  for (const parent of found)
    for (const [pid, its] of pairs) if (Number(its) === parent && !found.includes(pid)) found.push(pid);
  return found;
}

async function memoryOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) / 1024;
}

/** Its own and that of children which have ended, and were waited for. */
async function processorOf(pid: number): Promise<number> {
  // utime, stime, cutime, cstime
  const ticks = (await statOf(String(pid)))?.slice(11, 15).map(Number) ?? [];
  return sum(ticks) / TICKS_A_SECOND;
}

/** The fields of /proc/PID/stat behind the name: state, parent, … */
async function statOf(pid: string): Promise<readonly string[] | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ');
}
