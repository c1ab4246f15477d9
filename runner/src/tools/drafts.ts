import { randomUUID } from 'node:crypto';
import { mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { makeDirectories } from '../adapters/process/directories.js';
import { toolFolders } from './toolFolders.js';

type Env = Readonly<Record<string, string | undefined>>;

/** What folders begin with that hold something half. */
export const DRAFT = '.draft-';

/** Runs work with a folder beside the tools, on their file system; it is removed afterwards. */
export async function withDraft<T>(env: Env, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(toolFolders(env).tools, DRAFT));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Puts a whole folder in its place; one that is there (nothing led to it yet, or it was broken) goes. */
export async function putFolder(whole: string, place: string): Promise<void> {
  await rm(place, { recursive: true, force: true });
  await rename(whole, place);
}

/** Makes the link by which a program is found: last of all, in one step, also where another one is there. */
export async function putProgram(env: Env, file: string, name = basename(file)): Promise<void> {
  const { programs, tools } = toolFolders(env);
  makeDirectories(programs);
  const draft = join(tools, `${DRAFT}${randomUUID()}`);
  await symlink(relative(programs, file), draft);
  await rename(draft, join(programs, name));
}

/** Takes a program away, so that what it leads to can be made anew. */
export async function removeProgram(env: Env, name: string): Promise<void> {
  await rm(join(toolFolders(env).programs, name), { force: true });
}
