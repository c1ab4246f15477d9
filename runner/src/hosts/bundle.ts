import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AwsClients } from '../adapters/aws/clients.js';
import { writeArchive, type ArchiveEntry } from '../adapters/process/archive.js';
import { privateFolder } from '../adapters/process/privateFolder.js';
import type { ContextWith } from '../context/context.js';
import { filesBelow, ownFiles } from './ansibleFiles.js';
import { collectionRoots } from './collectionVersions.js';
import type { AnsiblePaths } from './rules/ansibleSettings.js';
import { bundleKey } from './rules/bundleKeys.js';
import { BUNDLED, bundledName, collectionsNamed } from './rules/bundleLayout.js';

/** What no run needs, and what is large. */
const LEFT_OUT = /(?:^|\/)(?:molecule|tests|__pycache__|changelogs|docs)\/|(?:^|\/)README[^/]*$|\.pyc$/;
const TEXT = /\.ya?ml$/;

/** A bundle in S3, by which hosts run playbooks themselves. */
export interface Bundle {
  readonly bucket: string;
  readonly key: string;
  /** Of the archive, in hex. */
  readonly sha256: string;
}

/**
 * Packs what playbooks need: the deployment's own folder, the roles and plugins that come with the runner, and the
 * collections that these name; uploads it unless it is there already.
 * @param project directory of the configuration
 * @throws StackError AWS_*, FILE_FAILED
 */
export async function uploadBundle(
  context: ContextWith<'env' | 'signal'>,
  aws: AwsClients,
  paths: AnsiblePaths,
  { project, bucket, prefix }: { readonly project: string; readonly bucket: string; readonly prefix: string },
): Promise<Bundle> {
  const folder = await privateFolder(context.env, 'disk');
  try {
    const path = join(folder.path, 'bundle.tar.gz');
    const { sha256, sizeBytes } = await writeArchive(await bundleEntries(paths, project), path);
    const place = { bucket, key: bundleKey(prefix, sha256) };
    const { headObject, uploadObject } = await import('../adapters/aws/s3Artifacts.js');
    const { signal } = context;
    if ((await headObject(aws, place, signal))?.sizeBytes !== sizeBytes)
      await uploadObject(
        aws,
        place,
        { path, sizeBytes, metadata: { sha256 } },
        { signal, tell: () => undefined },
      );
    return { ...place, sha256 };
  } finally {
    await folder.remove();
  }
}

/** The files of a bundle, sorted by name. */
export async function bundleEntries(paths: AnsiblePaths, project: string): Promise<readonly ArchiveEntry[]> {
  const own = (await ownFiles(paths, project)).map((name) => join(paths.directory, name));
  const library = (await filesBelow(paths.library)).map((name) => join(paths.library, name));
  const plain = [...own, ...library, paths.configuration].flatMap((path): ArchiveEntry[] => {
    const name = bundledName(paths, path);
    return name === undefined || LEFT_OUT.test(name) ? [] : [{ name, path }];
  });
  const texts = await Promise.all(
    plain.filter(({ path }) => TEXT.test(path)).map(({ path }) => readFile(path, 'utf8').catch(() => '')),
  );
  const entries = [...plain, ...(await collectionEntries(collectionRoots(paths), collectionsNamed(texts)))];
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  return [...byName.values()].sort(({ name: one }, { name: other }) => (one < other ? -1 : 1));
}

/** Collections with those they depend on; one that is not here may be on the hosts. */
async function collectionEntries(
  roots: readonly string[],
  named: readonly string[],
): Promise<readonly ArchiveEntry[]> {
  const wanted = [...named];
  const entries: ArchiveEntry[] = [];
  // Grows while it is read: by what the collections depend on.
  for (const name of wanted) {
    const place = join(...(name.split('.') as [string, string]));
    const folders = roots.map((root) => join(root, place));
    const there = await Promise.all(
      folders.map((folder) =>
        stat(folder).then(
          () => true,
          () => false,
        ),
      ),
    );
    const folder = folders[there.indexOf(true)];
    if (folder === undefined) continue;
    const inside = join(BUNDLED.collections, 'ansible_collections', place);
    for (const file of await filesBelow(folder))
      if (!LEFT_OUT.test(file)) entries.push({ name: join(inside, file), path: join(folder, file) });
    for (const other of await dependenciesOf(folder)) if (!wanted.includes(other)) wanted.push(other);
  }
  return entries;
}

async function dependenciesOf(folder: string): Promise<readonly string[]> {
  const text = await readFile(join(folder, 'MANIFEST.json'), 'utf8').catch(() => '{}');
  const { collection_info: info = {} } = JSON.parse(text) as {
    collection_info?: { dependencies?: Record<string, string> };
  };
  return Object.keys(info.dependencies ?? {});
}
