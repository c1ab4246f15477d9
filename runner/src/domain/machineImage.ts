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
}
