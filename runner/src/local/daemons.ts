import { spawn } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { processStat } from '../adapters/process/alive.js';
import { writeAtomically } from '../adapters/process/atomicFile.js';
import { waitUntil, runCommand, type LocalContext } from './localContext.js';
import { asRoot } from './machine.js';

/** A process that runs longer than the command that started it. The record lets `down` stop exactly this process. */
export interface DaemonRecord {
  readonly pid: number;
  /** Its start in clock ticks since boot (/proc/PID/stat, field 22). A pid is used again, this pair is not. */
  readonly startTicks: string;
  readonly command: string;
  readonly log: string;
}

export interface DaemonStart {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: string;
  /** Where its record is kept. */
  readonly record: string;
}

/** Starts a detached process with its output in a log file, and records it. */
export async function startDaemon(start: DaemonStart): Promise<DaemonRecord> {
  await mkdir(dirname(start.log), { recursive: true });
  await mkdir(dirname(start.record), { recursive: true });
  const output = openSync(start.log, 'a', 0o600);
  try {
    const child = spawn(start.file, [...start.args], {
      detached: true,
      stdio: ['ignore', output, output],
      env: start.env,
      cwd: '/',
    });
    const pid = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('spawn', () => resolve(child.pid as number));
    });
    child.unref();
    return await recordDaemon(pid, start.log, start.record);
  } finally {
    closeSync(output);
  }
}

/** Records a running process by its pid (for one that wrote its own pid file). */
export async function recordDaemon(pid: number, log: string, file: string): Promise<DaemonRecord> {
  const record: DaemonRecord = {
    pid,
    startTicks: processStat(pid)?.startTime ?? '',
    command: (await commandLine(pid)) ?? '',
    log,
  };
  await writeAtomically(file, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  return record;
}

/** The recorded process if it still runs, else undefined. */
export async function runningDaemon(file: string): Promise<DaemonRecord | undefined> {
  const record = await readRecord(file);
  if (record === undefined) return undefined;
  return record.startTicks !== '' && processStat(record.pid)?.startTime === record.startTicks
    ? record
    : undefined;
}

/**
 * Stops the recorded process: SIGTERM, SIGKILL after `patienceMs`; removes the record.
 * @returns false if it did not run (any more)
 */
export async function stopDaemon(local: LocalContext, file: string, patienceMs = 10_000): Promise<boolean> {
  const record = await runningDaemon(file);
  if (record !== undefined) {
    await signalProcess(local, record.pid, 'TERM');
    const gone = await waitUntil(
      local,
      async () => (await runningDaemon(file)) === undefined,
      patienceMs,
      50,
    );
    if (!gone) {
      await signalProcess(local, record.pid, 'KILL');
      await waitUntil(local, async () => (await runningDaemon(file)) === undefined, 2000, 50);
    }
  }
  await rm(file, { force: true });
  return record !== undefined;
}

async function signalProcess(local: LocalContext, pid: number, signal: 'TERM' | 'KILL'): Promise<void> {
  try {
    process.kill(pid, `SIG${signal}`);
  } catch (error) {
    // Only root may stop a process that sudo started. If it has ended meanwhile, nothing is to do.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return;
    await runCommand(local, await asRoot(local, 'kill', ['-s', signal, String(pid)]), {
      purpose: `stop process ${pid}`,
    });
  }
}

async function readRecord(file: string): Promise<DaemonRecord | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as DaemonRecord;
  } catch {
    return undefined;
  }
}

async function commandLine(pid: number): Promise<string | undefined> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
  } catch {
    return undefined;
  }
}

/** The last lines of a log file: the evidence when a daemon did not come up. */
export async function lastLines(file: string, count = 20): Promise<string[]> {
  try {
    return (await readFile(file, 'utf8')).trimEnd().split('\n').slice(-count);
  } catch {
    return [];
  }
}
