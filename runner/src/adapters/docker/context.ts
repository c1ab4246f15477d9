import {
  type BigIntStats,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { type IgnoreRules, parseDockerignore } from './dockerignore.js';
import { StackError } from '../../base/errors.js';
import { wordsOfCode } from '../../base/systemFailure.js';

interface EntryBase {
  /** Below the context, `/`-separated. */
  readonly path: string;
  /** Permission bits, normalised. */
  readonly mode: number;
  readonly mtimeNs: bigint;
}

export interface FileEntry extends EntryBase {
  readonly kind: 'file';
  /** Where it is on disk. */
  readonly file: string;
  readonly size: number;
  readonly inode: bigint;
  /** When the inode last changed: no tool can set it back, unlike mtime. */
  readonly ctimeNs: bigint;
  /** Set where the bytes are at hand already. */
  readonly content?: Buffer;
  /** SHA-256 in hex, once it was hashed: what is sent later must be the same. */
  readonly sha256?: string;
}

export type ContextEntry =
  | FileEntry
  | (EntryBase & { readonly kind: 'directory' })
  | (EntryBase & { readonly kind: 'symlink'; readonly linkTarget: string });

/** Everything a build sees of this machine. */
export interface BuildContext {
  /** Absolute path of the context. */
  readonly directory: string;
  /** Parents before children, in the order the engine wants: by path component. */
  readonly entries: readonly ContextEntry[];
  /** May lie outside of the context, or be ignored by it. */
  readonly dockerfile: FileEntry;
  /** The file that says what is left out, where there is one. */
  readonly ignoreFile: string | undefined;
  /** Whether a path below the context is sent where it exists. */
  readonly sends: (path: string) => boolean;
}

/** Owner and group bits differ by umask between checkouts; only the executable bit is content (as in git). */
const FILE_MODE = 0o644;
const EXECUTABLE_MODE = 0o755;

/**
 * Never sent, unless `.dockerignore` says `!.git`: a history that grows with every commit would make each build's
 * inputs new, though the content is the same. A submodule has a `.git` of its own, a neighbour in the same
 * repository its own state.
 */
const NEVER_SENT = ['**/.git', '**/.automation-stack'];

/**
 * Lists what a build sends: the context without what `.dockerignore` leaves out.
 *
 * @param base directory that relative paths start at: that of the configuration
 * @param image `context` and `dockerfile` of the image's configuration
 * @param state the runner's own state directory, which may lie inside the context
 * @param builder whose walk is followed where exceptions meet ignored directories
 * @throws StackError DOCKERFILE_MISSING; BUILD_FAILED where the context is no directory, or a pattern is none
 */
export function readContext(
  base: string,
  image: { readonly context: string; readonly dockerfile?: string | undefined },
  state?: string,
  builder: 'buildkit' | 'classic' = 'buildkit',
): BuildContext {
  const directory = resolve(base, image.context);
  const file =
    image.dockerfile === undefined ? join(directory, 'Dockerfile') : resolve(base, image.dockerfile);
  const dockerfile = readDockerfile(directory, file, image);
  const found = statSync(directory, { throwIfNoEntry: false });
  if (found?.isDirectory() !== true) {
    const reason = found === undefined ? 'does not exist' : 'is not a directory';
    throw new StackError('BUILD_FAILED', `the build context ${directory} ${reason}`, {
      where: directory,
      next: 'Correct `context:` (relative to the configuration file) under the image.',
    });
  }
  const { rules, ignoreFile } = readIgnoreRules(directory, file, neverSent(directory, state));
  const entries: ContextEntry[] = [];
  walk({ root: directory, rules, builder, entries }, '');
  return { directory, entries, dockerfile, ignoreFile, sends: (path) => isSent(rules, builder, path) };
}

/** Files of a folder that a build reads where it lies. */
export interface SourceEntries {
  /** Absolute path of the folder. */
  readonly directory: string;
  readonly entries: readonly ContextEntry[];
  /** Whether a path below the folder belongs to it where it exists. */
  readonly sends: (path: string) => boolean;
}

/**
 * Lists a folder, or a single file, that decides a build without being sent to an engine.
 *
 * @param path absolute
 * @param ignore patterns of what is left out, in the notation of .dockerignore
 * @param state the runner's own state directory, which may lie inside
 * @returns undefined where there is neither a file nor a folder
 */
export function readSource(
  path: string,
  ignore: readonly string[],
  state: string,
): SourceEntries | undefined {
  const found = lstatSync(realpathOf(path), { bigint: true, throwIfNoEntry: false });
  if (found?.isFile() === true) {
    const [directory, name] = [dirname(path), basename(path)];
    return { directory, entries: [fileEntry(name, path, found)], sends: (one) => one === name };
  }
  if (found?.isDirectory() !== true) return undefined;
  const rules = parseDockerignore(ignore.join('\n'), neverSent(path, state));
  const entries: ContextEntry[] = [];
  walk({ root: path, rules, builder: 'buildkit', entries }, '');
  return { directory: path, entries, sends: (one) => isSent(rules, 'buildkit', one) };
}

function realpathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function neverSent(directory: string, state: string | undefined): readonly string[] {
  const inside = state === undefined ? '' : relative(directory, state);
  if (inside === '' || inside.startsWith('..')) return NEVER_SENT;
  return [...NEVER_SENT, inside.replace(/[*?[\]\\]/g, '\\$&')];
}

function readDockerfile(directory: string, file: string, image: { readonly context: string }): FileEntry {
  try {
    // A pipe would be waited for without end.
    if (!statSync(file).isFile()) throw Object.assign(new Error('it is not a file'), { code: 'EISDIR' });
    const content = readFileSync(file);
    const stats = lstatSync(file, { bigint: true });
    const entry = { path: 'Dockerfile', kind: 'file', mode: FILE_MODE, file, content } as const;
    const { mtimeNs, ctimeNs, ino: inode } = stats;
    return { ...entry, mtimeNs, ctimeNs, inode, size: content.length };
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    const message =
      code === 'ENOENT' ? `there is no Dockerfile at ${file}` : `cannot read ${file}: ${wordsOfCode(code)}`;
    throw new StackError('DOCKERFILE_MISSING', message, {
      where: `context ${isAbsolute(image.context) ? directory : image.context}`,
      next:
        code === 'ENOENT'
          ? 'Write one, or name it with `dockerfile:` (relative to the configuration file) under the image.'
          : 'Correct that, or name another with `dockerfile:` under the image.',
      cause,
    });
  }
}

/** `web.Dockerfile.dockerignore` beside its Dockerfile goes before the context's `.dockerignore`. */
function readIgnoreRules(
  directory: string,
  dockerfile: string,
  never: readonly string[],
): { readonly rules: IgnoreRules; readonly ignoreFile: string | undefined } {
  for (const ignoreFile of [`${dockerfile}.dockerignore`, join(directory, '.dockerignore')]) {
    let text: string;
    try {
      text = readFileSync(ignoreFile, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      throw error;
    }
    const rules = parseDockerignore(text, never);
    if (rules.refused.length > 0) throw refusedPatterns(ignoreFile, rules.refused);
    return { rules, ignoreFile };
  }
  return { rules: parseDockerignore('', never), ignoreFile: undefined };
}

/** The same decision as the walk's, for a path that it may never have met. */
function isSent(rules: IgnoreRules, builder: 'buildkit' | 'classic', path: string): boolean {
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    const directory = path.slice(0, at);
    if (rules.ignores(directory) && !rules.entered(directory, builder)) return false;
  }
  return !rules.ignores(path);
}

/** Docker refuses them too: a pattern that means nothing would let through what somebody wanted left out. */
function refusedPatterns(file: string, refused: readonly string[]): StackError {
  return new StackError('BUILD_FAILED', `${file} has invalid patterns`, {
    where: `${file}:${refused[0]?.split(':')[0] ?? ''}`,
    evidence: refused,
    next: 'Correct them: close each [, escape a bracket with \\, and write a name after !.',
  });
}

interface Walk {
  readonly root: string;
  readonly rules: IgnoreRules;
  readonly builder: 'buildkit' | 'classic';
  readonly entries: ContextEntry[];
}

/**
 * Synchronous on purpose: it is one burst of lstat calls, and twice as fast as its asynchronous twin.
 * @returns whether anything below was wanted
 */
function walk(to: Walk, below: string): boolean {
  const { root, rules, builder, entries } = to;
  const names = inByteOrder(readdirSync(join(root, below)));
  let wanted = false;
  for (const name of names) {
    const path = below === '' ? name : `${below}/${name}`;
    const ignored = rules.ignores(path);
    if (ignored && !rules.hasExceptions) continue;
    const file = join(root, path);
    const stats = lstatSync(file, { bigint: true, throwIfNoEntry: false });
    // Bytes that are no UTF-8 were replaced as the name was read: such a file is there, and cannot be named.
    if (stats === undefined && !ignored && name.includes('\uFFFD')) throw unreadableName(file);
    // Gone since the directory was read.
    if (stats === undefined) continue;
    const { mtimeNs } = stats;
    if (stats.isDirectory()) {
      if (ignored && !rules.entered(path, builder)) continue;
      // An ignored directory is sent only where something inside was brought back.
      const at = entries.push({ path, kind: 'directory', mode: EXECUTABLE_MODE, mtimeNs }) - 1;
      if (walk(to, path) || !ignored) wanted = true;
      else entries.length = at;
    } else if (!ignored && stats.isSymbolicLink()) {
      entries.push({ path, kind: 'symlink', mode: 0o777, mtimeNs, linkTarget: readlinkSync(file) });
      wanted = true;
    } else if (!ignored && stats.isFile()) {
      entries.push(fileEntry(path, file, stats));
      wanted = true;
    }
    // Sockets, pipes and devices are no content.
  }
  return wanted;
}

function fileEntry(path: string, file: string, stats: BigIntStats): FileEntry {
  const { mtimeNs, ctimeNs, ino: inode } = stats;
  const mode = (stats.mode & 0o100n) === 0n ? FILE_MODE : EXECUTABLE_MODE;
  return { path, kind: 'file', mode, mtimeNs, ctimeNs, file, size: Number(stats.size), inode };
}

function unreadableName(file: string): StackError {
  return new StackError('BUILD_FAILED', `${file} has a name that is not UTF-8`, {
    where: file,
    next: 'Rename it, or exclude it by a line in .dockerignore.',
  });
}

/**
 * The engine compares names byte by byte; a locale's order would be refused. Plain sorting goes by UTF-16 units, which
 * is the same order but for characters beyond the first plane.
 */
function inByteOrder(names: string[]): string[] {
  if (!names.some((name) => /[\uD800-\uDFFF]/.test(name))) return names.sort();
  return names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
