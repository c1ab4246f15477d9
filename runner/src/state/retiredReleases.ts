import pMap from 'p-map';
import type { ObjectStore } from '../base/ports.js';
import type { ReleaseRecord } from '../domain/records.js';
import { readDocument, readHint, serialise } from './documents.js';
import { pointerShape, releaseShape, retiredShape } from './documentShapes.js';
import { sharded } from './keys.js';

/** A release that nothing needs any more: its record is gone, so that nobody deploys it, and what it had may be deleted. */
export interface RetiredRelease {
  readonly release: ReleaseRecord;
  readonly at: string;
  readonly who: string;
  /** All that led to the release is gone too; false where a run was killed half-way. */
  readonly done?: boolean;
}

/** Documents that are read and removed side by side. */
const AT_ONCE = 16;

/**
 * Every release there is, for those who must know all of them; this lists the store.
 * @throws StackError STATE_UNREADABLE where one cannot be read: what it has nobody could tell
 */
export async function allReleases(store: ObjectStore): Promise<readonly ReleaseRecord[]> {
  const keys = await store.list('releases/versions/');
  const found = await pMap(keys, (key) => readDocument<ReleaseRecord>(store, key, releaseShape), {
    concurrency: AT_ONCE,
  });
  return found.flatMap((one) => one?.value ?? []);
}

/** Releases whose time is over. What they had (images, artifacts) is known by them until it is deleted. */
export class RetiredReleases {
  constructor(private readonly store: ObjectStore) {}

  /** @throws StackError STATE_UNREADABLE */
  async all(): Promise<readonly RetiredRelease[]> {
    const keys = await this.store.list('retired/');
    const found = await pMap(keys, (key) => readDocument<RetiredRelease>(this.store, key, retiredShape), {
      concurrency: AT_ONCE,
    });
    return found.flatMap((one) => one?.value ?? []);
  }

  /** When and by whom a release was retired; undefined of all others. One read. */
  async find(release: ReleaseRecord): Promise<RetiredRelease | undefined> {
    return (await readDocument<RetiredRelease>(this.store, keyOf(release), retiredShape))?.value;
  }

  /**
   * Retires a release. That it is retired is written first, and from then on no deploy takes it; that all is done is
   * written last, so that the next run ends what a killed one began.
   * @param environments where it may have been deployed
   */
  async retire(
    release: ReleaseRecord,
    by: { readonly at: string; readonly who: string },
    environments: readonly string[],
  ): Promise<void> {
    const { version, commit, inputs } = release;
    await this.store.put(keyOf(release), serialise({ release, ...by }));
    const stored = await readDocument<ReleaseRecord>(this.store, versionKey(version), releaseShape);
    // A later release may have the version again.
    if (stored === undefined || stored.value.createdAt === release.createdAt) {
      await this.store.delete(versionKey(version));
      await pMap(
        environments.flatMap((environment) =>
          ['healthy', 'partial', 'unproven'].map((status) => sharded(`${status}/${environment}`, version)),
        ),
        (key) => this.store.delete(key),
        { concurrency: AT_ONCE },
      );
      for (const key of [commitKey(commit), inputsKey(inputs)]) {
        const pointer = await readHint<{ readonly version: string }>(this.store, key, pointerShape);
        if (pointer?.version === version) await this.store.delete(key);
      }
    }
    await this.store.put(keyOf(release), serialise({ release, ...by, done: true }));
  }

  /** Forgets one of which nothing is left, or that is needed after all. */
  forget(release: ReleaseRecord): Promise<void> {
    return this.store.delete(keyOf(release));
  }
}

export const versionKey = (version: string) => sharded('releases/versions', version);
export const commitKey = (commit: string) => sharded('releases/commits', commit);
export const inputsKey = (inputs: string) => sharded('releases/inputs', inputs.replace(/^sha256:/, ''));
/** A version may come again with other content: the time tells them apart. */
const keyOf = ({ version, createdAt }: ReleaseRecord) => sharded('retired', `${version}@${createdAt}`);
