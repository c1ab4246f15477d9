/** What a refusal of the operating system means to a person. */
export interface SystemFailure {
  readonly message: string;
  readonly where?: string;
  readonly next: string;
}

interface SystemError extends Error {
  readonly code: string;
  readonly syscall?: string;
  readonly path?: string;
  readonly address?: string;
  readonly hostname?: string;
  readonly port?: number;
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  ENOTDIR: 'a part of the path is not a directory',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'it is on a read-only file system',
  EISDIR: 'it is a directory',
  EEXIST: 'the name exists already',
  ENOTEMPTY: 'the directory is not empty',
  ELOOP: 'symbolic links are circular',
  ENAMETOOLONG: 'the name is too long',
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the disk quota is used up',
  EMFILE: 'too many files are open (ulimit -n)',
  ENFILE: 'too many files are open on this machine',
  EIO: 'the disk or the terminal does not answer',
  EBUSY: 'it is in use',
  ETXTBSY: 'it is being run',
  ENXIO: 'it is a socket or a pipe without a reader',
  EFBIG: 'the file is too large',
  EXDEV: 'it is on another file system',
  E2BIG: 'the arguments and the environment are too long together',
  ENOEXEC: 'it is not a program for this machine',
  ENOMEM: 'no memory is left',
  EAGAIN: 'no more processes can be started',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was closed',
  ETIMEDOUT: 'no answer in time',
  ENOTFOUND: 'its name does not resolve',
  EAI_AGAIN: 'its name cannot be resolved at the moment',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'its network is unreachable',
  EADDRINUSE: 'the address is in use',
  ERR_FS_EISDIR: 'it is a directory',
  ERR_FS_FILE_TOO_LARGE: 'the file is too large',
};

const VERBS: Readonly<Record<string, string>> = {
  open: 'open',
  scandir: 'list',
  opendir: 'list',
  mkdir: 'make',
  mkdtemp: 'make a folder such as',
  write: 'write',
  rename: 'write',
  copyfile: 'copy',
  link: 'make',
  symlink: 'make',
  unlink: 'remove',
  rm: 'remove',
  rmdir: 'remove',
  chmod: 'change',
  uv_cwd: 'find the working directory',
};

const ADVICE: Readonly<Record<string, string>> = {
  mkdtemp: 'Set TMPDIR to a folder that this user can write to.',
  uv_cwd: 'Change to an existing directory.',
};

const BY_CODE: Readonly<Record<string, string>> = {
  ENOSPC: 'Make room on the disk (`df -h` shows where), then run the command again.',
  EDQUOT: 'Make room (`quota` shows the limit), then run the command again.',
  EROFS: 'Name a writable place, or mount it for writing.',
  EMFILE: 'Allow more (`ulimit -n 4096`), then run the command again.',
};

/** The words for an error code of the operating system; the code itself where there are none. */
export const wordsOfCode = (code: string): string => WORDS[code] ?? code;

/**
 * A refusal of the operating system in words: a file that cannot be read, a disk that is full, a connection that is not
 * there. Users cause these, so that they are no bugs, wherever in the code they are met.
 * @returns undefined for any other error
 */
export function systemFailure(error: unknown): SystemFailure | undefined {
  if (!isSystemError(error)) return undefined;
  const { code, syscall = '', path, hostname, address, port } = error;
  const words = wordsOfCode(code);
  const host = hostname ?? address;
  if (host !== undefined) {
    const where = port === undefined ? host : `${host}:${port}`;
    return {
      message: `cannot reach ${where}: ${words}`,
      where,
      next: 'Check the address, the network and the proxy, then run the command again.',
    };
  }
  const place = path === undefined ? '' : ` ${shortened(path)}`;
  const verb = syscall.startsWith('spawn') ? 'start' : (VERBS[syscall] ?? 'read');
  return {
    message: `cannot ${verb}${place}: ${words}`,
    ...(path === undefined ? {} : { where: shortened(path) }),
    next:
      ADVICE[syscall] ??
      BY_CODE[code] ??
      'Fix that, or name another place, and run the command again; `ls -ld` shows the permissions.',
  };
}

function isSystemError(error: unknown): error is SystemError {
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as Partial<SystemError>;
  return typeof code === 'string' && (code in WORDS || (syscall !== undefined && /^E[A-Z0-9]+$/.test(code)));
}

/** A path may be thousands of characters long, which is then what is wrong with it. */
const shortened = (path: string) => (path.length > 300 ? `${path.slice(0, 120)}…${path.slice(-120)}` : path);
