import { dirname, join, resolve } from 'node:path';
import { homeDirectory } from '../adapters/process/user.js';
import type { InventoryConfig } from '../config/schema.js';
import type { Context, NamedEnvironment } from '../context/context.js';
import { StackError } from '../base/errors.js';
import type { Host } from '../domain/host.js';
import { hostsFromAnsible } from './rules/ansibleInventory.js';
import { ansibleInventory, VAULT_PASSWORD, VAULT_SCRIPT } from './rules/ansibleArguments.js';
import type { AnsiblePaths } from './rules/ansibleSettings.js';
import { localSettings } from '../local/settings.js';
import { ansiblePaths, findAnsible } from './ansiblePaths.js';
import { privateFolder } from '../adapters/process/privateFolder.js';
import { hostDefaults } from './routes.js';
import { vaultPassword } from './vault.js';

/**
 * The hosts of an Ansible inventory that exists already (INI, YAML, a folder of both, an executable, a plugin's file), as
 * `ansible-inventory` reads it.
 * @throws StackError CONFIG_INVALID where Ansible cannot read it, or a host there is not reached by SSH; TOOL_MISSING
 */
export async function hostsFromFile(
  context: Context,
  environment: NamedEnvironment,
  inventory: InventoryConfig,
  name: string,
): Promise<readonly Host[]> {
  const [config, paths, playbook] = await Promise.all([
    context.config(),
    ansiblePaths(context, environment),
    findAnsible(context.env, join(localSettings(context.env).venv, 'bin')),
  ]);
  const home = homeDirectory(context.env);
  const file = resolve(config.directory, name.replace(/^~(?=\/|$)/, home));
  const vault = await vaultPassword(context, environment);
  const folder = await privateFolder(context.env, 'memory');
  try {
    const result = await context.processes.run(
      ansibleInventory({
        places: paths,
        executable: join(dirname(playbook), 'ansible-inventory'),
        inventory: file,
        ...(vault === undefined
          ? {}
          : { vaultScript: await folder.file('vault-password', VAULT_SCRIPT, 0o700) }),
        secrets: vault === undefined ? {} : { [VAULT_PASSWORD]: vault },
      }),
      { signal: context.signal, captureStdout: true },
    );
    const source = `inventory file ${name}`;
    if (result.exitCode !== 0) throw unreadable(name, file, result.tail);
    const list = parsed(result.stdout);
    if (list === undefined) throw unreadable(name, file, result.tail);
    return hostsFromAnsible(list, {
      ...hostDefaults(environment, inventory, source),
      user: inventory.user ?? remoteUser(paths),
      noteAssumed: true,
      path: (path) => resolve(paths.directory, path.replace(/^~(?=\/|$)/, home)),
    });
  } finally {
    await folder.remove();
  }
}

/** Who Ansible logs in as where the inventory does not say it. */
const remoteUser = ({ env, configured }: AnsiblePaths): string | undefined =>
  env['ANSIBLE_REMOTE_USER'] || configured.get('defaults.remote_user');

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreadable(name: string, file: string, tail: readonly string[]): StackError {
  return new StackError('CONFIG_INVALID', `Ansible cannot read the inventory ${name}`, {
    where: file,
    evidence: tail.filter((line) => line.trim() !== '').slice(-10),
    next: `See what Ansible makes of it: ansible-inventory -i ${file} --graph`,
  });
}
