import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import { otherBytes, type Descriptor } from './manifests.js';
import type { RegistrySession } from './registrySession.js';
import { drain } from './registryWire.js';

/** A repository in a registry. */
export interface Repository {
  readonly session: RegistrySession;
  readonly repository: string;
}

export type BlobEnd = 'copied' | 'exists' | 'mounted';

/**
 * Brings one blob from a registry to another: it streams through, its digest is computed on the way, and the upload is
 * closed only where that is right. What is there already is not sent.
 * @param onBytes called with the number of bytes so far
 */
export async function copyBlob(
  source: Repository,
  target: Repository,
  blob: Descriptor,
  onBytes: (done: number) => void,
): Promise<BlobEnd> {
  if (await hasBlob(target, blob.digest)) return 'exists';
  // After a break the whole blob is sent again: half an upload is useless.
  return target.session.patiently(async () => {
    const begun = await begin(source, target, blob.digest);
    if (begun === 'mounted') return 'mounted';
    const closing = await upload(source, target, blob, begun, onBytes);
    closing.searchParams.set('digest', blob.digest);
    const answer = await target.session.ask({
      method: 'PUT',
      repository: target.repository,
      path: closing,
      headers: { 'content-length': 0 },
      right: 'push',
      expect: [201, 204],
    });
    await drain(answer);
    return 'copied';
  });
}

async function hasBlob({ session, repository }: Repository, digest: string): Promise<boolean> {
  return session.patiently(async () => {
    const answer = await session.ask({
      method: 'HEAD',
      repository,
      path: `blobs/${digest}`,
      right: 'pull',
      expect: [200, 404],
    });
    await drain(answer);
    return answer.statusCode === 200;
  });
}

/** @returns where to send it; `mounted` if the registry took it from another of its repositories */
async function begin(source: Repository, target: Repository, digest: string): Promise<URL | 'mounted'> {
  const { session, repository } = target;
  const from = source.session.pathOf(source.repository);
  const mount =
    source.session.host === session.host ? `?mount=${digest}&from=${encodeURIComponent(from)}` : '';
  const answer = await session.ask({
    method: 'POST',
    repository,
    path: `blobs/uploads/${mount}`,
    headers: { 'content-length': 0 },
    right: 'push',
    expect: [201, 202],
  });
  await drain(answer);
  return answer.statusCode === 201 ? 'mounted' : session.address(answer.headers.location ?? '');
}

async function upload(
  source: Repository,
  target: Repository,
  blob: Descriptor,
  to: URL,
  onBytes: (done: number) => void,
): Promise<URL> {
  const from = await source.session.ask({
    method: 'GET',
    repository: source.repository,
    path: `blobs/${blob.digest}`,
    right: 'pull',
    expect: [200],
  });
  const hash = createHash('sha256');
  let done = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      hash.update(chunk);
      done += chunk.length;
      onBytes(done);
      next(null, chunk);
    },
  });
  // A break while reading must not look like the end of the upload.
  from.once('error', (error) => counted.destroy(error));
  from.once('close', () => {
    if (!from.complete) counted.destroy(new Error('the registry broke off in the middle of a blob'));
  });
  counted.on('error', () => from.destroy());
  from.pipe(counted);
  try {
    const answer = await target.session.ask({
      method: 'PATCH',
      repository: target.repository,
      path: to,
      headers: { 'content-type': 'application/octet-stream', 'content-length': blob.size },
      body: counted,
      right: 'push',
      // The specification says 202; ECR answers 201.
      expect: [201, 202, 204],
    });
    await drain(answer);
    const found = `sha256:${hash.digest('hex')}`;
    if (found !== blob.digest) throw otherBytes(source.session, source.repository, blob.digest, found);
    return answer.headers.location === undefined ? to : target.session.address(answer.headers.location);
  } finally {
    from.destroy();
  }
}
