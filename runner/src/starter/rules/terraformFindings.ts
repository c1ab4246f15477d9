import type { StarterInfrastructure } from './facts.js';
import {
  directoryOf,
  filesIn,
  has,
  inside,
  listed,
  nameOf,
  type ProjectFiles,
  type Note,
} from './project.js';

const TERRAFORM = /\.tf(?:\.json)?$/;
/** How people call what we call staging and production. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  staging: ['staging', 'stage', 'stg', 'develop', 'dev', 'test'],
  production: ['production', 'prod', 'prd', 'live'],
};
const PREFERRED = ['terraform', 'infrastructure', 'infra', '.'];
const ENVIRONMENTS = ['staging', 'production'];

/** The Terraform root of a project with its variable files and outputs; undefined where there is none. */
export function findInfrastructure(files: ProjectFiles, note: Note): StarterInfrastructure | undefined {
  const directories = [...new Set(files.paths.filter((path) => TERRAFORM.test(path)).map(directoryOf))];
  const roots = directories.filter((directory) => isRoot(files, directory));
  const modules = directories.filter((directory) => !roots.includes(directory));
  if (roots.length === 0) {
    if (modules.length > 0)
      note(`${listed(modules)}: Terraform modules, but no root that uses them was found`);
    return undefined;
  }
  const pair = environmentRoots(roots);
  if (pair !== undefined) {
    const others = roots.filter((root) => !Object.values(pair).includes(root));
    if (others.length > 0) note(`${listed(others)}: other Terraform roots, not used`);
    const both = ENVIRONMENTS.map((name) => outputsOf(files, pair[name] as string));
    const outputs = (both[0] as readonly string[]).filter((name) =>
      (both[1] as readonly string[]).includes(name),
    );
    note(`${pair['staging']} and ${pair['production']} are separate Terraform roots: no workspaces are used`);
    return { directory: pair['staging'] as string, directories: pair, varFiles: [], outputs };
  }
  const [directory = '.'] = [...roots].sort(
    (one, other) => rank(one) - rank(other) || one.localeCompare(other, 'en'),
  );
  const others = roots.filter((root) => root !== directory);
  if (others.length > 0) note(`${listed(others)}: other Terraform roots, not used; ${directory} is`);
  const chosen = Object.fromEntries(ENVIRONMENTS.map((name) => [name, varFilesOf(files, directory, name)]));
  const missing = ENVIRONMENTS.filter((name) => (chosen[name] as readonly string[]).length === 0);
  if (missing.length > 0)
    note(
      `${directory} has no variable file for ${listed(missing)} (${missing.map((name) => `${name}.tfvars`).join(', ')}): it gets the defaults of the root`,
    );
  const backendConfig = Object.fromEntries(
    ENVIRONMENTS.map((name) => [name, backendFilesOf(files, directory, name)] as const).filter(
      ([, found]) => found.length > 0,
    ),
  );
  if (/\bcloud\s*\{/.test(textOf(files, directory)))
    note(
      `${directory} keeps its state in HCP Terraform (cloud block): workspaces may have other names there`,
    );
  return {
    directory,
    varFiles: ENVIRONMENTS.filter((name) => (chosen[name] as readonly string[]).join() === `${name}.tfvars`),
    files: chosen,
    outputs: outputsOf(files, directory),
    ...(Object.keys(backendConfig).length === 0 ? {} : { backendConfig }),
  };
}

/** Not a module of another root: it says where its state or its provider is, or nobody keeps it among modules. */
function isRoot(files: ProjectFiles, directory: string): boolean {
  if (/(?:^|\/)(?:modules|examples|tests?|fixtures)(?:\/|$)/.test(directory)) return false;
  const text = textOf(files, directory);
  if (/\b(?:backend\s+"|cloud\s*\{|provider\s+")/.test(text)) return true;
  const depth = directory === '.' ? 0 : directory.split('/').length;
  return rank(directory) < PREFERRED.length || (depth <= 2 && /\b(?:resource|module|data)\s+"/.test(text));
}

const rank = (directory: string) => {
  const index = PREFERRED.indexOf(directory);
  return index === -1 ? PREFERRED.length + directory.split('/').length : index;
};

/** `envs/staging` and `envs/prod`: a root for each environment. */
function environmentRoots(roots: readonly string[]): Readonly<Record<string, string>> | undefined {
  for (const production of roots) {
    if (!ALIASES['production']?.includes(nameOf(production))) continue;
    const beside = (name: string) => inside(directoryOf(production), name);
    const staging = ALIASES['staging']?.map(beside).find((root) => roots.includes(root));
    if (staging !== undefined) return { staging, production };
  }
  return undefined;
}

function varFilesOf(files: ProjectFiles, directory: string, environment: string): readonly string[] {
  const folders = ['', 'vars/', 'tfvars/', 'env/', 'envs/', 'environments/', 'config/'];
  const names = (ALIASES[environment] ?? []).flatMap((alias) =>
    folders.flatMap((folder) => [
      `${folder}${alias}.tfvars`,
      `${folder}${alias}.tfvars.json`,
      `${folder}${alias}/terraform.tfvars`,
    ]),
  );
  const found = names.find((name) => has(files, inside(directory, name)));
  return found === undefined ? [] : [found];
}

function backendFilesOf(files: ProjectFiles, directory: string, environment: string): readonly string[] {
  const below = directory === '.' ? '' : `${directory}/`;
  const words = ALIASES[environment] ?? [];
  const found = files.paths
    .filter((path) => path.startsWith(below))
    .map((path) => path.slice(below.length))
    .find(
      (path) =>
        /\.tfbackend$|backend[^/]*\.(?:hcl|conf)$/.test(path) &&
        words.some((word) => new RegExp(`(?:^|[^a-z])${word}(?:[^a-z]|$)`).test(path)),
    );
  return found === undefined ? [] : [found];
}

/** Names of the outputs that the files of a root declare. */
export function outputsOf(files: ProjectFiles, directory: string): readonly string[] {
  return outputNames(
    filesIn(files, directory)
      .filter((path) => TERRAFORM.test(path))
      .map((path) => ({ path, text: files.read(path) ?? '' })),
  );
}

/** Names of the outputs that Terraform files declare, in HCL or JSON. */
export function outputNames(
  sources: readonly { readonly path: string; readonly text: string }[],
): readonly string[] {
  return [
    ...new Set(
      sources.flatMap(({ path, text }) => (path.endsWith('.json') ? jsonOutputs(text) : hclOutputs(text))),
    ),
  ];
}

function hclOutputs(text: string): readonly string[] {
  const bare = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*(?:#|\/\/).*$/gm, '');
  return [...bare.matchAll(/(?:^|[;}\n])\s*output\s+"?([\w-]+)"?\s*\{/g)].map(([, name = '']) => name);
}

function jsonOutputs(text: string): readonly string[] {
  try {
    const { output } = JSON.parse(text) as { output?: object | readonly object[] };
    return [output ?? {}].flat().flatMap((block) => Object.keys(block));
  } catch {
    return [];
  }
}

/** The region that a root's AWS provider names. */
export function regionOf(files: ProjectFiles, directory: string): string | undefined {
  return /provider\s+"aws"\s*\{[^}]*?\bregion\s*=\s*"([a-z]{2}(?:-[a-z]+)+-\d)"/.exec(
    textOf(files, directory),
  )?.[1];
}

function textOf(files: ProjectFiles, directory: string): string {
  return filesIn(files, directory)
    .filter((path) => TERRAFORM.test(path))
    .map((path) => files.read(path) ?? '')
    .join('\n');
}
