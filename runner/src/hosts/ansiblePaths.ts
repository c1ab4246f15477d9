import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { findProgram } from '../adapters/process/program.js';
import { homeDirectory } from '../adapters/process/user.js';
import type { ContextWith, NamedEnvironment } from '../context/context.js';
import { parseAnsibleConfig } from './rules/ansibleConfig.js';
import { StackError } from '../base/errors.js';
import type { AnsiblePaths } from './rules/ansibleSettings.js';
import { installNext } from '../domain/tools.js';
import { localSettings, runnerDirectory } from '../local/settings.js';
import { installedCollections } from '../tools/pythonTool.js';

const PLAYBOOK = 'ansible-playbook';
const NAME = 'ansible.cfg';

/**
 * Finds what an Ansible run needs beside the program: the deployment's own folder; its `ansible.cfg`, else the user's;
 * the generic roles that come with the runner.
 */
export async function ansiblePaths(
  context: ContextWith<'config' | 'env' | 'options'>,
  environment: NamedEnvironment,
): Promise<AnsiblePaths> {
  const config = await context.config();
  const library = join(runnerDirectory(), '..', 'ansible');
  const wanted = resolve(config.directory, environment.config.provision?.directory ?? 'ansible');
  const directory = (await isDirectory(wanted)) ? wanted : config.directory;
  const own = await firstFile(configurations(context, directory, config.directory));
  const kept = [await installedCollections(context.env), localSettings(context.env).collections];
  const collections: string[] = [];
  for (const path of kept) if (path !== undefined && (await isDirectory(path))) collections.push(path);
  return {
    library,
    directory,
    configuration: own ?? join(library, 'ansible.cfg'),
    configured:
      own === undefined ? new Map() : parseAnsibleConfig(await readFile(own, 'utf8').catch(() => '')),
    collections,
    env: context.env,
  };
}

/** The project's come first, so that a laptop and an agent do the same; then those that Ansible looks for. */
function configurations(
  { env, options }: ContextWith<'env' | 'options'>,
  directory: string,
  project: string,
): readonly string[] {
  const fromShell = env['ANSIBLE_CONFIG'];
  const named = fromShell ? resolve(options.directory, fromShell) : undefined;
  return [
    join(directory, NAME),
    join(project, NAME),
    ...(named === undefined ? [] : [named, join(named, NAME)]),
    join(homeDirectory(env), `.${NAME}`),
    join('/etc/ansible', NAME),
  ];
}

async function firstFile(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await exists(path)) return path;
  return undefined;
}

/**
 * A playbook's path: the deployment's own, else the generic one of that name.
 * @throws StackError CONFIG_INVALID where neither has it
 */
export async function findPlaybook(paths: AnsiblePaths, name: string): Promise<string> {
  const candidates = [
    resolve(paths.directory, name),
    resolve(paths.directory, 'playbooks', name),
    join(paths.library, 'playbooks', name),
  ];
  for (const candidate of candidates) if (await exists(candidate)) return candidate;
  throw new StackError('CONFIG_INVALID', `there is no playbook ${name}`, {
    where: name,
    evidence: candidates.map((candidate) => `looked for ${candidate}`),
    next: 'Correct the name of the playbook, or `provision.directory`.',
  });
}

/**
 * The ansible-playbook that is used.
 * @param kept folder of the one the local environment keeps; PATH comes first
 * @throws StackError TOOL_MISSING
 */
export async function findAnsible(
  env: Readonly<Record<string, string | undefined>>,
  kept: string,
): Promise<string> {
  const file = await findProgram(env, PLAYBOOK, [kept]);
  if (file !== undefined) return file;
  throw new StackError('TOOL_MISSING', `${PLAYBOOK} is neither on PATH nor in ${kept}`, {
    where: PLAYBOOK,
    next: installNext('ansible'),
  });
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
