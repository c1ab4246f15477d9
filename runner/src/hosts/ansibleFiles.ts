import { readdir } from 'node:fs/promises';
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
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const plain = entries.filter((entry) => entry.isFile() && /\.(?:ya?ml|cfg)$/.test(entry.name));
  const folders = entries.filter((entry) => entry.isDirectory() && KNOWN.has(entry.name));
  const inside = await Promise.all(
    folders.map(async ({ name }) =>
      (await filesBelow(join(directory, name))).map((path) => join(name, path)),
    ),
  );
  return [...plain.map(({ name }) => name), ...inside.flat()].sort();
}

/** All files below a folder, sorted; none where there is no such folder. @returns paths relative to it */
export async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries.map(async (entry) => {
      if (PASSED_OVER.has(entry.name)) return [];
      if (!entry.isDirectory()) return [entry.name];
      return (await filesBelow(join(folder, entry.name))).map((path) => join(entry.name, path));
    }),
  );
  return found.flat().sort();
}
