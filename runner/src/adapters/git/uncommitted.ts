import { createHash } from 'node:crypto';

/** A file as a commit holds it. */
export interface CommittedFile {
  /** As git writes it: 100644, 100755, 120000 a link, 160000 a submodule. */
  readonly mode: string;
  /** Git's id of the content. */
  readonly id: string;
}

/** A file, directory or link of content that must be the same as in a commit. */
export interface ContentFile {
  /** Relative to where the commit's files are told from, `/`-separated. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink';
  readonly executable: boolean;
  /** Git's id of the content as it is (SHA-1); a directory has none. */
  readonly blob: string;
}

export type DifferenceKind = 'changed' | 'mode' | 'uncommitted' | 'missing' | 'submodule';

/** A path whose content differs from a commit. */
export interface Difference {
  readonly path: string;
  readonly kind: DifferenceKind;
}

export interface Differences {
  readonly certain: readonly Difference[];
  /** Files with other bytes, which may be due to the repository's filters (line ends, LFS). */
  readonly perhaps: readonly string[];
}

/** A difference in words, with its path first. */
export function differenceText({ path, kind }: Difference): string {
  return `${path} ${WORDS[kind]}`;
}

const WORDS: Readonly<Record<DifferenceKind, string>> = {
  changed: 'was changed',
  mode: 'has another mode',
  uncommitted: 'is in no commit',
  missing: 'is missing',
  submodule: 'is a submodule whose commit is not checked out',
};

/** Git's id of a file's content. */
export function blobId(content: Buffer | string): string {
  const bytes = Buffer.from(content);
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/**
 * Paths whose content differs from a commit: changed, not committed (ignored by git or not), or missing.
 *
 * @param committed what the commit holds, by path
 * @param expects whether a path of the commit belongs to the content
 */
export function differences(
  content: readonly ContentFile[],
  committed: ReadonlyMap<string, CommittedFile>,
  expects: (path: string) => boolean,
): Differences {
  const certain: Difference[] = [];
  const perhaps: string[] = [];
  const directories = directoriesOf(committed.keys());
  const present = new Set<string>();
  for (const file of content) {
    const { path } = file;
    present.add(path);
    const known = committed.get(path);
    if (file.kind === 'directory') {
      if (!directories.has(path) && known === undefined) certain.push({ path, kind: 'uncommitted' });
    } else if (known === undefined) certain.push({ path, kind: 'uncommitted' });
    else if (known.mode !== modeOf(file)) certain.push({ path, kind: 'mode' });
    else if (known.id !== file.blob) {
      if (file.kind === 'file') perhaps.push(path);
      else certain.push({ path, kind: 'changed' });
    }
  }
  for (const [path, { mode }] of committed) {
    if (!expects(path)) continue;
    if (mode === SUBMODULE) certain.push({ path, kind: 'submodule' });
    else if (!present.has(path)) certain.push({ path, kind: 'missing' });
  }
  return { certain, perhaps };
}

const SUBMODULE = '160000';

function modeOf(file: ContentFile): string {
  return file.kind === 'symlink' ? '120000' : file.executable ? '100755' : '100644';
}

/** Git has no empty directories: a directory exists if something in it is committed. */
function directoriesOf(paths: Iterable<string>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const path of paths) {
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) found.add(path.slice(0, at));
  }
  return found;
}
