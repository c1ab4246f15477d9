import type { Kinds } from '../context/context.js';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { homeDirectory } from '../adapters/process/user.js';
import { rawAt, rawList, rawMap, rawText, textsIn, type Remark } from '../config/raw.js';
import { referencesIn } from '../config/referencesIn.js';
import { podTemplateOf, textsOf } from '../config/remarks.js';
import { ofPath, pathText, told, type Path, type Words } from '../config/path.js';
import { didYouMean } from '../base/nearest.js';
import { outputNames } from '../starter/rules/terraformFindings.js';
import { runnerDirectory } from '../local/settings.js';
import { packerRemarks } from './packerFiles.js';

/** Where the files of a configuration are looked for. */
export interface ConfigFolders {
  /** Directory of the configuration file. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly kinds: Pick<Kinds, 'targets'>;
}

/**
 * Files, folders, playbooks and outputs that a configuration names and that are not there. It looks only; whatever is
 * behind a reference that needs AWS or Terraform is passed over.
 * @param raw the configuration with every `extends` merged in; it need not be valid
 */
export function missingFiles(raw: unknown, places: ConfigFolders): readonly Remark[] {
  const environments = Object.entries(rawMap(rawAt(raw, ['environments'])));
  const outputs = new Map(
    environments.map(([name, environment]) => [name, outputsOf(environment, places)] as const),
  );
  const template = podTemplateOf(raw);
  return [
    ...Object.entries(rawMap(rawAt(raw, ['images']))).flatMap(([name, image]) =>
      imageFiles(name, image, places),
    ),
    ...environments.flatMap(([name, environment]) => [
      ...rootFiles(name, environment, places),
      ...playbookFiles(name, environment, places),
      ...keyFiles(name, environment, places),
      ...outputReferences(name, environment, outputs),
      ...hostOutputs(name, environment, outputs, places),
    ]),
    ...(template === undefined
      ? []
      : fileAt(['jenkins', 'agent', 'pod-template'], template, places.directory, places)),
  ];
}

const missing = (path: Path, words: Words): Remark => ({ path, words, level: 'error' });

function imageFiles(name: string, image: unknown, places: ConfigFolders): readonly Remark[] {
  if (rawAt(image, ['kind']) === 'packer') {
    const { directory, env } = places;
    return packerRemarks(name, image, { directory, known: (text) => known(text, env) });
  }
  const here = ['images', name];
  const context = known(rawText(rawAt(image, ['context'])) ?? '.', places.env);
  if (context === undefined) return [];
  const directory = resolve(places.directory, context);
  if (kindOf(directory) !== 'directory')
    return [missing([...here, 'context'], `${pathText(here)}.context: there is no directory ${context}`)];
  const named = rawText(rawAt(image, ['dockerfile']));
  if (named !== undefined) return fileAt([...here, 'dockerfile'], named, places.directory, places);
  return kindOf(join(directory, 'Dockerfile')) === 'file'
    ? []
    : [
        missing(
          [...here, 'context'],
          `${pathText(here)}: there is no Dockerfile in ${context}; name it with dockerfile:, relative to this file`,
        ),
      ];
}

function rootFiles(name: string, environment: unknown, places: ConfigFolders): readonly Remark[] {
  const infrastructure = rawAt(environment, ['infrastructure']);
  if (infrastructure === undefined || infrastructure === null) return [];
  const here = ['environments', name, 'infrastructure'];
  const shown = known(rawText(rawAt(infrastructure, ['directory'])) ?? 'terraform', places.env);
  if (shown === undefined) return [];
  const root = resolve(places.directory, shown);
  const place = [...here, 'directory'];
  if (kindOf(root) !== 'directory') return [missing(place, ofPath(`there is no directory ${shown}`))];
  const isRoot = readdirSync(root).some((file) => /\.tf(?:\.json)?$/.test(file));
  return [
    ...(isRoot ? [] : [missing(place, ofPath(`${shown} contains no Terraform files`))]),
    ...textsOf(rawAt(infrastructure, ['var-files'])).flatMap(([index, file]) =>
      fileAt([...here, 'var-files', index], file, root, places),
    ),
    ...textsOf(rawAt(infrastructure, ['backend-config']))
      .filter(([, item]) => !item.includes('='))
      .flatMap(([index, file]) => fileAt([...here, 'backend-config', index], file, root, places)),
  ];
}

/** Playbooks are the deployment's own, else those that come with the runner. */
function playbookFiles(name: string, environment: unknown, places: ConfigFolders): readonly Remark[] {
  const here = ['environments', name];
  const folder = known(rawText(rawAt(environment, ['provision', 'directory'])) ?? 'ansible', places.env);
  if (folder === undefined) return [];
  const wanted = resolve(places.directory, folder);
  const own = kindOf(wanted) === 'directory' ? wanted : places.directory;
  const library = join(runnerDirectory(), '..', 'ansible', 'playbooks');
  const check = (path: Path, playbook: string) => {
    const text = known(playbook, places.env);
    if (text === undefined) return [];
    const candidates = [resolve(own, text), resolve(own, 'playbooks', text), join(library, text)];
    if (candidates.some((file) => kindOf(file) === 'file')) return [];
    const names = [own, join(own, 'playbooks'), library].flatMap((place) =>
      listing(place).filter((file) => /\.ya?ml$/.test(file)),
    );
    return [
      missing(
        path,
        ofPath(
          `there is no playbook ${text}, neither in ${folder} nor in the runner’s own.${didYouMean(text, names)}`,
        ),
      ),
    ];
  };
  return [
    ...rawList(rawAt(environment, ['provision', 'playbooks'])).flatMap((item, index) => {
      const at = [...here, 'provision', 'playbooks', index];
      const ofGroup = rawText(rawAt(item, ['playbook']));
      if (ofGroup !== undefined) return check([...at, 'playbook'], ofGroup);
      const playbook = rawText(item);
      return playbook === undefined ? [] : check(at, playbook);
    }),
    ...Object.entries(rawMap(rawAt(environment, ['targets']))).flatMap(([target, settings]) => {
      const playbook = rawText(rawAt(settings, ['playbook']));
      return playbook === undefined ? [] : check([...here, 'targets', target, 'playbook'], playbook);
    }),
  ];
}

/** Keys and known_hosts files. Those outside of the project are this machine's: they may be there where it runs. */
function keyFiles(name: string, environment: unknown, places: ConfigFolders): readonly Remark[] {
  return ['private-key', 'known-hosts'].flatMap((key) => {
    const file = rawText(rawAt(environment, ['inventory', key]));
    if (file === undefined) return [];
    // An empty path means the agent's key.
    if (known(file, places.env) === '') return [];
    const found = fileAt(['environments', name, 'inventory', key], file, places.directory, places);
    if (!/^[~/]|:-[~/]/.test(file)) return found;
    return found.map((remark): Remark => ({
      ...remark,
      words: (path: Path) => `${told(remark.words, path)} on this machine`,
      level: 'warning',
    }));
  });
}

/** References to outputs that no root declares. */
function outputReferences(
  name: string,
  environment: unknown,
  outputs: ReadonlyMap<string, readonly string[] | undefined | null>,
): readonly Remark[] {
  return textsIn(environment, ['environments', name]).flatMap(({ path, text }) =>
    referencesIn(text)
      .filter(({ kind }) => kind === 'output')
      .flatMap((reference) => {
        const [first = '', other] = reference.name.split('/', 2) as [string, string | undefined];
        const of = other === undefined ? name : first;
        const output = (other ?? first).split('.')[0] ?? '';
        const said = `\${output:${reference.name}}`;
        if (!outputs.has(of)) return [missing(path, ofPath(`${said}: environment "${of}" is not defined`))];
        const declared = outputs.get(of);
        if (declared === null)
          return [missing(path, ofPath(`${said}: ${of} has no infrastructure that could have outputs`))];
        if (declared === undefined || declared.includes(output)) return [];
        const there = declared.length === 0 ? 'none' : declared.join(', ');
        return [
          missing(
            path,
            ofPath(
              `${said}: the Terraform root of ${of} declares no output "${output}".${didYouMean(output, declared) || ` It declares: ${there}.`}`,
            ),
          ),
        ];
      }),
  );
}

/** Hosts come from an output, `hosts` by default: it has to be there where hosts are needed and no tags find them. */
function hostOutputs(
  name: string,
  environment: unknown,
  outputs: ReadonlyMap<string, readonly string[] | undefined | null>,
  { kinds }: ConfigFolders,
): readonly Remark[] {
  const ofHosts = kinds.targets.filter(({ capabilities }) => capabilities.hosts === true);
  const targets = Object.values(rawMap(rawAt(environment, ['targets'])));
  const usesHosts =
    rawAt(environment, ['provision']) !== undefined ||
    targets.some((target) => ofHosts.some((kind) => rawAt(target, ['kind']) === kind.name));
  if (!usesHosts || rawAt(environment, ['inventory', 'tags']) !== undefined) return [];
  const named = rawText(rawAt(environment, ['inventory', 'output']));
  const output = named ?? 'hosts';
  const path = ['environments', name, ...(named === undefined ? [] : ['inventory', 'output'])];
  const declared = outputs.get(name);
  if (declared === undefined || declared?.includes(output) === true) return [];
  return [
    missing(path, ([, of]: Path) =>
      declared === null
        ? `environments.${String(of)} has no hosts: it needs an infrastructure with the output "${output}", or inventory.tags`
        : `environments.${String(of)} has no hosts: its Terraform root declares no output "${output}", and no inventory.tags are set`,
    ),
  ];
}

/** What the root of an environment declares; null where it has none, undefined where it cannot be read. */
function outputsOf(environment: unknown, places: ConfigFolders): readonly string[] | undefined | null {
  const infrastructure = rawAt(environment, ['infrastructure']);
  if (infrastructure === undefined || infrastructure === null) return null;
  const directory = known(rawText(rawAt(infrastructure, ['directory'])) ?? 'terraform', places.env);
  if (directory === undefined) return undefined;
  const root = resolve(places.directory, directory);
  const files = listing(root).filter((file) => /\.tf(?:\.json)?$/.test(file));
  if (files.length === 0) return undefined;
  try {
    return outputNames(files.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') })));
  } catch {
    return undefined;
  }
}

function fileAt(path: Path, file: string, base: string, { env }: ConfigFolders): readonly Remark[] {
  const text = known(file, env);
  if (text === undefined) return [];
  const home = homeDirectory(env);
  const kind = kindOf(resolve(base, text.replace(/^~(?=\/|$)/, home)));
  if (kind === 'file') return [];
  return [
    missing(path, ofPath(kind === 'directory' ? `${text} is a directory` : `there is no file ${text}`)),
  ];
}

/** A text with the environment's variables filled in; undefined where it refers to something else. */
function known(text: string, env: ConfigFolders['env']): string | undefined {
  const filled = text.replace(
    /\$\{env:([^}:]+)(?::-([^}]*))?\}/g,
    (whole, variable: string, fallback?: string) => {
      return env[variable] || (fallback ?? whole);
    },
  );
  return filled.includes('${') ? undefined : filled;
}

function kindOf(path: string): 'file' | 'directory' | undefined {
  try {
    const found = statSync(path);
    return found.isDirectory() ? 'directory' : 'file';
  } catch {
    return undefined;
  }
}

function listing(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
