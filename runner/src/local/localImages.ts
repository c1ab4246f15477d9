import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { arch } from 'node:os';
import { writeWhole } from '../adapters/process/wholeFile.js';
import { caBundle, packageSources, scratchFolder } from './machine.js';
import { IMAGE_PREFIX, IMAGE_RECIPES, imageTag, type ImageRecipe } from './recipes.js';
import { ask, inOneGroup, must, type Workshop } from './workshop.js';

export type ImageNames = Readonly<Record<ImageRecipe['name'], string>>;

interface MachineParts {
  readonly suite: string;
  readonly sources: readonly string[];
  /** File with the certificate authorities, and its part of the tag. */
  readonly authorities: string | undefined;
  readonly fingerprint: readonly string[];
}

/** File with the names of this machine's images, so that `env` and `create` need no apt. */
const record = (workshop: Workshop): string => join(workshop.settings.home, 'images.json');

/** The names of the last images; undefined before the first `local up`. */
export async function imageNames(workshop: Workshop): Promise<ImageNames | undefined> {
  try {
    return JSON.parse(await readFile(record(workshop), 'utf8')) as ImageNames;
  } catch {
    return undefined;
  }
}

/** Images that are not in the engine yet, with their tags. */
export async function missingImages(workshop: Workshop): Promise<{ recipe: ImageRecipe; tag: string }[]> {
  const parts = await machineParts(workshop);
  const present = new Set(await presentImages(workshop));
  return IMAGE_RECIPES.map((recipe) => ({ recipe, tag: imageTag(recipe, parts.fingerprint) })).filter(
    ({ tag }) => !present.has(tag),
  );
}

/** Every local image in the engine, also of old recipes. */
export async function presentImages(workshop: Workshop): Promise<string[]> {
  const filter = `reference=${IMAGE_PREFIX}/*`;
  const list = await ask(workshop, 'docker', [
    'images',
    '--filter',
    filter,
    '--format',
    '{{.Repository}}:{{.Tag}}',
  ]);
  return (list ?? '').split('\n').filter((line) => line !== '');
}

/** Names of images of the local registry in the engine. The registry ends with the environment. */
export async function registryImages(workshop: Workshop): Promise<string[]> {
  const registry = `127.0.0.1:${workshop.settings.emulatorPort}/`;
  const format = '{{.Repository}} {{.Tag}} {{.Digest}}';
  const list = await ask(workshop, 'docker', ['images', '--digests', '--format', format]);
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
  workshop: Workshop,
  recipe: ImageRecipe,
  tag: string,
): Promise<() => Promise<void>> {
  const started = workshop.clock.now().getTime();
  workshop.say({
    piece: `${recipe.name} image`,
    status: 'running',
    message: `making ${tag}: ${recipe.purpose}`,
  });
  const parts = await machineParts(workshop);
  const scratch = await mkdtemp(join(await scratchFolder(), 'automation-stack-image-'));
  try {
    const tar = join(scratch, 'image.tar');
    const hook = join(scratch, 'arrange.sh');
    await writeFile(hook, `#!/bin/sh\nset -eu\n${recipe.arrange}${authoritiesStep(recipe, parts)}`);
    await chmod(hook, 0o755);
    if (recipe.kind === 'debian') await unpackSystem(workshop, recipe, parts, scratch, tar, hook);
    else await unpackFiles(workshop, recipe, scratch, tar, hook);
    return async () => {
      const changes = recipe.changes.flatMap((change) => ['--change', change]);
      await must(
        workshop,
        { file: 'docker', args: ['import', ...changes, tar, tag] },
        { purpose: `import the ${recipe.name} image` },
      );
      await rm(scratch, { recursive: true, force: true });
      const seconds = Math.round((workshop.clock.now().getTime() - started) / 1000);
      workshop.say({ piece: `${recipe.name} image`, status: 'ok', message: `${tag} built in ${seconds} s` });
    };
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw error;
  }
}

/** Saves which images belong to this machine, after all exist. */
export async function recordImages(workshop: Workshop): Promise<ImageNames> {
  const { fingerprint } = await machineParts(workshop);
  const names = Object.fromEntries(
    IMAGE_RECIPES.map((recipe) => [recipe.name, imageTag(recipe, fingerprint)]),
  );
  await mkdir(workshop.settings.home, { recursive: true, mode: 0o700 });
  await writeWhole(record(workshop), `${JSON.stringify(names, null, 2)}\n`);
  return names as ImageNames;
}

async function unpackSystem(
  workshop: Workshop,
  recipe: ImageRecipe,
  parts: MachineParts,
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
  await must(
    workshop,
    { ...inOneGroup('mmdebstrap', args), env },
    { purpose: `make the ${recipe.name} image` },
  );
}

async function unpackFiles(
  workshop: Workshop,
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
  await must(
    workshop,
    { file: 'apt-get', args: ['download', '-q', ...recipe.packages], cwd: download },
    { purpose },
  );
  for (const file of await readdir(download)) {
    await must(workshop, { file: 'dpkg-deb', args: ['--extract', join(download, file), root] }, { purpose });
  }
  await must(workshop, { file: hook, args: [root] }, { purpose });
  const tarArgs = ['--create', '--file', tar, '--directory', root, '--owner=0', '--group=0', '.'];
  await must(workshop, { file: 'tar', args: tarArgs }, { purpose });
}

/** The hosts get the machine's certificate authorities, because they fetch packages through the same network. */
function authoritiesStep(recipe: ImageRecipe, parts: MachineParts): string {
  if (recipe.kind !== 'debian' || parts.authorities === undefined) return '';
  return `\ncp '${parts.authorities}' "$1/etc/ssl/certs/ca-certificates.crt"\n`;
}

async function machineParts(workshop: Workshop): Promise<MachineParts> {
  const { suite, lines } = await packageSources(workshop);
  const authorities = await caBundle(workshop);
  const digest =
    authorities === undefined
      ? ''
      : createHash('sha256')
          .update(await readFile(authorities))
          .digest('hex');
  return { suite, sources: lines, authorities, fingerprint: [suite, arch(), ...lines, digest] };
}
