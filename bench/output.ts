import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawn } from 'node:child_process';
import type { Bench } from './bench.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const MIB = 1024 * 1024;

/** A child that prints a gigabyte streams through, with and without newlines; memory stays flat. */
const bench: Bench = async () => {
  const lines = await peak('lines');
  const endless = await peak('endless');
  const idle = await peak('nothing');
  const row = (label: string, value: number) => ({
    label,
    value: (value - idle) / MIB,
    unit: 'MiB',
    ratioTo: 'above the same process with a silent child',
    limit: 48,
    ok: (value - idle) / MIB <= 48,
  });
  return {
    name: 'child output of 1 GiB',
    rows: [row('as lines', lines), row('as one endless line', endless)],
  };
};

/** Peak resident memory in bytes of a process that runs the given child through our process adapter. */
function peak(kind: 'lines' | 'endless' | 'nothing'): Promise<number> {
  return new Promise((resolve, reject) => {
    const script = join(root, 'bench/support/childOutput.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', script, kind], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve(Number(output)) : reject(new Error(`${kind} ended with ${code}`)),
    );
  });
}

export default bench;
