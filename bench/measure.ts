import { spawn } from 'node:child_process';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Wall time of a whole process in milliseconds; output is thrown away, a failing exit is an error. */
export function wallTime({ file, args, env, cwd }: Command): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedAt = process.hrtime.bigint();
    const child = spawn(file, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      const ms = Number(process.hrtime.bigint() - startedAt) / 1e6;
      if (code === 0) resolve(ms);
      else reject(new Error(`${file} ${args.join(' ')} ended with ${code}: ${errors.slice(-2000)}`));
    });
  });
}

/**
 * Times commands in turn (A B C A B C …), so that a machine whose speed drifts slows all of them alike.
 * @returns the times of each command in milliseconds, in the order of the commands
 */
export async function inTurn(commands: readonly Command[], rounds: number, warmUps = 1): Promise<number[][]> {
  const times: number[][] = commands.map(() => []);
  for (let round = -warmUps; round < rounds; round++) {
    for (const [index, command] of commands.entries()) {
      const ms = await wallTime(command);
      if (round >= 0) (times[index] as number[]).push(ms);
    }
  }
  return times;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle] as number;
  return ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** Median of a/b over the pairs of one round each. */
export function ratio(a: readonly number[], b: readonly number[]): number {
  return median(a.map((value, index) => value / (b[index] as number)));
}
