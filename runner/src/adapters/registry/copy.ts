import pMap from 'p-map';
import { copyBlob, type BlobEnd, type Repository } from './blobs.js';
import { hasManifest, otherBytes, readStored, writeStored, type Descriptor } from './manifests.js';

export interface CopyProgress {
  readonly digest: string;
  /** `reading` while bytes are copied, else how it ended. */
  readonly phase: 'reading' | BlobEnd;
  /** Bytes. */
  readonly done: number;
  readonly total: number;
}

export interface CopyRequest {
  readonly source: Repository;
  readonly target: Repository;
  /** `sha256:…` of the manifest, or of an index of several platforms. */
  readonly digest: string;
  /** Number of blobs that are copied in parallel. */
  readonly concurrency: number;
  readonly on: (progress: CopyProgress) => void;
}

/** An index may contain indexes. No real image is nested deeper than this. */
const DEEPEST = 4;

/**
 * Brings an image from one registry to another, byte for byte: blobs, then the manifests that name them, the one that was
 * asked for last. So what it is cut off at is never taken for an image, and doing it again goes on where it was. An
 * index comes with all its platforms and attestations.
 * @throws StackError REGISTRY_REFUSED, also where either side has other bytes than the digest says
 */
export async function copyImage(request: CopyRequest): Promise<'copied' | 'exists'> {
  const { target, digest } = request;
  const { session, repository } = target;
  if (await hasManifest(session, repository, digest)) return 'exists';
  const sent = await copyManifest(request, digest, 0);
  // Read back, so that the deployed image is certainly the tested one.
  const stored = await readStored(session, repository, digest);
  if (!stored.bytes.equals(sent)) throw otherBytes(session, repository, digest, stored.digest);
  return 'copied';
}

async function copyManifest(request: CopyRequest, digest: string, depth: number): Promise<Buffer> {
  const { source, target, concurrency } = request;
  const manifest = await readStored(source.session, source.repository, digest);
  if (depth > DEEPEST)
    throw otherBytes(source.session, source.repository, digest, 'an image index that is nested too deeply');
  for (const child of manifest.manifests) {
    if (await hasManifest(target.session, target.repository, child.digest)) continue;
    await copyManifest(request, child.digest, depth + 1);
  }
  const blobs = new Map(manifest.blobs.filter(isKept).map((blob) => [blob.digest, blob]));
  await pMap(blobs.values(), (blob) => copyOne(request, blob), { concurrency });
  await writeStored(target.session, target.repository, manifest);
  return manifest.bytes;
}

async function copyOne({ source, target, on }: CopyRequest, blob: Descriptor): Promise<void> {
  const { digest, size: total } = blob;
  const phase = await copyBlob(source, target, blob, (done) => on({ digest, phase: 'reading', done, total }));
  on({ digest, phase, done: total, total });
}

/** Layers that may not be distributed stay at the URLs that they name. */
const isKept = ({ urls, mediaType = '' }: Descriptor): boolean =>
  (urls ?? []).length === 0 && !/foreign|nondistributable/.test(mediaType);
