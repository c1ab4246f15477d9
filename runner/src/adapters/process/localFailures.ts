import { StackError } from '../../base/errors.js';

interface Words {
  readonly problem: string;
  /** @param setting the key of the configuration that names the place */
  readonly next: (setting: string) => string;
}

const noLinks: Words = {
  problem: 'the file system does not allow it',
  next: (setting) =>
    `It must support hard links: name a directory on a local disk, or s3://bucket/prefix, as ${setting}.`,
};
const inTheWay: Words = {
  problem: 'there is a file where a directory must be',
  next: (setting) => `Move the file away, or name another directory as ${setting}.`,
};

/** The key of the configuration that names the place of this application's state. */
const STATE_LOCATION = 'state.location';

/** The operating system's error in words, and what a person can do about it. */
const WORDS: Readonly<Record<string, Words>> = {
  ENOSPC: {
    problem: 'the disk is full',
    next: () => 'Free some space (`df -h`), then run the command again.',
  },
  EDQUOT: {
    problem: 'the disk quota is used up',
    next: () => 'Free some space or raise the quota, then run the command again.',
  },
  EROFS: {
    problem: 'the file system is read-only',
    next: (setting) => `Name another directory, or s3://bucket/prefix, as ${setting}.`,
  },
  EACCES: {
    problem: 'this user may not do that',
    next: (setting) =>
      `Give this user the directory (\`ls -ld\` shows the owner), or name another as ${setting}.`,
  },
  EPERM: noLinks,
  ENOTSUP: noLinks,
  EOPNOTSUPP: noLinks,
  ENOTDIR: inTheWay,
  EEXIST: inTheWay,
  ENOENT: {
    problem: 'its directory was removed',
    next: (setting) =>
      `Something removes the state while runs use it (a clean workspace?): name a permanent directory as ${setting}.`,
  },
  EIO: {
    problem: 'the disk reports errors',
    next: () => 'First check the log of the machine (`dmesg`).',
  },
};

/**
 * A failed write as a user sees it; what was stored before is still there.
 * @param setting the key of the configuration that names the place
 */
export function writeFailure(error: unknown, path: string, setting = STATE_LOCATION): unknown {
  return failure(error, { path, setting }, 'STATE_WRITE_FAILED', 'cannot write the state');
}

/**
 * A failed read as a user sees it.
 * @param setting the key of the configuration that names the place
 */
export function readFailure(error: unknown, path: string, setting = STATE_LOCATION): unknown {
  return failure(error, { path, setting }, 'STATE_UNREADABLE', 'cannot read the state');
}

function failure(
  error: unknown,
  { path, setting }: { readonly path: string; readonly setting: string },
  code: 'STATE_WRITE_FAILED' | 'STATE_UNREADABLE',
  what: string,
): unknown {
  const system = error as NodeJS.ErrnoException;
  if (error instanceof StackError || typeof system.code !== 'string') return error;
  const words = WORDS[system.code];
  const unchanged = code === 'STATE_WRITE_FAILED' ? '; what was there before is unchanged' : '';
  return new StackError(code, `${what}: ${words?.problem ?? system.message}${unchanged}`, {
    where: path,
    evidence: [system.message],
    next: words?.next(setting) ?? 'Fix the cause, then run the command again.',
    cause: error,
  });
}
