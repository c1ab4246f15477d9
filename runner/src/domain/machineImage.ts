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
