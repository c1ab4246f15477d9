import { dirname, join, relative, resolve } from 'node:path';
import type { AnsibleConfig } from './ansibleConfig.js';
import { StackError } from '../../base/errors.js';

/** Where an Ansible run finds things; absolute paths. */
export interface AnsiblePaths {
  /** The folder with the generic roles, playbooks and plugins of automation-stack. */
  readonly library: string;
  /** The deployment's own folder of playbooks: its `ansible.cfg`, `roles/` and `group_vars/` are honoured. */
  readonly directory: string;
  /** The `ansible.cfg` to use. */
  readonly configuration: string;
  /** What it says; nothing where it is our own. */
  readonly configured: AnsibleConfig;
  /** Collections of our own, beside the usual places. */
  readonly collections: readonly string[];
  /** Variables of the shell: what they say counts as what `ansible.cfg` says, as Ansible itself has it. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

interface Setting {
  readonly variable: string;
  /** Where else it may be said. */
  readonly keys: readonly string[];
  readonly value: string;
}

/** What we set where nobody says anything. Environment variables go before any `ansible.cfg`, so not otherwise. */
const SETTINGS: readonly Setting[] = [
  {
    variable: 'ANSIBLE_PIPELINING',
    keys: ['defaults.pipelining', 'connection.pipelining', 'ssh_connection.pipelining'],
    value: 'True',
  },
  {
    variable: 'ANSIBLE_SSH_ARGS',
    keys: ['ssh_connection.ssh_args'],
    value:
      '-C -o ControlMaster=auto -o ControlPersist=60s -o ServerAliveInterval=15 -o ServerAliveCountMax=3',
  },
  // A connection that breaks is tried again after 0, 1, 3, 7 and 15 s: modules may run twice, hosts may blink.
  { variable: 'ANSIBLE_SSH_RETRIES', keys: ['ssh_connection.retries', 'connection.retries'], value: '5' },
  { variable: 'ANSIBLE_PYTHON_INTERPRETER', keys: ['defaults.interpreter_python'], value: 'auto_silent' },
  { variable: 'ANSIBLE_RETRY_FILES_ENABLED', keys: ['defaults.retry_files_enabled'], value: 'False' },
];

/**
 * What Ansible is told beside its arguments, the same for our runs and for a shell: the project's `ansible.cfg` wins
 * over ours, paths of roles and collections are joined. Host keys are checked whatever it says.
 * @throws StackError CONFIG_INVALID for a folder that Ansible cannot be told
 */
export function ansibleSettings(paths: AnsiblePaths): Record<string, string> {
  const { library, directory, configuration, env } = paths;
  const home = env['ANSIBLE_HOME'] ?? '~/.ansible';
  const list = (entries: readonly string[]) => pathList(entries, directory);
  const roles = configuredPaths(paths, 'ANSIBLE_ROLES_PATH', ['defaults.roles_path']);
  const collections =
    configuredPaths(paths, 'ANSIBLE_COLLECTIONS_PATH', [
      'defaults.collections_path',
      'defaults.collections_paths',
    ]) ?? configuredPaths(paths, 'ANSIBLE_COLLECTIONS_PATHS', []);
  return {
    ANSIBLE_CONFIG: plainPath(configuration, directory),
    ANSIBLE_ROLES_PATH: list([
      ...(roles ?? []),
      join(directory, 'roles'),
      join(library, 'roles'),
      ...(roles === undefined ? [`${home}/roles`, '/usr/share/ansible/roles', '/etc/ansible/roles'] : []),
    ]),
    ...(paths.collections.length === 0
      ? {}
      : {
          ANSIBLE_COLLECTIONS_PATH: list([
            ...(collections ?? []),
            ...paths.collections,
            ...(collections === undefined ? [`${home}/collections`, '/usr/share/ansible/collections'] : []),
          ]),
        }),
    ANSIBLE_HOST_KEY_CHECKING: 'True',
    ...Object.fromEntries(
      SETTINGS.filter(({ variable, keys }) => !isConfigured(paths, variable, keys)).map((setting) => [
        setting.variable,
        setting.value,
      ]),
    ),
  };
}

/**
 * Where our stdout callback is found, before the project's own.
 * @returns folders, joined by colons
 * @throws StackError CONFIG_INVALID for a folder that has a colon in its path
 */
export function callbackPlugins(paths: AnsiblePaths): string {
  const home = paths.env['ANSIBLE_HOME'] ?? '~/.ansible';
  const own = configuredPaths(paths, 'ANSIBLE_CALLBACK_PLUGINS', ['defaults.callback_plugins']) ?? [
    `${home}/plugins/callback`,
    '/usr/share/ansible/plugins/callback',
  ];
  return pathList([join(paths.library, 'plugins', 'callback'), ...own], paths.directory);
}

/** Whether the project or the shell says something. */
export function isConfigured(
  { configured, env }: AnsiblePaths,
  variable: string,
  keys: readonly string[],
): boolean {
  return Boolean(env[variable]) || keys.some((key) => configured.has(key));
}

/** A list of paths that somebody named; those in a file are relative to it. */
function configuredPaths(
  paths: AnsiblePaths,
  variable: string,
  keys: readonly string[],
): string[] | undefined {
  const split = (text: string) =>
    text
      .split(':')
      .map((path) => path.trim())
      .filter((path) => path !== '');
  const fromShell = paths.env[variable];
  if (fromShell) return split(fromShell);
  const text = keys.map((key) => paths.configured.get(key)).find((value) => value !== undefined);
  if (text === undefined) return undefined;
  return split(text).map((path) =>
    /^[~$]|^\{\{/.test(path) ? path : resolve(dirname(paths.configuration), path),
  );
}

/** Ansible divides lists at colons and reads variables: a path that holds one is written as seen from the folder. */
function pathList(paths: readonly string[], directory: string): string {
  const plain = [...new Set(paths)].map((path) => plainPath(path, directory));
  const wrong = plain.find((path) => path.includes(':'));
  if (wrong === undefined) return plain.join(':');
  throw new StackError(
    'CONFIG_INVALID',
    `Ansible cannot look for roles and plugins in ${wrong}: it splits paths at colons`,
    {
      where: wrong,
      next: 'Give the folder a name without a colon.',
    },
  );
}

function plainPath(path: string, directory: string): string {
  if (!path.startsWith('/') || !/[:$]/.test(path)) return path;
  return relative(directory, path) || '.';
}
