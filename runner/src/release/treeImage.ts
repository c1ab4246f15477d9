import type { BuildContext } from '../adapters/docker/context.js';
import type { HashedFile } from '../adapters/docker/hashes.js';
import type { DockerImageConfig } from '../config/schema.js';
import type { PackerImageConfig } from '../config/packerSchema.js';
import { buildxKey } from '../domain/buildxNeed.js';
import type { Template } from './rules/packerTemplate.js';

/** A folder whose files decide an image. */
export interface SourceFolder {
  /** Absolute. */
  readonly directory: string;
  /** As the configuration names it. */
  readonly shown: string;
  /** What was found in it, as a commit would hold it. */
  readonly files: readonly HashedFile[];
  /** Whether a path below it decides the image where it exists. */
  readonly sends: (path: string) => boolean;
}

interface AnyTreeImage {
  readonly name: string;
  /** Digest of its inputs, `sha256:…`. */
  readonly inputs: string;
  /** Where its tests run that run beside the sources; absolute. */
  readonly directory: string;
  readonly folders: readonly SourceFolder[];
  /** Files outside of the folders that decide it, with their bytes where they were read already. */
  readonly decisive: readonly { readonly file: string; readonly content?: Buffer | undefined }[];
}

/** An image of a Dockerfile, as it would be built now. */
export interface DockerTreeImage extends AnyTreeImage {
  readonly config: DockerImageConfig;
  readonly buildContext: BuildContext;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Labels and annotations of the configuration, looked up. */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** An image of a template of Packer, as it would be built now. */
export interface PackerTreeImage extends AnyTreeImage {
  /** Paths looked up. */
  readonly config: PackerImageConfig;
  /** File or folder, absolute. */
  readonly template: string;
  /** Absolute. */
  readonly playbook: string | undefined;
  /** Folders that hold roles, absolute: where Ansible looks for them. */
  readonly roles: readonly string[];
  /** Looked up; secrets are not among them. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** What the template declares. */
  readonly declared: Template;
  /** Reads it once more, to see that nothing has changed. */
  readonly readAgain: () => Promise<PackerTreeImage>;
}

/** One image as it would be built now. */
export type TreeImage = DockerTreeImage | PackerTreeImage;

export const isPacker = (image: TreeImage): image is PackerTreeImage => image.config.kind === 'packer';

/** Whether buildx builds it, in place of the engine. */
export const isOfBuildx = (image: TreeImage): image is DockerTreeImage =>
  !isPacker(image) && buildxKey(image.config) !== undefined;

/** Annotations of its manifest; Packer’s are those that its template gives. */
export const annotationsOf = (image: TreeImage): Readonly<Record<string, string>> =>
  isPacker(image) ? {} : image.annotations;

/** Stage of the Dockerfile that an image is; only Dockerfiles have stages. */
export const targetOf = (image: TreeImage): string | undefined =>
  isPacker(image) ? undefined : image.config.target;
