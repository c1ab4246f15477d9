import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * The processes below one, the deepest first and itself last: the order in which Jenkins ends a build's
 * (hudson.util.ProcessTree: every process after its children).
 * @param isPart false for what belongs to the test and not to what is tested
 */
export function leavesFirst(
  root: number,
  isPart: (command: string) => boolean = () => true,
): readonly number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = parentOf(name);
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const below = (pid: number): readonly number[] => [
    ...(children.get(pid) ?? []).filter((child) => isPart(commandOf(child))).flatMap(below),
    pid,
  ];
  return below(root);
}

/** Sends SIGTERM to each, with a pause between them. */
export async function terminate(pids: readonly number[], pauseMs: number): Promise<void> {
  for (const [index, pid] of pids.entries()) {
    if (index > 0) await pause(pauseMs);
    try {
      process.kill(pid, 'SIGTERM');
    } catch {
      // It ended with the one below it.
    }
  }
}

/** The words that started a process. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function parentOf(pid: string): number | undefined {
  try {
    // The name stands in parentheses and may hold anything.
    const [, parent] = /\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return parent === undefined ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}
