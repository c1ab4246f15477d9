import { readFileSync } from 'node:fs';

/** What Linux tells of a process; see proc(5). */
export interface ProcessStat {
  /** One letter: `R`, `S`, … */
  readonly state: string;
  /** Clock ticks from boot to its start: a pid is used again, the two together are not. */
  readonly startTime: string;
}

/** @returns undefined where no process has that id, it has ended, or the system has no /proc */
export function processStat(pid: number): ProcessStat | undefined {
  try {
    // Fields 3 and 22; the name in field 2 may hold anything, so count from its bracket.
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state, startTime] = [fields[0] as string, fields[19] as string];
    // It has ended, and nobody has asked how yet.
    return state === 'Z' || state === 'X' ? undefined : { state, startTime };
  } catch {
    return undefined;
  }
}

/** Whether some process has this id now, whoever's it is. Where the id may have been given anew, compare the start too. */
export function isAlive(pid: number): boolean {
  if (processStat(pid) !== undefined) return true;
  try {
    process.kill(pid, 0);
    // A system without /proc, or a process that has ended and is still listed.
    return processStat(process.pid) === undefined;
  } catch (error) {
    // Somebody else's process is one too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
