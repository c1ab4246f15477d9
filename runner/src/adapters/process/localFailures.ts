import { StackError } from '../../base/errors.js';

interface Words {
  readonly problem: string;
  readonly next: string;
}

const noLinks: Words = {
  problem: 'the file system does not allow it',
  next: 'It must support hard links: name a directory on a local disk, or s3://bucket/prefix, as state.location.',
};
const inTheWay: Words = {
  problem: 'there is a file where a directory must be',
  next: 'Move the file away, or name another directory as state.location.',
};

/** The operating system's error in words, and what a person can do about it. */
const WORDS: Readonly<Record<string, Words>> = {
  ENOSPC: { problem: 'the disk is full', next: 'Free some space (`df -h`), then run the command again.' },
  EDQUOT: {
    problem: 'the disk quota is used up',
    next: 'Free some space or raise the quota, then run the command again.',
  },
  EROFS: {
    problem: 'the file system is read-only',
    next: 'Name another directory, or s3://bucket/prefix, as state.location.',
  },
  EACCES: {
    problem: 'this user may not do that',
    next: 'Give this user the directory (`ls -ld` shows the owner), or name another as state.location.',
  },
  EPERM: noLinks,
  ENOTSUP: noLinks,
  EOPNOTSUPP: noLinks,
  ENOTDIR: inTheWay,
  EEXIST: inTheWay,
  ENOENT: {
    problem: 'its directory was removed',
    next: 'Something removes the state while runs use it (a clean workspace?): name a permanent directory as state.location.',
  },
  EIO: {
    problem: 'the disk reports errors',
    next: 'First check the log of the machine (`dmesg`).',
  },
};

/** A failed write as a user sees it; what was stored before is still there. */
export function writeFailure(error: unknown, path: string): unknown {
  return failure(error, path, 'STATE_WRITE_FAILED', 'cannot write the state');
}

/** A failed read as a user sees it. */
export function readFailure(error: unknown, path: string): unknown {
  return failure(error, path, 'STATE_UNREADABLE', 'cannot read the state');
}

function failure(
  error: unknown,
  path: string,
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
    next: words?.next ?? 'Fix the cause, then run the command again.',
    cause: error,
  });
}
