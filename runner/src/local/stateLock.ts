import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StackError } from '../core/errors.js';
import { startTicks } from './daemons.js';
import type { Workshop } from './workshop.js';

/** Longer than the longest holder: a first `local up` on a slow machine. */
const PATIENCE_MS = 15 * 60_000;

/**
 * Runs one piece of work at a time across processes: Terraform creates hosts side by side, and two of them must not
 * choose the same slot or overwrite each other's known host. A holder that was killed loses its lock.
 */
export async function withStateLock<T>(workshop: Workshop, name: string, work: () => Promise<T>): Promise<T> {
  await mkdir(workshop.settings.state, { recursive: true, mode: 0o700 });
  const file = join(workshop.settings.state, `${name}.lock`);
  const owner = `${process.pid} ${(await startTicks(process.pid)) ?? ''}`;
  const end = workshop.clock.now().getTime() + PATIENCE_MS;
  let told = false;
  while (!(await tryTake(file, owner))) {
    if (workshop.clock.now().getTime() > end) throw tooLong(file);
    if (!told && name === 'up') {
      workshop.say({ piece: 'up', status: 'running', message: 'another `local up` runs: waiting for it' });
      told = true;
    }
    await workshop.clock.sleep(30 + Math.random() * 40, workshop.signal);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function tryTake(file: string, owner: string): Promise<boolean> {
  try {
    await writeFile(file, owner, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const holder = await readFile(file, 'utf8').catch(() => '');
  const [pid, ticks] = holder.split(' ');
  // Empty for the blink between its making and its writing: not dead, look again.
  if (holder !== '' && (await startTicks(Number(pid))) !== ticks) await rm(file, { force: true });
  return false;
}

function tooLong(file: string): StackError {
  return new StackError(
    'TOOL_FAILED',
    'Waited long enough for another process that changes the local environment',
    {
      where: file,
      next: `If no other \`node runner local\` runs, remove ${file}.`,
    },
  );
}
