/** What a playbook, or a file of tasks, takes from other files by name. */
export interface NamedParts {
  readonly roles: readonly string[];
  /** Playbooks that it imports, relative to its own folder. */
  readonly playbooks: readonly string[];
  /** True where a name is only known while it runs, or is that of a collection. */
  readonly isOpen: boolean;
}

/**
 * Roles and playbooks that a document of Ansible names, deep in it.
 * @param document parsed YAML: a playbook, a file of tasks or handlers, the `meta/main.yml` of a role
 */
export function namedParts(document: unknown): NamedParts {
  const roles = new Set<string>();
  const playbooks = new Set<string>();
  let isOpen = false;
  const name = (value: unknown, into: Set<string>, known: RegExp) => {
    if (typeof value === 'string' && known.test(value)) into.add(value);
    else isOpen = true;
  };
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (typeof value !== 'object' || value === null) return;
    for (const [key, item] of Object.entries(value)) {
      const word = key.replace(/^ansible\.(?:builtin|legacy)\./, '');
      if ((word === 'roles' || word === 'dependencies') && Array.isArray(item))
        for (const role of item) name(roleOf(role), roles, ROLE);
      else if (word === 'import_role' || word === 'include_role') name(roleOf(item), roles, ROLE);
      else if (word === 'import_playbook') name(fileOf(item), playbooks, FILE);
      visit(item);
    }
  };
  visit(document);
  return { roles: [...roles], playbooks: [...playbooks], isOpen };
}

/** A role of a path of roles; with two dots it is one of a collection. */
const ROLE = /^(?![^{}]*\.[^{}]*\.)[^{}]+$/;
const FILE = /^[^{}]+$/;

/** Modules that read a file of this machine, and where they name it. */
const READERS: Readonly<Record<string, readonly string[]>> = {
  copy: ['src'],
  template: ['src'],
  unarchive: ['src'],
  assemble: ['src'],
  script: ['cmd'],
  include_vars: ['file', 'dir'],
  include_tasks: ['file'],
  import_tasks: ['file'],
};
/** Upwards, from the root or the home, or where a variable says. */
const OUTSIDE = /^[/~]|(?:^|\/)\.\.(?:\/|$)|^\{\{(?!\s*(?:role_path|playbook_dir)\b)/;
const ITEM = /^\{\{\s*item\b(?:\.(\w+))?/;

/**
 * Whether tasks read files that lie outside of the folders of playbook and roles.
 * @param document parsed YAML: a playbook, or a file of tasks
 */
export function readsOutside(document: unknown): boolean {
  if (Array.isArray(document)) return document.some(readsOutside);
  if (typeof document !== 'object' || document === null) return false;
  const task = document as Readonly<Record<string, unknown>>;
  const items = task['loop'] ?? task['with_items'];
  const ofItems = (name: string): readonly string[] => {
    const [whole, part] = ITEM.exec(name) ?? [];
    if (whole === undefined) return [name];
    if (part === undefined || !Array.isArray(items)) return textsIn(items);
    return items.flatMap((item) => textsIn(field(item, part)));
  };
  return Object.entries(task).some(([key, item]) => {
    const word = key.replace(/^ansible\.(?:builtin|legacy)\./, '');
    const names = word === 'vars_files' ? textsIn(item) : namesRead(word, item);
    return names.flatMap(ofItems).some((name) => OUTSIDE.test(name.trim())) || readsOutside(item);
  });
}

const textsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
};

function namesRead(module: string, given: unknown): readonly string[] {
  const fields = READERS[module];
  if (fields === undefined) return [];
  const remote = field(given, 'remote_src');
  if (typeof given === 'object' && remote !== undefined && remote !== false && remote !== 'false') return [];
  return textsIn(field(given, ...fields));
}

const field = (value: unknown, ...keys: readonly string[]): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Readonly<Record<string, unknown>>;
  return keys.map((key) => fields[key]).find((one) => one !== undefined);
};
const roleOf = (value: unknown) => field(value, 'role', 'name');
const fileOf = (value: unknown) => field(value, 'file', '_raw_params');

/** Lookups whose result follows from the files and variables that are known before the run. */
const KNOWN_LOOKUPS = new Set(
  'dict fileglob file first_found flattened indexed_items items list nested sequence subelements template together varnames vars'.split(
    ' ',
  ),
);
const LOOKUP = /\b(?:lookup|query|q)\(\s*['"]([\w.]+)['"]|^\s*(?:- )?with_(\w+)\s*:/gm;
const CHANGING = /\bnow\(|\bdate_time\b|\|\s*(?:random|shuffle|password_hash)\b/;

/**
 * Why nobody can tell, without running it, whether a playbook would do the same again.
 * @returns words such as `it looks up env`; undefined where what it does follows from files, variables and the host
 */
export function unforeseen(texts: readonly string[]): string | undefined {
  for (const text of texts) {
    for (const [, called, looped] of text.matchAll(LOOKUP)) {
      const lookup = (called ?? looped ?? '').replace(/^ansible\.builtin\./, '');
      if (!KNOWN_LOOKUPS.has(lookup)) return `it looks up ${lookup}`;
    }
    const changing = CHANGING.exec(text)?.[0];
    if (changing !== undefined) return `it uses ${changing.replace(/^\|\s*/, '').replace('(', '')}`;
  }
  return undefined;
}

const OTHER_HOSTS =
  /\bhostvars\b|\bgroups\s*[[.|]|\bin groups\b|\brun_once\b|\bdelegate_to\b|\bansible_play_(?:hosts|batch)|\bplay_hosts\b|^\s*(?:- )?serial\s*:/m;

/** Whether what happens on one host may depend on another: then a playbook runs on all of them, or on none. */
export const looksAtOthers = (texts: readonly string[]): boolean =>
  texts.some((text) => OTHER_HOSTS.test(text));

/** Variables that begin like facts, and are known without gathering any. */
const NO_FACT =
  /^ansible_(?:host|port|user|password|connection|managed|limit|forks|version|verbosity|index_var|loop.*|loop_var|role_names?|role_name|parent_role.*|dependent_role_names|collection_name|config_file|search_path|run_tags|skip_tags|inventory_sources|playbook_python|python_interpreter|check_mode|diff_mode|play_.*|ssh_.*|become.*|shell_.*|remote_tmp|async.*|failed_.*|private_key_file|timeout|pipelining|common_.*)$/;

/** Whether tasks or templates use facts of hosts; where not, none need to be gathered. */
export const usesFacts = (texts: readonly string[]): boolean =>
  texts.some((text) => (text.match(/\bansible_\w*/g) ?? []).some((word) => !NO_FACT.test(word)));
