import { join, relative } from 'node:path';
import { StackError } from '../../base/errors.js';
import type { AnsiblePaths } from './ansibleSettings.js';

/** Where hosts keep bundles, what is written for a run, and what of it is secret: by /ansible/pull/pull.py. */
const HOME = '/var/lib/automation-stack';
const MEMORY = '/run/automation-stack';

/** Folders on a host for one run. */
export const runFolder = (run: string): string => join(HOME, 'work', run);
/** The same in memory, where no program can be started. */
export const secretFolder = (run: string): string => join(MEMORY, run);

/** Folders inside a bundle. */
export const BUNDLED = { library: 'library', project: 'project', collections: 'collections' } as const;
const CONFIGURATION = 'configuration/ansible.cfg';

const isBelow = (folder: string, path: string) => !/^\.\.(?:\/|$)/.test(relative(folder, path));

/**
 * Name in a bundle of a file of this machine.
 * @returns undefined for one that is in none of its folders
 */
export function bundledName({ library, directory, configuration }: AnsiblePaths, path: string) {
  if (isBelow(directory, path)) return join(BUNDLED.project, relative(directory, path));
  if (isBelow(library, path)) return join(BUNDLED.library, relative(library, path));
  return path === configuration ? CONFIGURATION : undefined;
}

/** The same paths on a host that has the bundle. */
export function placesOnHost(paths: AnsiblePaths, sha256: string): AnsiblePaths {
  const root = join(HOME, 'bundles', sha256);
  return {
    library: join(root, BUNDLED.library),
    directory: join(root, BUNDLED.project),
    configuration: join(root, bundledName(paths, paths.configuration) ?? CONFIGURATION),
    configured: paths.configured,
    collections: [join(root, BUNDLED.collections)],
    env: {},
  };
}

/**
 * Path of a playbook on a host that has the bundle.
 * @throws StackError CONFIG_INVALID where it is in none of the folders that hosts are given
 */
export function playbookOnHost(paths: AnsiblePaths, playbook: string, sha256: string): string {
  const name = bundledName(paths, playbook);
  if (name !== undefined) return join(HOME, 'bundles', sha256, name);
  throw new StackError('CONFIG_INVALID', 'hosts that run playbooks themselves do not get this one', {
    where: playbook,
    next: `Move it to ${paths.directory}, with all that it uses.`,
  });
}

const ON_HOST = new RegExp(`${HOME}/bundles/[0-9a-f]{64}/(${BUNDLED.library}|${BUNDLED.project})(?=/)`, 'g');

/** A text of a host, with the files of its bundle named as they are here. */
export const pathsHere = ({ library, directory }: AnsiblePaths, text: string): string =>
  text.replace(ON_HOST, (_, folder) => (folder === BUNDLED.library ? library : directory));

/** Collections that texts of Ansible name: `community.docker.docker_container:` is of `community.docker`. */
export function collectionsNamed(texts: readonly string[]): readonly string[] {
  const found = texts.flatMap((text) =>
    [
      ...text.matchAll(
        /(?<![\w.])([a-z]\w*\.[a-z]\w*)\.[a-z]\w*(?:\.\w+)*\s*:|['"]([a-z]\w*\.[a-z]\w*)\.[a-z]\w*['"]/g,
      ),
    ].map(([, module, name]) => module ?? name ?? ''),
  );
  return [...new Set(found)]
    .filter((name) => !name.startsWith('ansible.builtin') && !name.startsWith('ansible.legacy'))
    .sort();
}
