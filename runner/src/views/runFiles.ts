import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../adapters/process/alive.js';
import { makeDirectories } from '../adapters/process/directories.js';
import { withFileLock } from '../adapters/process/fileLock.js';
import { StackError } from '../base/errors.js';
import type { Shape } from '../base/recordShape.js';
import { sharedRun } from '../base/sharedRun.js';
import { writeAtomically } from '../adapters/process/atomicFile.js';
import type { RunPart, RunRecord } from '../events/run.js';
import { readableRun } from './runShape.js';

/** Runs kept; older ones make room. */
const RUNS_KEPT = 50;
/** Posting a message to Slack takes seconds, with its second try more of them. */
const LOCK_POLL_MS = 20;
const LOCK_PATIENCE_MS = 60_000;
/** What a killed process left of a write is removed when it is older than any write can take. */
const LEFTOVER_AFTER_MS = 3_600_000;
/** Drafts end in a UUID (of a lock) or in a process id and a number. */
const DRAFT = /^\..*\.(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+\.\d+)$/;

/** What each channel keeps of a run stands beside its record. */
const channelFileEnding = (channel: string) => `.${channel}.json`;

/** The run that a file is a channel's memory of: `RUN.CHANNEL.json` beside `RUN.json`; ids of runs may have dots too. */
function runOfMemory(name: string, all: readonly string[]): string | undefined {
  const run = /^(.+)\.[a-z-]+\.json$/.exec(name)?.[1];
  return run !== undefined && all.includes(`${run}.json`) ? run : undefined;
}

/** The run records of one working directory: `.automation-stack/runs/RUN.json`. */
export class RunFiles {
  readonly directory: string;

  /** @param base directory of the configuration */
  constructor(base: string) {
    this.directory = join(base, '.automation-stack', 'runs');
  }

  /**
   * Adds or replaces one part of a run, while other processes do the same with theirs.
   * @throws Error of the file system
   */
  async savePart(id: string, part: RunPart): Promise<void> {
    await this.alone(id, async () => {
      const before = await this.read(id);
      const parts = [...(before?.parts ?? [])];
      const index = parts.findIndex(({ process }) => process === part.process);
      if (index === -1) parts.push(part);
      else parts[index] = part;
      await writeAtomically(this.path(id), `${JSON.stringify({ id, parts })}\n`);
    });
  }

  /** @returns the record, or undefined where there is none (or none that can be read) */
  async read(id: string): Promise<RunRecord | undefined> {
    return readableRun(await this.readJson(this.path(id)));
  }

  /** @returns what a channel has kept of a run; undefined where that is nothing, or nothing to be believed */
  async memory<T>(id: string, channel: string, shape: Shape): Promise<T | undefined> {
    const found = await this.readJson(this.path(id, channelFileEnding(channel)));
    return shape(found) === undefined ? (found as T) : undefined;
  }

  /** Keeps for the processes that follow what a channel has told. */
  async remember(id: string, channel: string, memory: object): Promise<void> {
    await writeAtomically(this.path(id, channelFileEnding(channel)), `${JSON.stringify(memory)}\n`);
  }

  /** Ids of the runs kept, the one written last first. */
  async list(): Promise<readonly string[]> {
    const names = await readdir(this.directory).catch(() => [] as string[]);
    const files = names.filter(
      (name) => /^[^.].*\.json$/.test(name) && runOfMemory(name, names) === undefined,
    );
    const dated = await Promise.all(
      files.map(async (name) => ({
        name,
        at: (await stat(join(this.directory, name)).catch(() => undefined))?.mtimeMs ?? 0,
      })),
    );
    return dated.sort((one, other) => other.at - one.at).map(({ name }) => name.slice(0, -'.json'.length));
  }

  /** Removes the oldest runs beyond the number kept. */
  async prune(): Promise<void> {
    for (const id of (await this.list()).slice(RUNS_KEPT)) {
      const memories = (await readdir(this.directory)).filter(
        (name, _, all) => runOfMemory(name, all) === id,
      );
      // The record goes last: without it nobody could tell what the others are.
      for (const name of memories) await rm(join(this.directory, name), { force: true });
      await rm(this.path(id), { force: true });
    }
    await this.removeLeftovers();
  }

  /** Drafts of processes that were killed. Locks are left alone, however old: whoever takes them breaks them. */
  private async removeLeftovers(): Promise<void> {
    const names = (await readdir(this.directory)).filter((name) => DRAFT.test(name));
    for (const file of names.map((name) => join(this.directory, name))) {
      const found = await stat(file).catch(() => undefined);
      if (found !== undefined && Date.now() - found.mtimeMs > LEFTOVER_AFTER_MS)
        await rm(file, { force: true });
    }
  }

  /** Runs an action while no other process does so for the same run. @throws StackError LOCKED */
  async alone<T>(id: string, action: () => Promise<T>, suffix = ''): Promise<T> {
    makeDirectories(this.directory);
    return withFileLock(join(this.directory, `.${id}${suffix}.lock`), action, {
      pollMs: LOCK_POLL_MS,
      giveUpAfterMs: LOCK_PATIENCE_MS,
      busy: 'another process of this run has locked its record for a minute',
    });
  }

  private path(id: string, ending = '.json'): string {
    return join(this.directory, `${id}${ending}`);
  }

  private async readJson(file: string): Promise<unknown> {
    try {
      return JSON.parse(await readFile(file, 'utf8')) as unknown;
    } catch {
      return undefined;
    }
  }
}

/**
 * The run's name: AUTOMATION_STACK_RUN where several processes belong to one run (Jenkins), else one of its own that
 * sorts by time.
 * @param random four or more characters that tell runs of the same second apart
 */
export function runId(env: Readonly<Record<string, string | undefined>>, now: Date, random: string): string {
  return sharedRun(env) ?? `${now.toISOString().slice(0, 19).replace(/[-:]/g, '')}-${random}`;
}

/** This process, as parts of runs name it. */
export function processName(pid: number, startedAt: Date): string {
  return `${hostname()}:${pid}:${startedAt.getTime()}`;
}

/** False only where the part's process is known to be gone: it ran on this machine and its pid is free. */
export function mayBeAlive(part: RunPart): boolean {
  const [host, pid] = part.process.split(':');
  return host !== hostname() || isAlive(Number(pid));
}

/** @throws StackError USAGE where there is no such run, naming those there are */
export async function requireRun(files: RunFiles, id: string | undefined): Promise<RunRecord> {
  const known = await files.list();
  const record =
    id === undefined
      ? known[0] === undefined
        ? undefined
        : await files.read(known[0])
      : await files.read(id);
  if (record !== undefined) return record;
  if (known.length === 0) {
    throw new StackError('USAGE', 'no run has been recorded here yet', {
      where: files.directory,
      next: 'Runs are recorded by the commands that change something: node runner run, deploy, promote …',
    });
  }
  throw new StackError('USAGE', `no run "${id}" is recorded here`, {
    where: files.directory,
    next: `The last ones are: ${known.slice(0, 5).join(', ')}.`,
  });
}
