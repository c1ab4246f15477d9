import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { arch } from 'node:os';
import { writeAtomically } from '../adapters/process/atomicFile.js';
import { caBundle, packageSources, scratchFolder } from './machine.js';
import { IMAGE_PREFIX, IMAGE_RECIPES, imageTag, OPTIONAL_RECIPES, type ImageRecipe } from './recipes.js';
import { withStateLock } from './localLock.js';
import { askCommand, asProcessGroup, runCommand, type LocalContext } from './localContext.js';

type OptionalName = keyof typeof OPTIONAL_RECIPES;

/** The images of this machine by name; optional ones where they were made. */
export type ImageNames = Readonly<Record<Exclude<ImageRecipe['name'], OptionalName>, string>> &
  Readonly<Partial<Record<OptionalName, string>>>;

interface MachineFacts {
  readonly suite: string;
  readonly sources: readonly string[];
  /** File with the certificate authorities, and its part of the tag. */
  readonly authorities: string | undefined;
  readonly fingerprint: readonly string[];
}

/** File with the names of this machine's images, so that `env` and `create` need no apt. */
const record = (local: LocalContext): string => join(local.settings.home, 'images.json');

/** The names of the last images; undefined before the first `local up`. */
export async function imageNames(local: LocalContext): Promise<ImageNames | undefined> {
  try {
    return JSON.parse(await readFile(record(local), 'utf8')) as ImageNames;
  } catch {
    return undefined;
  }
}

/** Images that are not in the engine yet, with their tags. */
export async function missingImages(local: LocalContext): Promise<{ recipe: ImageRecipe; tag: string }[]> {
  const parts = await machineFacts(local);
  const present = new Set(await presentImages(local));
  return IMAGE_RECIPES.map((recipe) => ({ recipe, tag: imageTag(recipe, parts.fingerprint) })).filter(
    ({ tag }) => !present.has(tag),
  );
}

/** The image of an optional recipe, which is made now if the engine has none. @returns its name and tag */
export async function optionalImage(
  local: LocalContext,
  name: keyof typeof OPTIONAL_RECIPES,
): Promise<string> {
  const recipe = OPTIONAL_RECIPES[name];
  const { fingerprint } = await machineFacts(local);
  const tag = imageTag(recipe, fingerprint);
  await withStateLock(local, 'images', async () => {
    if (!(await presentImages(local)).includes(tag)) {
      const importImage = await prepareImage(local, recipe, tag);
      await importImage();
    }
    await recordImages(local);
  });
  return tag;
}

/** Every local image in the engine, also of old recipes. */
export async function presentImages(local: LocalContext): Promise<string[]> {
  const filter = `reference=${IMAGE_PREFIX}/*`;
  const list = await askCommand(local, 'docker', [
    'images',
    '--filter',
    filter,
    '--format',
    '{{.Repository}}:{{.Tag}}',
  ]);
  return (list ?? '').split('\n').filter((line) => line !== '');
}

/** Names of images of the local registry in the engine. The registry ends with the environment. */
export async function registryImages(local: LocalContext): Promise<string[]> {
  const registry = `127.0.0.1:${local.settings.emulatorPort}/`;
  const format = '{{.Repository}} {{.Tag}} {{.Digest}}';
  const list = await askCommand(local, 'docker', ['images', '--digests', '--format', format]);
  const names = (list ?? '').split('\n').map((line) => {
    const [repository = '', tag = '', digest = ''] = line.split(' ');
    return tag === '<none>' ? `${repository}@${digest}` : `${repository}:${tag}`;
  });
  return [...new Set(names.filter((name) => name.startsWith(registry) && !name.endsWith('<none>')))];
}

/**
 * Unpacks the content of an image into a tar file. It needs no engine, so it runs while the engine starts.
 * @returns a function that imports it into the engine
 */
