import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Command } from '../measure.js';

export interface Measured {
  /** `performance.now()` when it was started, and when it had ended. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Largest resident memory of the process itself, in MiB. */
  readonly peakMiB: number;
}

/** The kernel keeps the highest mark: looking now and then misses at most the last moment. */
const EVERY_MS = 40;

/** Runs a command to its end and measures it. @throws where it fails, with the end of its output */
export async function measured({ file, args, env, cwd }: Command): Promise<Measured> {
  const startedAt = performance.now();
  const child = spawn(file, [...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output = `${output}${chunk.toString()}`.slice(-4000)));
  }
  let peakMiB = 0;
  const timer = setInterval(() => {
    void highWaterMark(child.pid).then((mark) => (peakMiB = Math.max(peakMiB, mark)));
  }, EVERY_MS);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const endedAt = performance.now();
    if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}:\n${output}`);
    return { startedAt, endedAt, peakMiB };
  } finally {
    clearInterval(timer);
  }
}

async function highWaterMark(pid: number | undefined): Promise<number> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
