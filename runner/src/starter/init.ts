import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { makeDirectories } from '../adapters/process/directories.js';
import type { ContextWith } from '../context/context.js';
import { StackError } from '../base/errors.js';
import {
  starterConfig,
  starterJenkinsfile,
  type StarterFacts,
  type StarterShape,
} from './rules/starterFile.js';
import type { Note } from './rules/project.js';
import { starterFacts, type ProjectFacts } from './rules/projectFindings.js';
import { runnerDirectory } from '../local/settings.js';
import { readProject } from './projectFiles.js';
import { readBranches } from './starterBranches.js';

export interface Initialised extends Written {
  readonly configuration: string;
  readonly facts: StarterFacts;
  /** What was guessed, left out or not understood, each with why. */
  readonly notes: readonly string[];
  readonly git: { readonly isRepository: boolean; readonly hasCommit: boolean };
}

const IGNORED = '.automation-stack/';

/**
 * Makes a first configuration for a directory, from what is in it. Nothing is overwritten.
 * @param shape what environments hold; guessed where left out
 * @throws StackError FILE_EXISTS where there is a configuration already; USAGE where the directory is none; FILE_FAILED
 *   where a file cannot be written
 */
export async function initialise(
  context: ContextWith<'env' | 'git' | 'options' | 'processes'>,
  shape: StarterShape | undefined,
): Promise<Initialised> {
  const { directory, configFile, dryRun } = context.options;
  await requireDirectory(directory);
  const { facts, notes, branches } = await look(context, shape);
  const configuration = starterConfig(facts);
  const found = { configuration, facts, git: branches };
  if (dryRun) return { ...found, written: [], kept: [], notes };
  return { ...found, ...(await writeFirst(directory, configFile, configuration)), notes };
}

/** Files of a first configuration, by what became of them. */
export interface Written {
  readonly written: readonly string[];
  /** Files that were there already and serve as they are. */
  readonly kept: readonly string[];
}

/**
 * Writes a first configuration, and what belongs to it where it is missing.
 * @throws StackError FILE_EXISTS where there is one already; FILE_FAILED
 */
export async function writeFirst(
  directory: string,
  configFile: string,
  configuration: string,
  more: readonly { readonly file: string; readonly text: string }[] = [],
): Promise<Written> {
  await create(directory, configFile, configuration);
  const written = [configFile];
  const kept: string[] = [];
  for (const { file, text } of [{ file: 'Jenkinsfile', text: starterJenkinsfile(configFile) }, ...more])
    ((await createWhereMissing(directory, file, text)) ? written : kept).push(file);
  ((await ignoreState(directory)) ? written : kept).push('.gitignore');
  return { written, kept };
}

async function look(
  context: ContextWith<'env' | 'git' | 'options' | 'processes'>,
  asked: StarterShape | undefined,
) {
  const notes: string[] = [];
  const note = (note: string) => void (notes.includes(note) || notes.push(note));
  const project = { ...(await lookAtProject(context, note)), shape: asked };
  const facts = { ...starterFacts(project, note), schema: schemaPath(baseOf(context)) };
  return { facts, notes, branches: project.branches };
}

/** What is in the directory of a project, and what git knows of it. */
export async function lookAtProject(
  context: ContextWith<'env' | 'git' | 'options' | 'processes'>,
  note: Note,
): Promise<ProjectFacts> {
  const { directory } = context.options;
  const [name, files, branches] = await Promise.all([
    projectName(context),
    readProject(directory, note),
    readBranches(context),
  ]);
  const base = baseOf(context);
  return {
    name,
    files,
    branches,
    shape: undefined,
    region: context.env['AWS_REGION'] || context.env['AWS_DEFAULT_REGION'],
    place: (path) => relative(base, resolve(directory, path)) || '.',
  };
}

/** Paths in the configuration start where it stands. */
const baseOf = ({ options }: ContextWith<'options'>): string =>
  dirname(resolve(options.directory, options.configFile));

/** Path of the JSON Schema, relative to the directory of the configuration. */
export function schemaPath(base: string): string {
  return relative(base, resolve(runnerDirectory(), '..', 'resources', 'automation-stack.schema.json'));
}

/** The repository's name where this is all of it, else the directory's. */
async function projectName(context: ContextWith<'git' | 'options'>): Promise<string> {
  const { directory } = context.options;
  const isWhole = (await names(directory)).includes('.git');
  const url = isWhole ? ((await context.git.remoteUrl().catch(() => undefined)) ?? '') : '';
  return /([^/:]+?)(?:\.git)?\/*$/.exec(url)?.[1] ?? basename(directory);
}

const names = (directory: string): Promise<string[]> => readdir(directory).catch(() => []);

/** @throws StackError USAGE where it is none */
export async function requireDirectory(directory: string): Promise<void> {
  const found = await stat(directory).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  throw new StackError(
    'USAGE',
    found === undefined ? 'there is no such directory' : 'this is not a directory',
    {
      where: directory,
      next: 'Name the directory of the project with -C DIR.',
    },
  );
}

/** @throws StackError FILE_EXISTS where the configuration is there already: told before anything is asked */
export async function requireNone(directory: string, file: string): Promise<void> {
  const path = resolve(directory, file);
  if ((await stat(path).catch(() => undefined)) !== undefined) throw exists(path, file);
}

async function create(directory: string, file: string, content: string): Promise<void> {
  const path = resolve(directory, file);
  try {
    makeDirectories(dirname(path));
    await writeFile(path, content, { flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') {
      throw new StackError('FILE_FAILED', `${file} cannot be written: ${message}`, {
        where: path,
        next: 'Make the directory writable, or name another with -C DIR.',
        cause: error,
      });
    }
    throw exists(path, file);
  }
}

const exists = (path: string, file: string): StackError =>
  new StackError('FILE_EXISTS', `${file} exists already`, {
    where: path,
    next: 'Edit it and run `node runner config check`, or move it away and run `node runner init` again.',
  });

/** @returns false where there is one already */
async function createWhereMissing(directory: string, file: string, content: string): Promise<boolean> {
  return create(directory, file, content).then(
    () => true,
    (error: unknown) => {
      if (error instanceof StackError && error.code === 'FILE_EXISTS') return false;
      throw error;
    },
  );
}

/** @returns false where git ignores the state directory already */
async function ignoreState(directory: string): Promise<boolean> {
  const path = join(directory, '.gitignore');
  const before = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    // One that is there and cannot be read is left as it is.
    if (error.code === 'ENOENT') return '';
    return undefined;
  });
  if (before === undefined) return false;
  const isIgnored = before.split('\n').some((line) => /^\/?\.automation-stack\/?\s*$/.test(line));
  if (isIgnored) return false;
  await writeFile(path, `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${IGNORED}\n`);
  return true;
}
