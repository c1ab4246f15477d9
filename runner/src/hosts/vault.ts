import { access, constants, open, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { homeDirectory } from '../adapters/process/user.js';
import type { ContextWith, NamedEnvironment } from '../context/context.js';
import { StackError } from '../base/errors.js';
import type { Host } from '../domain/host.js';
import { ownFiles } from './ansibleFiles.js';
import { isConfigured, type AnsiblePaths } from './rules/ansibleSettings.js';
import { refusedFile, sealedIn, unsealed, type VaultFile } from './rules/vaultText.js';

const HEADER = '$ANSIBLE_VAULT;';
/** Secrets are small; what is larger is an encrypted archive, and its first bytes are as good. */
const LONGEST = 1024 * 1024;

type Tools = ContextWith<'config' | 'env' | 'processes' | 'resolve' | 'secrets' | 'signal'>;

/**
 * The password of Ansible Vault that an environment names: a reference (variable, SSM, Secrets Manager) or a file. It is
 * registered as a secret.
 * @returns undefined where the environment names none: Ansible may know one by its own settings
 * @throws StackError CONFIG_INVALID for a file that holds none; CONFIG_REFERENCE
 */
export async function vaultPassword(
  context: Tools,
  environment: NamedEnvironment,
): Promise<string | undefined> {
  const vault = await context.resolve(environment.config.provision?.vault, environment);
  if (vault === undefined) return undefined;
  const password =
    vault.file === undefined ? vault.password : await fromFile(context, environment, vault.file);
  context.secrets.register(password);
  return password;
}

/** As Ansible does: white space around it does not belong to it, and an executable file prints it. */
async function fromFile(context: Tools, { name }: NamedEnvironment, path: string): Promise<string> {
  const { directory } = await context.config();
  const file = resolve(directory, path.replace(/^~(?=\/|$)/, homeDirectory(context.env)));
  const refused = (words: string, evidence: readonly string[] = []) =>
    new StackError('CONFIG_INVALID', `there is no password of Ansible Vault in ${path}: ${words}`, {
      where: `environments.${name}.provision.vault.file`,
      evidence,
      next: `Write it to ${file}, readable by you alone, or name another source: vault: { password: \${env:VAULT_PASSWORD} }.`,
    });
  const isExecutable = await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
  let text: string;
  if (isExecutable) {
    const printed = await context.processes.run(
      { file, args: [], cwd: directory },
      { captureStdout: true, signal: context.signal },
    );
    if (printed.exitCode !== 0) throw refused(`it ended with ${printed.exitCode}`, printed.tail.slice(-5));
    text = printed.stdout;
  } else {
    text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw refused(error.code === 'ENOENT' ? 'there is no such file' : error.message);
    });
  }
  if (text.trim() === '') throw refused('it is empty');
  return text.trim();
}

/**
 * Opens what is encrypted in the deployment's folder, so that a wrong password is told before any host is touched, and so
 * that the values in it are masked wherever they come up, in differences too.
 * @throws StackError CONFIG_INVALID for a password that is wrong or missing
 */
export async function openVault(
  context: Tools,
  environment: NamedEnvironment,
  paths: AnsiblePaths,
  { password, hosts }: { readonly password: string | undefined; readonly hosts: readonly Host[] },
): Promise<void> {
  const { directory } = await context.config();
  const files = await ownFiles(paths, directory);
  const found = (await Promise.all(files.map((path) => look(context, paths, path, password)))).filter(
    (file) => file !== undefined,
  );
  const groups = [...new Set(hosts.flatMap((host) => host.groups))];
  const refused = refusedFile(
    found,
    hosts.map((host) => host.name),
    groups,
  );
  if (refused === undefined) return;
  if (password === undefined && knowsItself(paths)) return;
  const where = `environments.${environment.name}.provision.vault`;
  if (password === undefined) {
    throw new StackError(
      'CONFIG_INVALID',
      `${refused} is encrypted, and no password of Ansible Vault is given`,
      {
        where,
        next: 'Say where it comes from: vault: { password: ${env:VAULT_PASSWORD} }, or { file: PATH }.',
      },
    );
  }
  throw new StackError('CONFIG_INVALID', `the password of Ansible Vault does not open ${refused}`, {
    where,
    evidence: found.map(({ path, opens }) => `${path}: ${opens ? 'opens' : 'does not open'}`),
    next: `Correct the password; no host was touched. Try one: ansible-vault view ${join(paths.directory, refused)}`,
  });
}

/** Whether Ansible is told a password by somebody else. */
const knowsItself = (paths: AnsiblePaths): boolean =>
  isConfigured(paths, 'ANSIBLE_VAULT_PASSWORD_FILE', ['defaults.vault_password_file']) ||
  isConfigured(paths, 'ANSIBLE_VAULT_IDENTITY_LIST', ['defaults.vault_identity_list']);

async function look(
  { secrets }: Tools,
  paths: AnsiblePaths,
  path: string,
  password: string | undefined,
): Promise<VaultFile | undefined> {
  const text = await beginningOf(join(paths.directory, path));
  if (!text.includes(HEADER)) return undefined;
  const sealed = sealedIn(text);
  if (sealed.length === 0) return undefined;
  if (password === undefined) return { path, opens: false };
  const opened = await Promise.all(sealed.map((one) => unsealed(one, password)));
  for (const content of opened) if (content !== undefined) await registerValues(secrets, content);
  return { path, opens: opened.every((content) => content !== undefined) };
}

async function beginningOf(file: string): Promise<string> {
  const handle = await open(file, 'r').catch(() => undefined);
  try {
    const { buffer, bytesRead } = (await handle?.read(Buffer.alloc(LONGEST), 0, LONGEST, 0)) ?? {
      bytesRead: 0,
    };
    return buffer?.subarray(0, bytesRead).toString('utf8') ?? '';
  } catch {
    return '';
  } finally {
    await handle?.close();
  }
}

/** A value that was encrypted by itself is a secret; of a file of variables each value is one. */
async function registerValues(secrets: Tools['secrets'], content: string): Promise<void> {
  const { parse } = await import('yaml');
  let value: unknown = content;
  try {
    value = parse(content, { logLevel: 'silent' });
  } catch {
    // A key or a certificate is no YAML.
  }
  for (const text of textsIn(value)) secrets.register(text);
  if (typeof value === 'string' || typeof value === 'number') secrets.register(content);
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
