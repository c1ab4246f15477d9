import type { Invocation } from '../../base/ports.js';
import { selection } from './ansibleSelection.js';
import { ansibleSettings, callbackPlugins, isConfigured, type AnsiblePaths } from './ansibleSettings.js';

/** Environment variables in which secrets reach Ansible; none of them ever stands in argv or in a file. */
export const VAULT_PASSWORD = 'AUTOMATION_STACK_VAULT_PASSWORD';
export const REGISTRY_USERNAME = 'AUTOMATION_STACK_REGISTRY_USERNAME';
export const REGISTRY_PASSWORD = 'AUTOMATION_STACK_REGISTRY_PASSWORD';

/** Ansible asks an executable for the vault password by running it: this one prints a variable, and holds nothing. */
export const VAULT_SCRIPT = `#!/bin/sh\nprintf '%s' "$${VAULT_PASSWORD}"\n`;

export interface PlaybookRun {
  readonly places: AnsiblePaths;
  /** The ansible-playbook to run. */
  readonly executable: string;
  readonly playbook: string;
  readonly inventory: string;
  /** An inventory of the user's own, read before ours. */
  readonly ownInventory?: string | undefined;
  /** Hosts to work on; all of the playbook's where left out. */
  readonly limit?: readonly string[];
  /** A file with all variables, in JSON. */
  readonly variables?: string;
  readonly tags?: readonly string[];
  readonly forks?: number | undefined;
  /** The same where neither `ansible.cfg` nor the shell says it. */
  readonly usualForks?: number | undefined;
  /** Path of a file with `VAULT_SCRIPT`. */
  readonly vaultScript?: string;
  /** `--check --diff`: says what would change, changes nothing. */
  readonly dryRun?: boolean;
  /** `--diff` alone: shows how files differ while they are changed. */
  readonly diff?: boolean;
  /** Plays that do not say whether they gather facts gather none. */
  readonly withoutFacts?: boolean;
  /** Folder of Mitogen's strategy plugins, where it is to be used. */
  readonly mitogen?: string | undefined;
  /** Folder of this run: what Ansible renders and decrypts on its way to a host lies there, and goes with it. */
  readonly temporary?: string;
  /** Folder for the sockets of SSH, where Ansible's own would not do. */
  readonly sockets?: string | undefined;
  /** Secrets, by the variables above. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/**
 * The ansible-playbook call. What happens comes back as JSON lines by our own stdout callback.
 * @throws StackError CONFIG_INVALID for a folder that Ansible cannot be told
 */
export function ansiblePlaybook(run: PlaybookRun): Invocation {
  const { places: paths } = run;
  const forks =
    run.forks ?? (isConfigured(paths, 'ANSIBLE_FORKS', ['defaults.forks']) ? undefined : run.usualForks);
  return {
    file: run.executable,
    args: [
      ...(run.ownInventory === undefined ? [] : ['--inventory', run.ownInventory]),
      ...['--inventory', run.inventory],
      ...(run.limit === undefined ? [] : ['--limit', run.limit.join(',')]),
      ...(run.variables === undefined ? [] : ['--extra-vars', `@${run.variables}`]),
      ...(run.tags === undefined || run.tags.length === 0 ? [] : ['--tags', run.tags.join(',')]),
      ...(forks === undefined ? [] : ['--forks', String(forks)]),
      ...(run.vaultScript === undefined ? [] : ['--vault-password-file', run.vaultScript]),
      ...(run.dryRun === true ? ['--check', '--diff'] : run.diff === true ? ['--diff'] : []),
      run.playbook,
    ],
    cwd: paths.directory,
    env: {
      ...selection(run.tags),
      // Which of its plugins read that inventory is for `ansible.cfg` to say.
      ...(run.ownInventory === undefined ? {} : { ANSIBLE_INVENTORY_ENABLED: undefined }),
      ...ansibleSettings(paths),
      ANSIBLE_CALLBACK_PLUGINS: callbackPlugins(paths),
      ANSIBLE_STDOUT_CALLBACK: 'automation_stack',
      ANSIBLE_NOCOLOR: 'True',
      ANSIBLE_FORCE_COLOR: 'False',
      ...(run.withoutFacts === true && !isConfigured(paths, 'ANSIBLE_GATHERING', ['defaults.gathering'])
        ? { ANSIBLE_GATHERING: 'explicit' }
        : {}),
      ...(run.mitogen === undefined
        ? {}
        : { ANSIBLE_STRATEGY: 'mitogen_linear', ANSIBLE_STRATEGY_PLUGINS: run.mitogen }),
      ...(run.temporary === undefined ? {} : { ANSIBLE_LOCAL_TEMP: run.temporary }),
      ...(run.sockets === undefined ? {} : { ANSIBLE_SSH_CONTROL_PATH_DIR: run.sockets }),
      ...run.secrets,
    },
  };
}

export type InventoryRead = Pick<
  PlaybookRun,
  'places' | 'executable' | 'inventory' | 'vaultScript' | 'secrets'
>;

/** The ansible-inventory call that prints an inventory of the user's own as JSON. */
export function ansibleInventory(read: InventoryRead): Invocation {
  return {
    file: read.executable,
    args: [
      ...['--inventory', read.inventory, '--list'],
      // `group_vars` and `host_vars` beside the playbooks count, as they do when these run.
      ...['--playbook-dir', read.places.directory],
      ...(read.vaultScript === undefined ? [] : ['--vault-password-file', read.vaultScript]),
    ],
    cwd: read.places.directory,
    env: {
      ...selection(),
      ...ansibleSettings(read.places),
      ANSIBLE_INVENTORY_ENABLED: undefined,
      // A part of it that cannot be read would leave hosts out without a word.
      ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED: 'True',
      ANSIBLE_INVENTORY_UNPARSED_FAILED: 'True',
      ANSIBLE_NOCOLOR: 'True',
      ANSIBLE_FORCE_COLOR: 'False',
      ...read.secrets,
    },
  };
}
