import type { ObjectStore } from '../base/ports.js';
import pMap from 'p-map';
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

/** A build, and where it is recorded. */
export interface KnownBuild extends BuildRecord {
  readonly key: string;
}

/** Builds by image name and digest of inputs. */
export class Builds {
  constructor(private readonly store: ObjectStore) {}

  /** An unreadable record counts as missing: the image is built again. */
  get(image: string, inputs: string): Promise<BuildRecord | undefined> {
    return readHint<BuildRecord>(this.store, buildKey(image, inputs), buildShape);
  }

  /**
   * The builds of images, for those who must know all of them; this lists the store. What cannot be read is left out: it
   * counts as no build.
   * @param image its name, and the registry where there are several
   */
  async all(image: string): Promise<readonly KnownBuild[]> {
    const keys = await this.store.list(`builds/${segment(image)}/`);
    const found = await pMap(
      keys,
      async (key) => {
        const build = await readHint<BuildRecord>(this.store, key, buildShape);
        return build === undefined ? [] : [{ ...build, key }];
      },
      { concurrency: 16 },
    );
    return found.flat();
  }

  /** Forgets a build, so that its inputs are built again. */
  forget({ key }: KnownBuild): Promise<void> {
    return this.store.delete(key);
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
