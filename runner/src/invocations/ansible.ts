import { join } from 'node:path';
import type { Invocation } from '../core/ports.js';
import { selection } from './ansibleSelection.js';

/** Environment variables in which secrets reach Ansible; none of them ever stands in argv or in a file. */
export const VAULT_PASSWORD = 'AUTOMATION_STACK_VAULT_PASSWORD';
export const REGISTRY_USERNAME = 'AUTOMATION_STACK_REGISTRY_USERNAME';
export const REGISTRY_PASSWORD = 'AUTOMATION_STACK_REGISTRY_PASSWORD';

/** Ansible asks an executable for the vault password by running it: this one prints a variable, and holds nothing. */
export const VAULT_SCRIPT = `#!/bin/sh\nprintf '%s' "$${VAULT_PASSWORD}"\n`;

/** Where an ansible-playbook run finds things; absolute paths. */
export interface AnsiblePlaces {
  /** The ansible-playbook to run. */
  readonly executable: string;
  /** The folder with the generic roles, playbooks and plugins of automation-stack. */
  readonly library: string;
  /** The deployment's own folder of playbooks: its `ansible.cfg`, `roles/` and `group_vars/` are honoured. */
  readonly directory: string;
  /** The `ansible.cfg` to use. */
  readonly configuration: string;
  /** Collections beside the usual places. */
  readonly collections: readonly string[];
}

export interface PlaybookRun {
  readonly places: AnsiblePlaces;
  readonly playbook: string;
  readonly inventory: string;
  /** Hosts to work on; all of the playbook's where left out. */
  readonly limit?: readonly string[];
  /** A file with all variables, in JSON. */
  readonly variables?: string;
  readonly tags?: readonly string[];
  readonly forks?: number;
  /** Path of a file with `VAULT_SCRIPT`. */
  readonly vaultScript?: string;
  /** `--check --diff`: says what would change, changes nothing. */
  readonly dryRun?: boolean;
  /** Folder of this run: what Ansible renders and decrypts on its way to a host lies there, and goes with it. */
  readonly temporary?: string;
  /** Secrets, by the variables above. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/**
 * The ansible-playbook call. Host keys are checked, connections are pipelined, and what happens comes back as JSON
 * lines by our own stdout callback.
 */
export function ansiblePlaybook(run: PlaybookRun): Invocation {
  const { places } = run;
  return {
    file: places.executable,
    args: [
      ...['--inventory', run.inventory],
      ...(run.limit === undefined ? [] : ['--limit', run.limit.join(',')]),
      ...(run.variables === undefined ? [] : ['--extra-vars', `@${run.variables}`]),
      ...(run.tags === undefined || run.tags.length === 0 ? [] : ['--tags', run.tags.join(',')]),
      ...(run.forks === undefined ? [] : ['--forks', String(run.forks)]),
      ...(run.vaultScript === undefined ? [] : ['--vault-password-file', run.vaultScript]),
      ...(run.dryRun === true ? ['--check', '--diff'] : []),
      run.playbook,
    ],
    cwd: places.directory,
    env: {
      ...selection(run.tags),
      ANSIBLE_CONFIG: places.configuration,
      ANSIBLE_ROLES_PATH: [join(places.directory, 'roles'), join(places.library, 'roles')].join(':'),
      ANSIBLE_CALLBACK_PLUGINS: join(places.library, 'plugins', 'callback'),
      ANSIBLE_STDOUT_CALLBACK: 'automation_stack',
      ANSIBLE_PIPELINING: 'True',
      // A connection that breaks is tried again after 0, 1, 3, 7 and 15 s: modules may run twice, hosts may blink.
      ANSIBLE_SSH_RETRIES: '5',
      ANSIBLE_HOST_KEY_CHECKING: 'True',
      ANSIBLE_NOCOLOR: 'True',
      ANSIBLE_FORCE_COLOR: 'False',
      ANSIBLE_RETRY_FILES_ENABLED: 'False',
      ANSIBLE_PYTHON_INTERPRETER: 'auto_silent',
      ...(places.collections.length === 0 ? {} : { ANSIBLE_COLLECTIONS_PATH: places.collections.join(':') }),
      ...(run.temporary === undefined ? {} : { ANSIBLE_LOCAL_TEMP: run.temporary }),
      ...run.secrets,
    },
  };
}
