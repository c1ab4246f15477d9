import type { Tags } from './deploymentTags.js';

/** A machine image (AMI) of the account. */
export interface MachineImage {
  readonly id: string;
  readonly name: string;
  /** `available`, `pending`, `failed`. */
  readonly state: string;
  /** ISO time. */
  readonly created?: string;
  readonly architecture?: string;
  readonly tags: Tags;
}

/** A machine image, with what decides whether it may go. */
export interface OwnMachineImage extends MachineImage {
  readonly isPublic: boolean;
  /** Ids of the snapshots that it is made of. */
  readonly snapshots: readonly string[];
  /** ISO time; it may be to come. */
  readonly deprecated?: string;
  /** As EC2 says it: `enabled-with-cooldown`, `disabled`. */
  readonly protection?: string;
  /** ISO time, of whichever account; EC2 tells it a day later. */
  readonly launched?: string;
  /** Id of the image that it is a copy of. */
  readonly source?: string;
}

/** A snapshot of the account. */
export interface VolumeSnapshot {
  readonly id: string;
  /** ISO time. */
  readonly started?: string;
  readonly tags: Tags;
}

/** What names machine images and snapshots in a region, by id, with who does. */
export interface MachineImageUses {
  readonly images: ReadonlyMap<string, string>;
  readonly snapshots: ReadonlyMap<string, string>;
  /** Names of parameters that stand for an image, with who names them. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** An image in a repository of ECR. */
export interface RegistryImage {
  readonly repository: string;
  readonly digest: string;
  readonly tags: readonly string[];
  /** ISO time. */
  readonly pushed?: string;
  readonly bytes?: number;
  /** ISO time of the last pull, to the day. */
  readonly pulled?: string;
  /** Media type of the manifest. */
  readonly mediaType?: string;
  /** Media type of what it is, where that is no image. */
  readonly artifactType?: string;
  /** Digest of the manifest that it is attached to. */
  readonly subject?: string;
}
