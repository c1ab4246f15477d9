import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { homeDirectory } from '../adapters/process/user.js';
import { filesBelow, ownFiles } from './ansibleFiles.js';
import { ansibleSettings, type AnsiblePaths } from './rules/ansibleSettings.js';
import { looksAtOthers, namedParts, readsOutside, unforeseen, usesFacts } from './rules/playbookText.js';

/** What a layer is made of, as its files tell it. */
export interface LayerSources {
  /** Digest of all files that it may read. */
  readonly digest: string;
  /** Why nobody can tell what it would do without running it; undefined where that follows from files and variables. */
  readonly unforeseen: string | undefined;
  /** Whether what it does on a host may depend on other hosts. */
  readonly looksAtOthers: boolean;
  readonly usesFacts: boolean;
}

const TEXT = /\.(?:ya?ml|j2|jinja2?)$/;
/** Plugins see all variables of a host. */
const PLUGIN = /(?:^|\/)\w+_plugins\/.*\.py$/;
/** Longer files are no tasks or templates that somebody wrote. */
const LONGEST_TEXT = 512 * 1024;

interface File {
  /** As it stands in the digest: the same on every machine. */
  readonly name: string;
  readonly path: string;
}

/**
 * Reads what a playbook is made of: itself, the playbooks it imports, its roles with those they depend on, and all that
 * lies in the deployment's folder and is neither a role nor another playbook.
 * @param playbook its path
 * @param project directory of the configuration
 */
export async function layerSources(
  paths: AnsiblePaths,
  playbook: string,
  project: string,
): Promise<LayerSources> {
  const closure = new Closure(paths);
  await closure.playbook(playbook);
  const own = (await ownFiles(paths, project)).filter((name) => !/^(?:playbooks\/)?roles\//.test(name));
  for (const name of own) await closure.plain({ name, path: join(paths.directory, name) });
  const configuration = await digestOf(paths.configuration);
  const hashes = await Promise.all(
    closure.files.map(async ({ name, path }) => [name, await digestOf(path)] as const),
  );
  const { texts } = closure;
  return {
    digest: createHash('sha256')
      .update(JSON.stringify([configuration, hashes.sort(([one], [other]) => (one < other ? -1 : 1))]))
      .digest('hex'),
    unforeseen: closure.isOpen
      ? 'the names of its roles or playbooks are known only while it runs'
      : closure.isWider
        ? 'it reads files outside of its folders'
        : unforeseen(texts),
    looksAtOthers: looksAtOthers(texts),
    usesFacts: closure.isOpen || usesFacts([...texts, ...closure.plugins]),
  };
}

/** The files that a playbook leads to. */
class Closure {
  readonly files: File[] = [];
  readonly texts: string[] = [];
  readonly plugins: string[] = [];
  isOpen = false;
  /** Whether it reads files that are not among these. */
  isWider = false;
  private readonly seen = new Set<string>();

  constructor(private readonly paths: AnsiblePaths) {}

  async playbook(path: string): Promise<void> {
    if (this.seen.has(path)) return;
    this.seen.add(path);
    const text = await textOf(path);
    if (text === undefined) {
      this.isOpen = true;
      return;
    }
    const { library, directory } = this.paths;
    this.files.push({
      name: path.startsWith(library) ? `runner:${relative(library, path)}` : relative(directory, path),
      path,
    });
    this.texts.push(text);
    const document = await parsed(text);
    this.isWider ||= readsOutside(document);
    const parts = namedParts(document);
    this.isOpen ||= parts.isOpen;
    for (const name of parts.playbooks) await this.playbook(resolve(dirname(path), name));
    for (const name of parts.roles) await this.role(name, dirname(path));
  }

  /** A file beside the playbooks. Other playbooks are none of this one's. */
  async plain(file: File): Promise<void> {
    if (this.seen.has(file.path)) return;
    const text = await textOf(file.path);
    const document = text === undefined ? undefined : await parsed(text);
    if (isPlaybook(document)) return;
    this.seen.add(file.path);
    this.files.push(file);
    await this.plugin(file.path);
    if (text === undefined) return;
    this.texts.push(text);
    await this.follow(document, this.paths.directory);
  }

  private async plugin(path: string): Promise<void> {
    if (PLUGIN.test(path)) this.plugins.push(await readFile(path, 'utf8').catch(() => ''));
  }

  private async role(name: string, beside: string): Promise<void> {
    const folder = await this.folderOf(name, beside);
    if (folder === undefined) {
      this.isOpen = true;
      return;
    }
    if (this.seen.has(folder)) return;
    this.seen.add(folder);
    for (const path of await filesBelow(folder)) {
      if (/^(?:molecule|tests)\/|^README/.test(path)) continue;
      const file = join(folder, path);
      this.files.push({ name: `role:${name}/${path}`, path: file });
      await this.plugin(file);
      const text = await textOf(file);
      if (text === undefined) continue;
      this.texts.push(text);
      await this.follow(await parsed(text), beside);
    }
  }

  private async follow(document: unknown, beside: string): Promise<void> {
    this.isWider ||= readsOutside(document);
    const parts = namedParts(document);
    this.isOpen ||= parts.isOpen;
    for (const name of parts.roles) await this.role(name, beside);
  }

  private async folderOf(name: string, beside: string): Promise<string | undefined> {
    const { directory, env } = this.paths;
    const home = homeDirectory(env);
    const places = (ansibleSettings(this.paths)['ANSIBLE_ROLES_PATH'] ?? '')
      .split(':')
      .map((place) => resolve(directory, place.replace(/^~(?=\/|$)/, home)));
    for (const place of [join(beside, 'roles'), ...places, beside]) {
      const folder = resolve(place, name);
      if (
        await stat(folder).then(
          (found) => found.isDirectory(),
          () => false,
        )
      )
        return folder;
    }
    return undefined;
  }
}

/** A list of plays. */
const isPlaybook = (document: unknown): boolean => Array.isArray(document) && document.some(isPlay);

const isPlay = (item: unknown): boolean =>
  typeof item === 'object' &&
  item !== null &&
  Object.keys(item).some((key) => key === 'hosts' || /(?:^|\.)import_playbook$/.test(key));

/** The text of a file that people write; undefined for others. */
async function textOf(path: string): Promise<string | undefined> {
  if (!TEXT.test(path)) return undefined;
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true || found.size > LONGEST_TEXT) return undefined;
  return readFile(path, 'utf8').catch(() => undefined);
}

async function parsed(text: string): Promise<unknown> {
  const { parseAllDocuments } = await import('yaml');
  try {
    const documents = parseAllDocuments(text, { logLevel: 'silent' });
    return Array.isArray(documents) && documents.length === 1 ? documents[0]?.toJS() : undefined;
  } catch {
    // A template need not be YAML.
    return undefined;
  }
}

/** Of the content; a file that we may not read is one that Ansible may not read either. */
async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch {
    return 'unreadable';
  }
  return hash.digest('hex');
}
