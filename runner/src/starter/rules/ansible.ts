import { parseAllDocuments } from 'yaml';
import type { StarterAnsible } from './facts.js';
import { filesIn, inside, listed, nameOf, type ProjectFiles, type Note } from './project.js';

const FOLDERS = [
  'ansible',
  'provisioning',
  'playbooks',
  'deploy/ansible',
  'infra/ansible',
  'ops/ansible',
  '.',
];
const MAIN = ['site.yml', 'site.yaml', 'main.yml', 'playbook.yml', 'playbook.yaml'];
const YAML = /\.ya?ml$/;
const INVENTORY =
  /(?:^|\/)(?:hosts|inventory)(?:\.(?:ini|ya?ml))?$|(?:^|\/)inventor(?:y|ies)\/[^/]+(?:\/hosts)?(?:\.(?:ini|ya?ml))?$/;
/** Playbooks that bring a version, which a fleet target does itself, and those for one occasion. */
const NOT_PROVISIONING = /^(?:deploy|release|rollback|destroy|teardown|uninstall|restart|backup|restore)/;

/** Playbooks and groups of a project; undefined where it has none. */
export function findAnsible(files: ProjectFiles, note: Note): StarterAnsible | undefined {
  const directory = FOLDERS.find((folder) => playbooksIn(files, folder).length > 0);
  if (directory === undefined) {
    const inside = files.paths.filter((path) => path.startsWith('ansible/'));
    if (inside.length > 0) note('ansible/ has no readable playbook (a list of plays with hosts:)');
    noteInventory(files, note);
    return undefined;
  }
  const all = playbooksIn(files, directory).map((path) =>
    path.slice(directory === '.' ? 0 : directory.length + 1),
  );
  const left = all.filter((name) => NOT_PROVISIONING.test(nameOf(name)));
  const kept = all.filter((name) => !left.includes(name));
  if (left.length > 0)
    note(
      `${listed(left)} in ${directory}: not used for provisioning, because its name suggests something else`,
    );
  const main = kept.find((name) => MAIN.includes(name));
  const playbooks = main === undefined ? kept : [main];
  const others = kept.filter((name) => !playbooks.includes(name));
  if (others.length > 0)
    note(
      `${listed(others)} in ${directory}: not run by themselves, as ${main ?? ''} may import them; add them to provision.playbooks if needed`,
    );
  if (main === undefined && playbooks.length > 1)
    note(`the order of the playbooks (${listed(playbooks)}) is that of their names: change it if it matters`);
  const groups = [...new Set([...noteInventory(files, note), ...groupsOf(files, directory, all)])];
  return { directory, playbooks, groups };
}

/** YAML files right in a folder, or in its `playbooks`, that are lists of plays. */
function playbooksIn(files: ProjectFiles, folder: string): readonly string[] {
  const candidates = [folder, inside(folder, 'playbooks')].flatMap((place) => filesIn(files, place));
  return candidates.filter((path) => YAML.test(path) && playsOf(files, path).length > 0);
}

function playsOf(files: ProjectFiles, path: string): readonly Readonly<Record<string, unknown>>[] {
  const document = parsed(files, path);
  if (!Array.isArray(document)) return [];
  return document.filter(
    (play): play is Record<string, unknown> =>
      play !== null &&
      typeof play === 'object' &&
      ('hosts' in play || 'import_playbook' in play || 'ansible.builtin.import_playbook' in play),
  );
}

function groupsOf(files: ProjectFiles, directory: string, playbooks: readonly string[]): readonly string[] {
  return playbooks
    .flatMap((name) => playsOf(files, inside(directory, name)))
    .flatMap(({ hosts }) => [hosts].flat())
    .flatMap((hosts) => (typeof hosts === 'string' ? hosts.split(/[,:]/) : []))
    .map((word) => word.trim())
    .filter(
      (word) =>
        /^[A-Za-z_][\w-]*$/.test(word) && !['all', 'localhost', 'ungrouped', 'undefined'].includes(word),
    );
}

/** Tells of inventory files, which may be named in the place of tags, and gives back their groups. */
function noteInventory(files: ProjectFiles, note: Note): readonly string[] {
  const found = files.paths.filter(
    (path) => INVENTORY.test(path) && !/(?:group|host)_vars\//.test(path) && !/(?:^|\/)roles\//.test(path),
  );
  const inventories = found
    .map((path) => ({ path, ...inventoryOf(files, path) }))
    .filter(({ hosts }) => hosts.length > 0);
  for (const { path, hosts } of inventories)
    note(
      `${path} lists ${listed(hosts, 3)}: if these are the hosts of an environment, write inventory: { file: ${path} } there instead of output and tags`,
    );
  return inventories.flatMap(({ groups }) => groups);
}

function inventoryOf(
  files: ProjectFiles,
  path: string,
): { readonly hosts: readonly string[]; readonly groups: readonly string[] } {
  return YAML.test(path) ? yamlInventory(parsed(files, path)) : iniInventory(files.read(path) ?? '');
}

function iniInventory(text: string): {
  readonly hosts: readonly string[];
  readonly groups: readonly string[];
} {
  const hosts = new Set<string>();
  const groups = new Set<string>();
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    const words = line.replace(/\s[#;].*$|^[#;].*$/, '').trim();
    const [, name, kind] = /^\[([^\]:]+)(?::(\w+))?\]$/.exec(words) ?? [];
    if (name !== undefined) {
      section = kind ?? '';
      groups.add(name);
    } else if (section === '' && words !== '') hosts.add(words.split(/\s+/)[0] as string);
  }
  return { hosts: [...hosts], groups: [...groups].filter((name) => name !== 'all') };
}

function yamlInventory(document: unknown): {
  readonly hosts: readonly string[];
  readonly groups: readonly string[];
} {
  const hosts = new Set<string>();
  const groups = new Set<string>();
  const keys = (value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.entries(value) : [];
  const visit = (name: string, group: unknown, depth: number) => {
    if (depth > 10) return;
    if (name !== 'all') groups.add(name);
    for (const [key, value] of keys(group)) {
      if (key === 'hosts') for (const [host] of keys(value)) hosts.add(host);
      if (key === 'children') for (const [child, inner] of keys(value)) visit(child, inner, depth + 1);
    }
  };
  for (const [name, group] of keys(document))
    if (keys(group).some(([key]) => key === 'hosts' || key === 'children')) visit(name, group, 0);
  return { hosts: [...hosts], groups: [...groups] };
}

/** Tags such as `!vault` are no reason to fall over. */
function parsed(files: ProjectFiles, path: string): unknown {
  try {
    const [document] = parseAllDocuments(files.read(path) ?? '', { logLevel: 'silent' });
    return document !== undefined && 'toJS' in document ? document.toJS({ maxAliasCount: 100 }) : undefined;
  } catch {
    return undefined;
  }
}
