import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Invocation, ProcessResult } from '../../base/ports.js';
import { blobId, type CommittedFile } from './uncommitted.js';
import { gitHashObject, gitTree } from './gitArguments.js';
import { parseTree } from './parse.js';

type Ask = (invocation: Invocation) => Promise<ProcessResult>;

/** Number of arguments of one call: far below the system's limit. */
const AT_ONCE = 500;

/**
 * What a commit holds below a directory, the files of submodules by the submodule's own commit. Nothing where the directory
 * is in no repository, or in one that does not have the commit.
 */
export async function committedFiles(
  ask: Ask,
  directory: string,
  commit: string,
): Promise<ReadonlyMap<string, CommittedFile>> {
  if (!existsSync(directory)) return new Map();
  const answer = await ask(gitTree(directory, commit));
  if (answer.exitCode !== 0) return new Map();
  const files = parseTree(answer.stdout);
  const submodules = [...files].filter(([, { mode }]) => mode === '160000');
  for (const [path, { id }] of submodules) {
    const inside = await committedFiles(ask, join(directory, path), id);
    if (inside.size > 0) files.delete(path);
    for (const [name, file] of inside) files.set(`${path}/${name}`, file);
  }
  return files;
}

/** The ids that git would give to the current files, with its filters; an unreadable file has none. */
export async function filteredIds(
  ask: Ask,
  directory: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  for (let at = 0; at < paths.length; at += AT_ONCE) {
    const some = paths.slice(at, at + AT_ONCE);
    const answer = await ask(gitHashObject(directory, some));
    const lines = answer.exitCode === 0 ? answer.stdout.split('\n') : [];
    some.forEach((path, index) => ids.set(path, lines[index] ?? ''));
  }
  return ids;
}

/** Files that differ from the index, also those that it should assume unchanged. */
export async function changedFiles(
  ask: Ask,
  directory: string,
  files: ReadonlyMap<string, CommittedFile>,
): Promise<readonly string[]> {
  const changed: string[] = [];
  const regular: string[] = [];
  for (const [path, { mode, id }] of files) {
    const stats = lstatSync(join(directory, path), { throwIfNoEntry: false });
    // Left out of a sparse checkout.
    if (stats === undefined || mode === '160000') continue;
    const link = stats.isSymbolicLink();
    const now = link ? '120000' : (stats.mode & 0o100) === 0 ? '100644' : '100755';
    if (now !== mode || (link && blobId(readlinkSync(join(directory, path))) !== id)) changed.push(path);
    else if (!link) regular.push(path);
  }
  const ids = await filteredIds(ask, directory, regular);
  return [...changed, ...regular.filter((path) => ids.get(path) !== files.get(path)?.id)];
}
