import { createHash } from 'node:crypto';
import { lstat, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { StackError } from '../../base/errors.js';
import { ownIdentity, processState } from './processIdentity.js';

type Env = Readonly<Record<string, string | undefined>>;

/** On Linux a file system in memory: what is written there is on no disk, and gone after a crash of the machine. */
const MEMORY = '/dev/shm';
/** One whose owner cannot be asked whether it lives (another container's, an earlier boot's) is kept so long. */
const KEPT_MS = 24 * 60 * 60_000;

/** A folder that only this user can read, for files that another program is to read while it runs. */
export interface PrivateFolder {
  readonly path: string;
  /**
   * Writes a file that only this user can read.
   * @returns its absolute path
   * @throws StackError FILE_FAILED
   */
  file(name: string, content: string, mode?: number): Promise<string>;
  /** Removes it with all that is in it; harmless to call twice. */
  remove(): Promise<void>;
}

/**
 * Makes one. Its name says whose it is, so that `sweepPrivateFolders` finds what a process leaves that was killed.
 * @param kind `memory` for small files with secrets, which then lie on no disk where the system has such a place
 * @throws StackError FILE_FAILED
 */
export async function privateFolder(env: Env, kind: 'memory' | 'disk'): Promise<PrivateFolder> {
  const disk = diskFolder(env);
  const path = await (kind === 'memory' ? make(MEMORY).catch(() => make(disk)) : make(disk)).catch(
    (error: unknown) => {
      throw temporaryFailure(error, disk);
    },
  );
  return {
    path,
    async file(name, content, mode = 0o600) {
      const file = join(path, name);
      try {
        await writeFile(file, content, { mode });
      } catch (error) {
        throw temporaryFailure(error, file);
      }
      return file;
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

/** Removes the private folders of this user whose processes are gone. What cannot be removed is left. */
export async function sweepPrivateFolders(env: Env): Promise<void> {
  await Promise.all(
    [...new Set([MEMORY, diskFolder(env)])].map(async (parent) => {
      const names = await readdir(parent).catch(() => []);
      const left = names.filter((name) => NAME.test(name)).map((name) => join(parent, name));
      await Promise.all(left.map((path) => sweep(path).catch(() => undefined)));
    }),
  );
}

/** Whether a path lies in a private folder of a process that is known to be gone. */
export function isOfDeadProcess(path: string): boolean {
  const [folder] = /.*\/automation-stack-private-[\w-]+/.exec(path) ?? [];
  return folder !== undefined && NAME.test(basename(folder)) && lifeOf(folder) === 'dead';
}

/** `automation-stack-private-MACHINE-PID-START-XXXXXX`. */
const NAME = /^automation-stack-private-([0-9a-f]{8})-(\d+)-(\d+)-\w{6}$/;

const diskFolder = (env: Env): string => env['TMPDIR'] || tmpdir();

function temporaryFailure(error: unknown, where: string): StackError {
  const reason = error instanceof Error ? error.message : String(error);
  return new StackError('FILE_FAILED', `a temporary file cannot be written: ${reason}`, {
    where,
    next: 'Set TMPDIR to a folder that this user can write to and that has space.',
    cause: error,
  });
}

function make(parent: string): Promise<string> {
  const { pid, startTime = '0' } = ownIdentity();
  return mkdtemp(join(parent, `automation-stack-private-${machine()}-${pid}-${startTime}-`));
}

async function sweep(path: string): Promise<void> {
  const info = await lstat(path);
  if (!info.isDirectory() || info.uid !== process.getuid?.()) return;
  if (isLeft(path, info.mtimeMs)) await rm(path, { recursive: true, force: true });
}

function isLeft(path: string, changedAt: number): boolean {
  const life = lifeOf(path);
  if (life === 'unknown') return Date.now() - changedAt > KEPT_MS;
  return life === 'dead';
}

function lifeOf(path: string): 'alive' | 'dead' | 'unknown' {
  const [, where, pid, startTime] = NAME.exec(path.slice(path.lastIndexOf('/') + 1)) ?? [];
  const { startTime: _, ...here } = ownIdentity();
  const owner = {
    ...here,
    pid: Number(pid),
    ...(startTime === '0' ? {} : { startTime: startTime as string }),
  };
  return where === machine() ? processState(owner) : 'unknown';
}

/** Process ids mean something only on this machine, since its last start, in this container. */
function machine(): string {
  const { hostname, bootId = '', pidNamespace = '' } = ownIdentity();
  return createHash('sha256').update([hostname, bootId, pidNamespace].join('\0')).digest('hex').slice(0, 8);
}
