import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { homeDirectory } from '../adapters/process/user.js';
import { ansibleSettings, type AnsiblePaths } from './rules/ansibleSettings.js';

/**
 * The collections that are installed where Ansible looks for them: a newer one may do something else.
 * @returns `community.mysql 3.9.0`, sorted
 */
export async function collectionVersions(paths: AnsiblePaths): Promise<readonly string[]> {
  const found = await Promise.all(
    collectionRoots(paths).map(async (root) => {
      const spaces = await namesIn(root);
      const inside = await Promise.all(
        spaces.map(async (space) => (await namesIn(join(root, space))).map((name) => [space, name] as const)),
      );
      return Promise.all(
        inside
          .flat()
          .map(async ([space, name]) => `${space}.${name} ${await versionOf(join(root, space, name))}`),
      );
    }),
  );
  return [...new Set(found.flat())].sort();
}

/** The folders in which Ansible looks for collections, each with a folder for each namespace. */
export function collectionRoots(paths: AnsiblePaths): readonly string[] {
  const home = homeDirectory(paths.env);
  // Without any of its own, the runner says nothing to Ansible; where that looks is the same.
  const told = ansibleSettings({ ...paths, collections: [...paths.collections, paths.library] });
  const places = (told['ANSIBLE_COLLECTIONS_PATH'] ?? '').split(':');
  return places.map((place) =>
    join(resolve(paths.directory, place.replace(/^~(?=\/|$)/, home)), 'ansible_collections'),
  );
}

const namesIn = (folder: string): Promise<readonly string[]> => readdir(folder).catch(() => []);

async function versionOf(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'MANIFEST.json'), 'utf8').catch(() => '');
  return /"version"\s*:\s*"([^"]+)"/.exec(text)?.[1] ?? 'unknown';
}
