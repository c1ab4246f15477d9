import type { Tags } from './deploymentTags.js';

/** A database of RDS that can be stopped by itself: an instance that is no member of a cluster, or a cluster. */
export interface DatabaseView {
  readonly kind: 'db-instance' | 'db-cluster';
  readonly id: string;
  /** `available`, `stopping`, `stopped`, `starting` … */
  readonly status: string;
  readonly engine: string;
  /** Of a cluster the class of each member. */
  readonly classes: readonly string[];
  readonly isMultiZone: boolean;
  readonly tags: Tags;
}
