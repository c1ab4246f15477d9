import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { processStat } from './alive.js';

/**
 * Processes of this machine, as far as this user may see them, that run a program on a directory: it is where they work,
 * or what their `-chdir` names. Empty where the system has no /proc.
 * @param program its file's name, e.g. `terraform`
 * @param directory absolute
 */
export function workersOn(program: string, directory: string): readonly number[] {
  return pids().filter((pid) => {
    const [file, ...args] = textOf(`/proc/${pid}/cmdline`).split('\0');
    if (file === undefined || basename(file) !== program || processStat(pid) === undefined) return false;
    const cwd = attempt(() => readlinkSync(`/proc/${pid}/cwd`));
    const chdir = args.find((arg) => arg.startsWith('-chdir='))?.slice('-chdir='.length);
    const place = chdir === undefined ? cwd : resolve(cwd ?? '/', chdir);
    return place === directory;
  });
}

function pids(): readonly number[] {
  return (attempt(() => readdirSync('/proc')) ?? []).filter((name) => /^\d+$/.test(name)).map(Number);
}

const textOf = (file: string) => attempt(() => readFileSync(file, 'utf8')) ?? '';

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
