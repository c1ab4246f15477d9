import { lstatSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { WorkingTree } from '../adapters/git/git.js';
import type { Config } from '../config/schema.js';
import type { Context, ContextWith } from '../context/context.js';
import { parseDockerignore } from '../adapters/docker/dockerignore.js';
import {
  blobId,
  type CommittedFile,
  differences,
  type Difference,
  differenceText,
} from '../adapters/git/uncommitted.js';
import { isMadeElsewhere } from './treeArtifacts.js';
import type { SourceFolder, TreeImage } from './treeImage.js';
import { stateDirectory, workingTreeInputs } from './treeInputs.js';

/** What a release of the working tree would be made of. */
export interface TreeContent {
  readonly tree: WorkingTree;
  /** Digest over all images' inputs, `sha256:…`. */
  readonly inputs: string;
  /** Where it is not what its commit says, in words: what makes it dirty. */
  readonly uncommitted: readonly string[];
}

/**
 * The content of the working tree and whether it is its commit's. Dirty is what git calls changed below the configuration's
 * directory, and whatever goes into an image without being in the commit: wherever the context lies, whether git ignores
 * it or was told not to look. What counts are the very bytes that were hashed, beside the very commit that is recorded, so
 * neither a file nor HEAD can move in between.
 *
 * @throws StackError GIT_FAILED, DOCKERFILE_MISSING, CONTENT_CHANGED
 */
export async function treeContent(context: Context): Promise<TreeContent> {
  const [config, { images, artifacts, inputs }, tree, changes] = await Promise.all([
    context.config(),
    workingTreeInputs(context),
    context.git.workingTree(),
    context.git.changes(),
  ]);
  const state = stateDirectory(config);
  const own = (path: string) => `${resolve(config.directory, path)}${sep}`.startsWith(`${state}${sep}`);
  const committed = commitReader(context, tree.commit);
  // Contexts mostly lie below: one question answers for all.
  if (Object.keys(images).length > 0) await committed(realpathSync(config.directory));
  const found: string[] = changes.filter((path) => !own(path));
  for (const image of Object.values(images)) {
    found.push(
      ...(await ofImage(context, image, committed)),
      ...(await ofFiles(context, config, image, committed)),
    );
  }
  for (const artifact of Object.values(artifacts)) {
    // What others upload is no part of a commit.
    if (isMadeElsewhere(artifact)) continue;
    const { file, directory, config: its } = artifact;
    // What a command makes need not be in the commit; a file that is uploaded as it is has to be.
    const path = relative(directory, file);
    const isCommitted = its.command !== undefined || (await committed(realpathSync(directory))).has(path);
    if (!isCommitted)
      found.push(differenceText({ path: relative(config.directory, file), kind: 'uncommitted' }));
  }
  const uncommitted = [...new Set(found)];
  return { tree: { ...tree, dirty: uncommitted.length > 0 }, inputs, uncommitted };
}

/** The first of what is uncommitted, for a message. */
export function reportUncommitted(uncommitted: readonly string[], most = 5): readonly string[] {
  const left = uncommitted.length - most;
  return left > 0 ? [...uncommitted.slice(0, most), `and ${left} more`] : uncommitted;
}

type Committed = (directory: string) => Promise<ReadonlyMap<string, CommittedFile>>;

/** Asks git once for a directory and all below it. */
function commitReader(context: ContextWith<'git'>, commit: string): Committed {
  const known = new Map<string, ReturnType<Committed>>();
  return async (directory) => {
    const above = [...known.keys()].find(
      (each) => directory === each || directory.startsWith(`${each}${sep}`),
    );
    const top = above ?? directory;
    if (above === undefined) known.set(top, context.git.committed(top, commit));
    const files = (await known.get(top)) as ReadonlyMap<string, CommittedFile>;
    if (top === directory) return files;
    const prefix = `${relative(top, directory)}/`;
    return new Map(
      [...files].flatMap(([path, file]) =>
        path.startsWith(prefix) ? [[path.slice(prefix.length), file]] : [],
      ),
    );
  };
}

async function ofImage(
  context: ContextWith<'git'>,
  { folders, config }: TreeImage,
  committed: Committed,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of folders) found.push(...(await ofFolder(context, folder, config.generated, committed)));
  return found;
}

async function ofFolder(
  context: ContextWith<'git'>,
  { directory, shown, files, sends }: SourceFolder,
  made: readonly string[],
  committed: Committed,
): Promise<readonly string[]> {
  const known = await committed(realpathSync(directory));
  const { certain, perhaps } = differences(files, known, sends);
  const ids = perhaps.length === 0 ? undefined : await context.git.filteredIds(directory, perhaps);
  const changed = perhaps.filter((path) => ids?.get(path) !== known.get(path)?.id);
  const generated = parseDockerignore(made.join('\n'));
  const counts = ({ kind, path }: Difference) => kind !== 'uncommitted' || !generated.ignores(path);
  const all: readonly Difference[] = [
    ...certain.filter(counts),
    ...changed.map((path) => ({ path, kind: 'changed' }) as const),
  ];
  return all.map((each) => differenceText({ ...each, path: join(shown, each.path) }));
}

/** What decides an image and need not be in its folders: the Dockerfile, what it leaves out, the configuration. */
async function ofFiles(
  context: ContextWith<'git'>,
  config: Config,
  image: TreeImage,
  committed: Committed,
): Promise<readonly string[]> {
  const files = [config.file, ...image.decisive.map(({ file }) => file)];
  const bytesOf = (file: string) =>
    image.decisive.find((one) => one.file === file)?.content ?? readFileSync(file);
  const found: string[] = [];
  for (const file of files.map((each) => resolve(config.directory, each))) {
    if (lstatSync(file, { throwIfNoEntry: false }) === undefined) continue;
    const real = realpathSync(file);
    const name = relative(dirname(real), real);
    const id = (await committed(dirname(real))).get(name)?.id;
    const told = { path: relative(config.directory, file) };
    if (id === undefined) found.push(differenceText({ ...told, kind: 'uncommitted' }));
    else if (id !== blobId(bytesOf(real)) && !(await isFiltered(context, real, id))) {
      found.push(differenceText({ ...told, kind: 'changed' }));
    }
  }
  return found;
}

async function isFiltered(context: ContextWith<'git'>, file: string, id: string): Promise<boolean> {
  const name = relative(dirname(file), file);
  return (await context.git.filteredIds(dirname(file), [name])).get(name) === id;
}
