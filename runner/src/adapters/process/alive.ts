import { readFileSync } from 'node:fs';

/** What Linux reports about a process; see proc(5). */
export interface ProcessStat {
  /** One letter: `R`, `S`, … */
  readonly state: string;
  /** Clock ticks from boot to its start. A pid is used again, the pair is not. */
  readonly startTime: string;
}

/** @returns undefined if no process has that id, it has ended, or the system has no /proc */
export function processStat(pid: number): ProcessStat | undefined {
  try {
    // Fields 3 and 22. The name in field 2 may contain anything, so count from its bracket.
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state, startTime] = [fields[0] as string, fields[19] as string];
    // It has ended, and its parent has not read the exit status yet.
    return state === 'Z' || state === 'X' ? undefined : { state, startTime };
  } catch {
    return undefined;
  }
}

/** Whether a process of any user has this id now. If the id may be reused, compare the start too. */
export function isAlive(pid: number): boolean {
  if (processStat(pid) !== undefined) return true;
  try {
    process.kill(pid, 0);
    // A system without /proc, or a process that has ended and is still listed.
    return processStat(process.pid) === undefined;
  } catch (error) {
    // A process of another user counts too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
