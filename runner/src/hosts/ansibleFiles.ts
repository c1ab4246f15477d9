import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnsiblePaths } from './rules/ansibleSettings.js';

/** Where Ansible looks beside a playbook, for deployments whose playbooks lie among all their other files. */
const KNOWN = new Set(
  'action_plugins collections files filter_plugins group_vars handlers host_vars inventories library lookup_plugins module_utils playbooks roles tasks templates test_plugins vars'.split(
    ' ',
  ),
);
/** Folders that no run reads, and that may be large. */
const PASSED_OVER = new Set([
  '.git',
  '.terraform',
  'node_modules',
  '.automation-stack',
  '__pycache__',
  '.venv',
]);

/**
 * The files that runs of an environment may read in the deployment's own folder, sorted.
 * @param project directory of the configuration
 * @returns paths relative to the folder
 */
export async function ownFiles(
  { directory }: Pick<AnsiblePaths, 'directory'>,
  project: string,
): Promise<readonly string[]> {
  if (directory !== project) return filesBelow(directory);
  const names = await readdir(directory).catch(() => [] as string[]);
  const plain = names.filter((name) => /\.(?:ya?ml|cfg)$/.test(name));
  const inside = await Promise.all(
    names
      .filter((name) => KNOWN.has(name))
      .map(async (name) => (await filesBelow(join(directory, name))).map((path) => join(name, path))),
  );
  return [...plain, ...inside.flat()].sort();
}

/**
 * All files below a folder, sorted; none where there is no such folder. Links are followed, each folder once.
 * @returns paths relative to it
 */
export async function filesBelow(folder: string, seen = new Set<string>()): Promise<readonly string[]> {
  const real = await realpath(folder).catch(() => undefined);
  if (real === undefined || seen.has(real)) return [];
  seen.add(real);
  const names = await readdir(folder).catch(() => [] as string[]);
  const found: string[] = [];
  for (const name of names.filter((one) => !PASSED_OVER.has(one))) {
    const entry = await stat(join(folder, name)).catch(() => undefined);
    if (entry?.isFile() === true) found.push(name);
    if (entry?.isDirectory() === true)
      found.push(...(await filesBelow(join(folder, name), seen)).map((path) => join(name, path)));
  }
  return found.sort();
}
