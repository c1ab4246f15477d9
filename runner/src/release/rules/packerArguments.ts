import type { Invocation } from '../../base/ports.js';
import { asText } from '../../config/referencesIn.js';

/** What Packer is called with. */
export interface PackerCall {
  /** Absolute. */
  readonly template: string;
  /** Folder that it runs in: that of the template. */
  readonly directory: string;
  /** Holds the values of its variables. */
  readonly varFile: string;
  readonly only: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The runner pushes itself, so that a release knows the digest; the template's own push is for those who call Packer by hand. */
const PUSH = 'docker-push';

/** `packer build`, with one line an event. */
export const buildInvocation = (call: PackerCall): Invocation => ({
  file: 'packer',
  args: [
    ...['build', '-machine-readable', '-color=false', `-except=${PUSH}`],
    ...(call.only.length === 0 ? [] : [`-only=${call.only.join(',')}`]),
    ...[`-var-file=${call.varFile}`, call.template],
  ],
  cwd: call.directory,
  env: call.env,
});

/** `packer init`, which installs the plugins that a template requires. */
export const initInvocation = (call: Pick<PackerCall, 'template' | 'directory' | 'env'>): Invocation => ({
  file: 'packer',
  args: ['init', call.template],
  cwd: call.directory,
  env: call.env,
});

/** Templates of before HCL2 take text alone. */
export function variablesFile(template: string, values: Readonly<Record<string, unknown>>): string {
  const isOld = template.endsWith('.json') && !template.endsWith('.pkr.json');
  const given = isOld
    ? Object.fromEntries(Object.entries(values).map(([name, value]) => [name, asText(value)]))
    : values;
  return JSON.stringify(given);
}

/** What Packer and Ansible find by their environment. */
export interface PackerPlaces {
  /** Folder of this build's temporary files; containers of the build mount it, so it tells whose they are. */
  readonly temporary: string;
  /** Folder of ansible-playbook, where one is needed. */
  readonly ansible: string | undefined;
  readonly roles: readonly string[];
  readonly collections: readonly string[];
}

/** A socket's path has at most 107 bytes, and plugins put theirs into the folder of temporary files. */
const LONGEST_TEMPORARY = 75;

/** Where Ansible looks for collections if nobody says anything. */
const COLLECTIONS = '~/.ansible/collections:/usr/share/ansible/collections';

/** @param env of the runner */
export function packerEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  { temporary, ansible, roles, collections }: PackerPlaces,
): Readonly<Record<string, string>> {
  const path = (...folders: readonly (string | undefined)[]) =>
    folders.filter((folder) => folder !== undefined && folder !== '').join(':');
  return {
    // No questions to its maker, no colours, no log that was asked for elsewhere.
    ...{ CHECKPOINT_DISABLE: '1', PACKER_NO_COLOR: '1', ANSIBLE_NOCOLOR: '1', ANSIBLE_FORCE_COLOR: '0' },
    ...{ PACKER_TMP_DIR: temporary, PACKER_CACHE_DIR: temporary },
    ...(temporary.length > LONGEST_TEMPORARY ? {} : { TMPDIR: temporary }),
    ...(roles.length === 0 ? {} : { ANSIBLE_ROLES_PATH: path(...roles, env['ANSIBLE_ROLES_PATH']) }),
    ...(collections.length === 0
      ? {}
      : { ANSIBLE_COLLECTIONS_PATH: path(env['ANSIBLE_COLLECTIONS_PATH'] ?? COLLECTIONS, ...collections) }),
    ...(ansible === undefined ? {} : { PATH: path(ansible, env['PATH']) }),
  };
}
