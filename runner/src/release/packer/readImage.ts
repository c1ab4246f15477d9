import { readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { readSource } from '../../adapters/docker/context.js';
import { hashEntries } from '../../adapters/docker/hashes.js';
import { StackError } from '../../base/errors.js';
import type { PackerImageConfig } from '../../config/packerSchema.js';
import type { ContextWith } from '../../context/context.js';
import { packerInputsDigest } from '../rules/inputs.js';
import { templateFacts } from '../rules/packerTemplate.js';
import type { PackerTreeImage, SourceFolder } from '../treeImage.js';
import { type ImageReading, unreadable } from '../imageReading.js';
import { isDirectory, templateTexts } from './template.js';

/** What Packer, Ansible and Python leave beside what they read. */
const LEFTOVERS = ['**/packer_cache', '**/crash.log', '**/*.retry', '**/__pycache__', '**/*.pyc'];

/**
 * Reads what decides an image of Packer: its template's folder, its playbook and its inputs. Starts nothing.
 * @throws StackError BUILD_FAILED where one of them is not there or cannot be read
 */
export async function readPackerImage(
  context: ContextWith<'clock'>,
  raw: PackerImageConfig,
  reading: ImageReading,
): Promise<PackerTreeImage> {
  const { name, directory, state, resolved } = reading;
  const { template, playbook, inputs, variables } = raw;
  const [config, given] = await Promise.all([
    resolved({ template, playbook, inputs }).then((paths) => ({ ...raw, ...paths })),
    resolved(variables, 'free'),
  ]);
  const main = resolve(directory, config.template);
  const folder = isDirectory(main) ? main : dirname(main);
  const play = config.playbook === undefined ? undefined : resolve(directory, config.playbook);
  const more = config.inputs.map((path) => resolve(directory, path));
  const wanted = [
    { path: folder, key: 'template' },
    ...(play === undefined ? [] : [{ path: play, key: 'playbook' }]),
    ...more.map((path) => ({ path, key: 'inputs' })),
  ];
  const texts = templateTexts(main);
  if (texts.length === 0) throw missing(name, 'template', config.template);
  try {
    const ignore = [...LEFTOVERS, ...config.ignore];
    const folders: SourceFolder[] = [];
    for (const [index, { path, key }] of wanted.entries()) {
      const source = readSource(path, ignore, state);
      if (source === undefined) throw missing(name, key, relative(directory, path));
      const cacheFile = join(state, 'cache', `inputs-${name}.${index}.json`);
      const { files } = await hashEntries(source.entries, cacheFile, context.clock.now().getTime());
      const shown = relative(directory, source.directory);
      folders.push({ directory: source.directory, shown, files, sends: source.sends });
    }
    // A folder may lie in another one.
    const files = new Map(
      folders.flatMap((one) => one.files.map((file) => [join(one.shown, file.path), file] as const)),
    );
    return {
      ...{ name, config, template: main, playbook: play, directory: folder, folders, decisive: [] },
      roles: rolePaths(more),
      variables: given,
      declared: templateFacts(texts),
      readAgain: () => readPackerImage(context, raw, reading),
      inputs: packerInputsDigest({
        template: relative(directory, main),
        only: config.only,
        variables: given,
        secrets: Object.keys(config.secrets),
        files: [...files].map(([path, file]) => ({ ...file, path })),
      }),
    };
  } catch (error) {
    throw unreadable(error, name);
  }
}

/** Folders in which Ansible finds the roles among some inputs: a role's parent, or a folder of roles itself. */
function rolePaths(inputs: readonly string[]): readonly string[] {
  const found = inputs.flatMap((path) => {
    if (!isDirectory(path)) return [];
    if (isRole(path)) return [dirname(path)];
    return readdirSync(path).some((child) => isRole(join(path, child))) ? [path] : [];
  });
  return [...new Set(found)];
}

const isRole = (path: string): boolean => isDirectory(join(path, 'tasks')) || isDirectory(join(path, 'meta'));
function missing(name: string, key: string, path: string): StackError {
  const what = key === 'template' ? 'no template' : 'nothing';
  return new StackError('BUILD_FAILED', `image ${name}: there is ${what} at ${path}`, {
    where: `images.${name}.${key}`,
    next: `Correct \`${key}:\` (relative to the configuration file) of images.${name}.`,
  });
}
