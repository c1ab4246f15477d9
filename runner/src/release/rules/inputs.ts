import type { InputFile } from '../../domain/inputFile.js';
import { createHash } from 'node:crypto';

/** Everything that decides what an image becomes, as far as it is in the project's hands. */
export interface ImageInputs {
  /** SHA-256 in hex of the Dockerfile. */
  readonly dockerfile: string;
  readonly files: readonly InputFile[];
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Ids of build secrets; their values decide access, not content. */
  readonly secrets: readonly string[];
  readonly target: string | undefined;
  readonly platform: string | undefined;
  /** Labels of the configuration, by name. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Ids of SSH mounts. */
  readonly ssh?: readonly string[];
  /** Of an index of several platforms. */
  readonly platforms?: readonly string[];
  /** Attestations that are pushed with it; those it has not are left out. */
  readonly attestations?: readonly string[];
}

/**
 * Digest of a build's inputs. Two checkouts of the same content have the same digest whenever and wherever they are
 * made: no times, owners or absolute paths. Base images are part of it as they are written: pin them by digest to
 * notice that they moved, or rebuild with --force.
 *
 * @returns `sha256:…`
 */
export function imageInputsDigest(inputs: ImageInputs): string {
  const hash = createHash('sha256');
  // Every part is told with its length (JSON), so that no two different inputs read the same.
  const part = (...values: unknown[]) => hash.update(`${JSON.stringify(values)}\n`);
  part('automation-stack-inputs', 1);
  part('dockerfile', inputs.dockerfile);
  part('target', inputs.target ?? null, 'platform', inputs.platform ?? null);
  for (const [name, value] of sorted(Object.entries(inputs.buildArgs), ([key]) => key))
    part('arg', name, value);
  for (const id of sorted(inputs.secrets, (secret) => secret)) part('secret', id);
  // What came later is told only where it is there: an image that has none of it keeps its digest.
  const { labels = {}, annotations = {}, ssh = [], platforms = [], attestations = [] } = inputs;
  for (const [name, value] of sorted(Object.entries(labels), ([key]) => key)) part('label', name, value);
  for (const [name, value] of sorted(Object.entries(annotations), ([key]) => key))
    part('annotation', name, value);
  for (const id of sorted(ssh, (one) => one)) part('ssh', id);
  for (const one of sorted(platforms, (each) => each)) part('platform', one);
  for (const one of attestations) part('attestation', one);
  for (const file of sorted(inputs.files, ({ path }) => path)) {
    part(file.kind, file.path, file.executable, file.content);
  }
  return `sha256:${hash.digest('hex')}`;
}

/** Everything that decides what an image of Packer becomes, as far as it is in the project's hands. */
export interface PackerInputs {
  /** Of the template, relative to the configuration. */
  readonly template: string;
  /** Sources of the template that are built; all where empty. */
  readonly only: readonly string[];
  readonly variables: Readonly<Record<string, unknown>>;
  /** Names of secret variables; their values decide access, not content. */
  readonly secrets: readonly string[];
  /** Files of its folders, their paths relative to the configuration. */
  readonly files: readonly InputFile[];
}

/**
 * Digest of what Packer builds an image of; base images are part of it as the template writes them.
 * @returns `sha256:…`
 */
export function packerInputsDigest(inputs: PackerInputs): string {
  const byName = sorted(Object.entries(inputs.variables), ([name]) => name);
  const files = sorted(inputs.files, ({ path }) => path);
  const all = [
    ...['automation-stack-packer', 1, inputs.template, sorted(inputs.only, (one) => one)],
    byName.map(([name, value]) => [name, ordered(value)]),
    sorted(inputs.secrets, (name) => name),
    files.map(({ kind, path, executable, content }) => [kind, path, executable, content]),
  ];
  return `sha256:${createHash('sha256').update(JSON.stringify(all)).digest('hex')}`;
}

/** The same map has the same text, in whatever order its keys are written. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (value === null || typeof value !== 'object') return value;
  return { map: sorted(Object.entries(value), ([key]) => key).map(([key, one]) => [key, ordered(one)]) };
}

/** Everything that decides what an artifact becomes, as far as it is in the project's hands. */
export interface ArtifactInputs {
  readonly command: readonly string[] | undefined;
  readonly path: string;
  /** The files of its directory, as the commit holds them. */
  readonly committed: readonly { readonly path: string; readonly mode: string; readonly id: string }[];
  /** Files that are not as the commit holds them, with the digest of their content; empty where one is gone. */
  readonly changed: readonly { readonly path: string; readonly content: string }[];
  /** Digest of the file itself, where no command makes it. */
  readonly file: string | undefined;
}

/**
 * Digest of what an artifact is made of.
 * @returns `sha256:…`
 */
export function artifactInputsDigest(inputs: ArtifactInputs): string {
  const { command = [], path, file = null } = inputs;
  const byPath = ({ path: its }: { readonly path: string }) => its;
  const changed = new Map(inputs.changed.map((one) => [one.path, one.content]));
  const same = sorted(inputs.committed, byPath).filter((one) => !changed.has(one.path));
  const content = [
    ...same.map((one) => [one.path, one.mode, one.id]),
    ...sorted(inputs.changed, byPath).map((one) => [one.path, one.content]),
  ];
  const all = ['automation-stack-artifact', 1, command, path, file, content];
  return `sha256:${createHash('sha256').update(JSON.stringify(all)).digest('hex')}`;
}

/**
 * Digest of an object that others upload: another one under its key is another artifact.
 * @returns `sha256:…`
 */
export function objectInputsDigest({
  bucket,
  key,
  objectVersion,
  etag,
  sizeBytes,
}: {
  readonly bucket: string;
  readonly key: string;
  readonly objectVersion?: string | undefined;
  readonly etag: string;
  readonly sizeBytes: number;
}): string {
  const all = ['automation-stack-object', 1, bucket, key, objectVersion ?? null, etag, sizeBytes];
  return `sha256:${createHash('sha256').update(JSON.stringify(all)).digest('hex')}`;
}

/**
 * Digest over the inputs of all images and artifacts: names the content of a release, whatever commit it is in.
 * @param images digest of the inputs of each, by its name
 * @param commit stands for the content where there are no images
 */
export function releaseInputsDigest(images: Readonly<Record<string, string>>, commit: string): string {
  const names = sorted(Object.keys(images), (name) => name);
  const content = names.length === 0 ? [['commit', commit]] : names.map((name) => [name, images[name]]);
  return `sha256:${createHash('sha256').update(JSON.stringify(content)).digest('hex')}`;
}

/** By code unit: the same order on every machine, whatever its locale. */
function sorted<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...items].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}
