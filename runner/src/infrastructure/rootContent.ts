import { digest } from '../base/digest.js';
import { readdir, readFile, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { isRecord, jsonIn } from '../base/toolJson.js';
import { dataDirectory, type TerraformRoot } from './rules/terraformArguments.js';

/** Bigger files are told apart by size and time: nobody keeps configuration in them. */
const LARGEST_READ_BYTES = 4 * 1024 * 1024;
/** Written by Terraform itself, or never read by it. */
const SKIPPED = /^(?:node_modules|terraform\.tfstate\.d|crash.*\.log|.*\.tfstate(?:\..*)?|.*\.tfplan)$/;
const LOCK_FILE = '.terraform.lock.hcl';

/**
 * A digest of every file that Terraform may read: the root, its local modules outside of the root, and its variable
 * files; by path relative to the root. Hidden files are left out but for the provider lock.
 */
export async function rootContent(root: TerraformRoot): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const directory of [root.directory, ...(await outsideModules(root))]) {
    await digestTree(directory, root.directory, files);
  }
  for (const file of root.varFiles) {
    const path = resolve(root.directory, file);
    if (relative(root.directory, path).startsWith('..')) await digestFile(path, root.directory, files);
  }
  return files;
}

async function digestTree(directory: string, base: string, files: Record<string, string>): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (SKIPPED.test(entry.name) || (entry.name.startsWith('.') && entry.name !== LOCK_FILE)) continue;
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await digestTree(path, base, files);
    else if (entry.isFile() || entry.isSymbolicLink()) await digestFile(path, base, files);
  }
}

async function digestFile(path: string, base: string, files: Record<string, string>): Promise<void> {
  const info = await stat(path).catch(() => undefined);
  if (info?.isFile() !== true) return;
  const content = info.size > LARGEST_READ_BYTES ? `${info.size} ${info.mtimeMs}` : await readFile(path);
  files[relative(base, path)] = digest(content);
}

/** Directories of local modules that lie outside the root, as `terraform init` recorded them. */
async function outsideModules(root: TerraformRoot): Promise<string[]> {
  let text: string;
  try {
    text = await readFile(join(dataDirectory(root), 'modules', 'modules.json'), 'utf8');
  } catch {
    return [];
  }
  // One that was half written is made again by the next init.
  const { Modules: modules = [] } = jsonIn(text, isModules) ?? {};
  const directories = modules.map(({ Dir }) => (isAbsolute(Dir) ? Dir : resolve(root.directory, Dir)));
  return [...new Set(directories)].filter((path) => relative(root.directory, path).startsWith('..')).sort();
}

const isModules = (value: unknown): value is { readonly Modules?: readonly { readonly Dir: string }[] } =>
  isRecord(value) && Array.isArray(value['Modules']);
