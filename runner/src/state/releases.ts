import { StackError } from '../base/errors.js';
import type { ObjectStore } from '../base/ports.js';
import type { ReleaseRecord } from '../domain/records.js';
import {
  createDocument,
  isReadable,
  tryReadDocument,
  readHint,
  unreadableError,
  updateDocument,
} from './documents.js';
import { commitKey, inputsKey, versionKey } from './retiredReleases.js';
import { NumberedLog, type BrokenRecord } from './numberedLog.js';
import { pointerShape, releaseNumberShape, releaseShape } from './documentShapes.js';

interface Pointer {
  readonly version: string;
  readonly createdAt: string;
  readonly dirty: boolean;
}

/** Release records, written once each, and the ways to find them: by version, commit, inputs and age. */
export class Releases {
  private readonly log: NumberedLog<{ readonly version: string }>;

  /** @param onBroken called for each record in a list that cannot be read */
  constructor(
    private readonly store: ObjectStore,
    private readonly onBroken: (record: BrokenRecord) => void,
  ) {
    this.log = new NumberedLog(store, 'releases/log', releaseNumberShape, onBroken);
  }

  /** See Ledger.putRelease. */
  async put(record: ReleaseRecord): Promise<'created' | 'exists'> {
    // Another name of what is there: a run that goes on finds what it has delivered under the name that it had then.
    const isRenamed = record.builtAs !== undefined && (await this.byCommit(record.commit)) !== undefined;
    if (isRenamed) await this.log.append(() => ({ version: record.version }));
    const created = await createDocument(this.store, versionKey(record.version), record);
    const stored = created ? record : await this.get(record.version);
    if (stored !== undefined && !sameRelease(stored, record))
      throw conflict(this.store.location, stored, record);
    // Indexes are completed also for an existing record: its writer may have died before.
    if (!isRenamed && (created || (await this.byCommit(record.commit)) === undefined)) {
      await this.log.append(() => ({ version: record.version }));
      await this.point(inputsKey(record.inputs), record);
      await this.point(commitKey(record.commit), record);
    }
    return created ? 'created' : 'exists';
  }

  /** @throws StackError STATE_UNREADABLE */
  async get(version: string): Promise<ReleaseRecord | undefined> {
    const key = versionKey(version);
    const found = await tryReadDocument<ReleaseRecord>(this.store, key, releaseShape);
    if (found === undefined || isReadable(found)) return found?.value;
    const next =
      'Use another release (`node runner history --releases` lists them), or restore it from a backup.';
    throw unreadableError(this.store, key, found, next);
  }

  /** A release; undefined also if its record cannot be read. */
  async find(version: string): Promise<ReleaseRecord | undefined> {
    const key = versionKey(version);
    const found = await tryReadDocument<ReleaseRecord>(this.store, key, releaseShape);
    if (found === undefined || isReadable(found)) return found?.value;
    this.onBroken({ key, why: found.unreadable });
    return undefined;
  }

  byCommit(commit: string): Promise<ReleaseRecord | undefined> {
    return this.follow(commitKey(commit));
  }

  byInputs(inputs: string): Promise<ReleaseRecord | undefined> {
    return this.follow(inputsKey(inputs));
  }

  async newest(limit: number): Promise<readonly ReleaseRecord[]> {
    const found = new Map<string, ReleaseRecord>();
    if (limit < 1) return [];
    for await (const { version } of this.log.newest()) {
      if (found.has(version)) continue;
      const release = await this.find(version);
      if (release !== undefined) found.set(version, release);
      if (found.size >= limit) break;
    }
    return [...found.values()];
  }

  /** Removes the oldest numbers of the list whose releases are gone. @returns how many */
  async trim(): Promise<number> {
    const latest = await this.log.latest();
    let first = await this.log.first();
    for (; first < latest; first += 1) {
      const entry = await this.log.read(first);
      if (entry !== undefined && (await this.store.get(versionKey(entry.version))) !== undefined) break;
    }
    return this.log.dropBefore(first);
  }

  private async follow(key: string): Promise<ReleaseRecord | undefined> {
    const pointer = await readHint<Pointer>(this.store, key, pointerShape);
    return pointer === undefined ? undefined : this.find(pointer.version);
  }

  /** The newest wins, but a dirty tree never hides a clean one, because its content is not that of the commit. */
  private async point(key: string, { version, createdAt, dirty }: ReleaseRecord): Promise<void> {
    await updateDocument<Pointer>(
      this.store,
      key,
      (stored) => {
        const wins =
          stored === undefined || (stored.dirty === dirty ? createdAt >= stored.createdAt : stored.dirty);
        return wins && stored?.version !== version ? { version, createdAt, dirty } : undefined;
      },
      pointerShape,
    );
  }
}

/** True for the same bytes from the same sources. Builder, time and tags do not matter. */
function sameRelease(a: ReleaseRecord, b: ReleaseRecord): boolean {
  const identity = (release: ReleaseRecord) =>
    JSON.stringify([
      release.application,
      release.commit,
      release.dirty,
      release.inputs,
      Object.entries(release.images)
        .map(([name, image]) => [name, image.repository, image.digest])
        .sort(),
      ...Object.entries(release.artifacts ?? {})
        .map(([name, { bucket, key, digest: of }]) => [name, bucket, key, of])
        .sort(),
    ]);
  return identity(a) === identity(b);
}

function conflict(location: string, stored: ReleaseRecord, record: ReleaseRecord): StackError {
  const words = (release: ReleaseRecord) =>
    [
      `commit ${release.commit.slice(0, 12)}${release.dirty ? ' with uncommitted changes' : ''}`,
      ...Object.entries(release.images).map(([name, image]) => `${name} ${image.digest.slice(0, 19)}`),
      ...Object.entries(release.artifacts ?? {}).map(
        ([name, { digest: of }]) => `${name} ${of.slice(0, 19)}`,
      ),
      `by ${release.createdBy} at ${release.createdAt}`,
    ].join(', ');
  return new StackError(
    'STATE_CONFLICT',
    `release ${record.version} is recorded already with other content; a recorded release is never changed`,
    {
      where: location,
      evidence: [`recorded: ${words(stored)}`, `now:      ${words(record)}`],
      next: `Commit the change, so that it gets its own version, or use the recorded one with --release ${record.version}.`,
    },
  );
}
