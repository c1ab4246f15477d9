import type { ObjectStore } from '../base/ports.js';
import { readHint, updateDocument } from './documents.js';
import { segment, sharded } from './keys.js';
import { buildShape } from './documentShapes.js';

/** The result of a build from certain inputs, so that the same inputs need no second build and push. */
export interface BuildRecord {
  readonly repository: string;
  /** `sha256:…` as the registry knows it. */
  readonly digest: string;
  readonly tags: readonly string[];
  readonly sizeBytes?: number;
  readonly builtAt: string;
}

/** Builds by image name and digest of inputs. */
export class Builds {
  constructor(private readonly store: ObjectStore) {}

  /** An unreadable record counts as missing: the image is built again. */
  get(image: string, inputs: string): Promise<BuildRecord | undefined> {
    return readHint<BuildRecord>(this.store, buildKey(image, inputs), buildShape);
  }

  /** See Ledger.putBuild. */
  async put(image: string, inputs: string, build: BuildRecord): Promise<BuildRecord> {
    const stored = await updateDocument<BuildRecord>(
      this.store,
      buildKey(image, inputs),
      (known) => {
        if (known === undefined || known.digest !== build.digest || known.repository !== build.repository)
          return build;
        const tags = [...new Set([...known.tags, ...build.tags])];
        return tags.length === known.tags.length ? undefined : { ...known, tags };
      },
      buildShape,
    );
    return stored ?? build;
  }
}

const buildKey = (image: string, inputs: string) =>
  sharded(`builds/${segment(image)}`, inputs.replace(/^sha256:/, ''));