export async function prepareImage(
  local: LocalContext,
  recipe: ImageRecipe,
  tag: string,
): Promise<() => Promise<void>> {
  const started = local.clock.now().getTime();
  local.report({
    piece: `${recipe.name} image`,
    status: 'running',
    message: `making ${tag}: ${recipe.purpose}`,
  });
  const parts = await machineFacts(local);
  const scratch = await mkdtemp(join(await scratchFolder(), 'automation-stack-image-'));
  try {
    const tar = join(scratch, 'image.tar');
    const hook = join(scratch, 'arrange.sh');
    await writeFile(hook, `#!/bin/sh\nset -eu\n${recipe.arrange}${authoritiesStep(recipe, parts)}`);
    await chmod(hook, 0o755);
    if (recipe.kind === 'debian') await unpackSystem(local, recipe, parts, scratch, tar, hook);
    else await unpackFiles(local, recipe, scratch, tar, hook);
    return async () => {
      const changes = recipe.changes.flatMap((change) => ['--change', change]);
      await runCommand(
        local,
        { file: 'docker', args: ['import', ...changes, tar, tag] },
        { purpose: `import the ${recipe.name} image` },
      ).finally(() => rm(scratch, { recursive: true, force: true }));
      const seconds = Math.round((local.clock.now().getTime() - started) / 1000);
      local.report({ piece: `${recipe.name} image`, status: 'ok', message: `${tag} built in ${seconds} s` });
    };
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw error;
  }
}

/** Saves which images belong to this machine, after all that every environment has exist. */
export async function recordImages(local: LocalContext): Promise<ImageNames> {
  const { fingerprint } = await machineFacts(local);
  const present = new Set(await presentImages(local));
  const optional: readonly ImageRecipe[] = Object.values(OPTIONAL_RECIPES);
  const recipes = [
    ...IMAGE_RECIPES,
    ...optional.filter((recipe) => present.has(imageTag(recipe, fingerprint))),
  ];
  const names = Object.fromEntries(recipes.map((recipe) => [recipe.name, imageTag(recipe, fingerprint)]));
  await mkdir(local.settings.home, { recursive: true, mode: 0o700 });
  await writeAtomically(record(local), `${JSON.stringify(names, null, 2)}\n`);
  return names as ImageNames;
}

async function unpackSystem(
  local: LocalContext,
  recipe: ImageRecipe,
  parts: MachineFacts,
  scratch: string,
  tar: string,
  hook: string,
): Promise<void> {
  const sources = join(scratch, 'sources.list');
  await writeFile(sources, `${parts.sources.join('\n')}\n`);
  const args = [
    ...['--variant=minbase', `--include=${recipe.packages.join(',')}`, '--aptopt=Acquire::Languages "none"'],
    ...['--dpkgopt=path-exclude=/usr/share/doc/*', '--dpkgopt=path-exclude=/usr/share/locale/*'],
    ...[`--customize-hook=${hook}`, parts.suite, tar, sources],
  ];
  const env = { TMPDIR: scratch };
  await runCommand(
    local,
    { ...asProcessGroup('mmdebstrap', args), env },
    { purpose: `make the ${recipe.name} image` },
  );
}

async function unpackFiles(
  local: LocalContext,
  recipe: ImageRecipe,
  scratch: string,
  tar: string,
  hook: string,
): Promise<void> {
  const purpose = `make the ${recipe.name} image`;
  const root = join(scratch, 'root');
  await mkdir(root);
  // World-writable for a moment, because apt as root downloads with its own user.
  const download = join(scratch, 'download');
  await mkdir(download);
  await chmod(scratch, 0o755);
  await chmod(download, 0o777);
  await runCommand(
    local,
    { file: 'apt-get', args: ['download', '-q', ...recipe.packages], cwd: download },
    { purpose },
  );
  for (const file of await readdir(download)) {
    await runCommand(
      local,
      { file: 'dpkg-deb', args: ['--extract', join(download, file), root] },
      { purpose },
    );
  }
  await runCommand(local, { file: hook, args: [root] }, { purpose });
  const tarArgs = ['--create', '--file', tar, '--directory', root, '--owner=0', '--group=0', '.'];
  await runCommand(local, { file: 'tar', args: tarArgs }, { purpose });
}

/** The hosts get the machine's certificate authorities, because they fetch packages through the same network. */
function authoritiesStep(recipe: ImageRecipe, parts: MachineFacts): string {
  if (recipe.kind !== 'debian' || parts.authorities === undefined) return '';
  return `\ncp '${parts.authorities}' "$1/etc/ssl/certs/ca-certificates.crt"\n`;
}

async function machineFacts(local: LocalContext): Promise<MachineFacts> {
  const { suite, lines } = await packageSources(local);
  const authorities = await caBundle(local);
  const digest =
    authorities === undefined
      ? ''
      : createHash('sha256')
          .update(await readFile(authorities))
          .digest('hex');
  return { suite, sources: lines, authorities, fingerprint: [suite, arch(), ...lines, digest] };
}
