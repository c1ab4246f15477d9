import { createHash } from 'node:crypto';

/** A file as a commit holds it. */
export interface CommittedFile {
  /** As git writes it: 100644, 100755, 120000 a link, 160000 a submodule. */
  readonly mode: string;
  /** Git's id of the content. */
  readonly id: string;
}

/** A file, directory or link that goes into something that is to be what a commit says. */
export interface ContentFile {
  /** Relative to where the commit's files are told from, `/`-separated. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink';
  readonly executable: boolean;
  /** Git's id of the content as it is (SHA-1); a directory has none. */
  readonly blob: string;
}

export interface Differences {
  /** Words for each, beginning with its path. */
  readonly certain: readonly string[];
  /** Files of other bytes, which the repository's filters (line ends, LFS) may explain. */
  readonly perhaps: readonly string[];
}

/** Git's id of a file's content. */
export function blobId(content: Buffer | string): string {
  const bytes = Buffer.from(content);
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/**
 * Where content is not what a commit says: changed, in no commit (whether git ignores it or not), or missing.
 *
 * @param committed what the commit holds, by path
 * @param expects whether a path of the commit belongs to the content
 */
export function differences(
  content: readonly ContentFile[],
  committed: ReadonlyMap<string, CommittedFile>,
  expects: (path: string) => boolean,
): Differences {
  const certain: string[] = [];
  const perhaps: string[] = [];
  const directories = directoriesOf(committed.keys());
  const present = new Set<string>();
  for (const file of content) {
    present.add(file.path);
    if (file.kind === 'directory') {
      if (!directories.has(file.path) && !committed.has(file.path)) certain.push(`${file.path}/ ${IN_NONE}`);
      continue;
    }
    const known = committed.get(file.path);
    if (known === undefined) certain.push(`${file.path} ${IN_NONE}`);
    else if (known.mode !== modeOf(file)) certain.push(`${file.path} has another mode`);
    else if (known.id !== file.blob) (file.kind === 'file' ? perhaps : certain).push(file.path);
  }
  for (const [path, { mode }] of committed) {
    if (mode === SUBMODULE) {
      if (expects(path)) certain.push(`${path} is a submodule whose commit is not checked out`);
    } else if (!present.has(path) && expects(path)) certain.push(`${path} is missing`);
  }
  return { certain, perhaps };
}

const IN_NONE = 'is in no commit';
const SUBMODULE = '160000';

function modeOf(file: ContentFile): string {
  return file.kind === 'symlink' ? '120000' : file.executable ? '100755' : '100644';
}

/** Git knows no empty directories: one exists where something in it is committed. */
function directoriesOf(paths: Iterable<string>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const path of paths) {
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) found.add(path.slice(0, at));
  }
  return found;
}
