import type { Tags } from './deploymentTags.js';

/** A key pair of EC2: it keeps the public half. */
export interface KeyPair {
  readonly id: string;
  readonly name: string;
  /** `ed25519` or `rsa`. */
  readonly type: string;
  readonly fingerprint: string;
  /** ISO time. */
  readonly created?: string;
  readonly tags: Tags;
}
