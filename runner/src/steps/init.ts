import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import type { Context } from '../container.js';
import { StackError } from '../core/errors.js';
import {
  starterConfig,
  starterJenkinsfile,
  starterName,
  type StarterFacts,
  type StarterImage,
  type StarterShape,
} from '../core/starter.js';
import { gitRemote } from '../invocations/git.js';
import { runnerDirectory } from '../local/settings.js';

export interface Initialised {
  readonly configuration: string;
  readonly facts: StarterFacts;
  readonly written: readonly string[];
  /** Files that were there already and serve as they are. */
  readonly kept: readonly string[];
}

const ROOTS = ['terraform', 'infrastructure', 'infra', '.'];
const IGNORED = '.automation-stack/';

/**
 * Makes a first configuration for a directory, from what is in it.
 * @param shape what environments hold; guessed where left out
 * @throws StackError FILE_EXISTS where there is a configuration already
 */
export async function initialise(context: Context, shape: StarterShape | undefined): Promise<Initialised> {
  const { directory, configFile, dryRun } = context.options;
  const facts = await look(context, shape);
  const configuration = starterConfig(facts);
  if (dryRun) return { configuration, facts, written: [], kept: [] };
  await create(directory, configFile, configuration);
  const written = [configFile];
  const kept: string[] = [];
  ((await createWhereMissing(directory, 'Jenkinsfile', starterJenkinsfile)) ? written : kept).push(
    'Jenkinsfile',
  );
  ((await ignoreState(directory)) ? written : kept).push('.gitignore');
  return { configuration, facts, written, kept };
}

async function look(context: Context, asked: StarterShape | undefined): Promise<StarterFacts> {
  const { directory } = context.options;
  const [application, images, infrastructure, hasAnsible] = await Promise.all([
    applicationName(context),
    findImages(directory),
    findRoot(directory),
    names(join(directory, 'ansible')).then((found) => found.length > 0),
  ]);
  const guess = images.length === 0 ? 'minimal' : hasAnsible ? 'flask-fleet' : 'hello-ecs';
  return {
    application,
    schema: relative(
      directory,
      resolve(runnerDirectory(), '..', 'resources', 'automation-stack.schema.json'),
    ),
    region: context.env['AWS_REGION'] || context.env['AWS_DEFAULT_REGION'] || 'eu-west-1',
    images,
    ...(infrastructure === undefined ? {} : { infrastructure }),
    shape: asked ?? guess,
  };
}

/** The repository's name where this is all of it, else the directory's. */
async function applicationName(context: Context): Promise<string> {
  const { directory } = context.options;
  const isWhole = (await names(directory)).includes('.git');
  const url = isWhole ? await remoteUrl(context) : '';
  const repository = /([^/:]+?)(?:\.git)?\/*$/.exec(url)?.[1];
  return starterName(repository ?? basename(directory));
}

function remoteUrl(context: Context): Promise<string> {
  return context.processes.run(gitRemote(context.options.directory), { captureStdout: true }).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
}

/** Dockerfiles here and one level below. */
async function findImages(directory: string): Promise<StarterImage[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const images = entries.some((entry) => entry.name === 'Dockerfile') ? [{ name: 'web', context: '.' }] : [];
  for (const entry of entries.filter(
    (item) => item.isDirectory() && !/^(?:\.|node_modules$)/.test(item.name),
  )) {
    if (!(await names(join(directory, entry.name))).includes('Dockerfile')) continue;
    const name = entry.name === 'app' && images.length === 0 ? 'web' : starterName(entry.name);
    images.push({ name, context: entry.name });
  }
  return images;
}

async function findRoot(directory: string): Promise<StarterFacts['infrastructure']> {
  for (const candidate of ROOTS) {
    const found = await names(join(directory, candidate));
    if (!found.some((name) => /\.tf(?:\.json)?$/.test(name))) continue;
    const varFiles = ['staging', 'production'].filter((name) => found.includes(`${name}.tfvars`));
    return { directory: candidate, varFiles };
  }
  return undefined;
}

const names = (directory: string): Promise<string[]> => readdir(directory).catch(() => []);

async function create(directory: string, file: string, content: string): Promise<void> {
  const path = resolve(directory, file);
  try {
    await writeFile(path, content, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new StackError('FILE_EXISTS', `${file} is there already`, {
      where: path,
      next: 'Edit it and run `node runner config check`, or move it away and run `node runner init` again.',
    });
  }
}

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
  const before = await readFile(path, 'utf8').catch(() => '');
  const isIgnored = before.split('\n').some((line) => /^\/?\.automation-stack\/?\s*$/.test(line));
  if (isIgnored) return false;
  await writeFile(path, `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${IGNORED}\n`);
  return true;
}
