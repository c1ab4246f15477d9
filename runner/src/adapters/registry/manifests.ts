import { createHash } from 'node:crypto';
import { StackError } from '../../base/errors.js';
import type { RegistrySession } from './registrySession.js';
import { bytesOf, drain } from './registryWire.js';

/** ECR and Docker Hub accept no larger manifest. */
const LARGEST = 4 * 1024 * 1024;

const MEDIA_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** One entry of a manifest: content that is named by its digest. */
export interface Descriptor {
  readonly mediaType?: string;
  readonly digest: string;
  readonly size: number;
  /** Content that is always elsewhere (layers of Windows): no registry has it. */
  readonly urls?: readonly string[];
}

export interface StoredManifest {
  readonly digest: string;
  readonly bytes: Buffer;
  readonly mediaType: string;
  /** For an index: one manifest per platform, and their attestations. */
  readonly manifests: readonly Descriptor[];
  /** Configuration and layers. */
  readonly blobs: readonly Descriptor[];
}

/** Whether a registry has a manifest. Then it has all its parts too: a registry accepts no manifest with missing parts. */
export async function hasManifest(
  session: RegistrySession,
  repository: string,
  digest: string,
): Promise<boolean> {
  return session.patiently(async () => {
    const answer = await session.ask({
      method: 'HEAD',
      repository,
      path: `manifests/${digest}`,
      headers: { accept: MEDIA_TYPES.join(', ') },
      right: 'pull',
      expect: [200, 404],
    });
    await drain(answer);
    return answer.statusCode === 200;
  });
}

/**
 * Reads a manifest by its digest, which is computed and compared.
 * @throws StackError REGISTRY_REFUSED if the registry answers with other bytes, or with none
 */
export async function readStored(
  session: RegistrySession,
  repository: string,
  digest: string,
): Promise<StoredManifest> {
  const { bytes, type } = await session.patiently(async () => {
    const answer = await session.ask({
      method: 'GET',
      repository,
      path: `manifests/${digest}`,
      headers: { accept: MEDIA_TYPES.join(', ') },
      right: 'pull',
      expect: [200],
    });
    return { bytes: await bytesOf(answer, LARGEST), type: answer.headers['content-type'] };
  });
  const found = digestOf(bytes);
  if (found !== digest) throw otherBytes(session, repository, digest, found);
  const parsed = parse(bytes, session, repository, digest);
  return {
    digest,
    bytes,
    mediaType: parsed.mediaType ?? type?.split(';')[0] ?? (MEDIA_TYPES[2] as string),
    manifests: parsed.manifests ?? [],
    blobs: [...(parsed.config === undefined ? [] : [parsed.config]), ...(parsed.layers ?? [])],
  };
}

/** Writes a manifest under its digest. */
export async function writeStored(
  session: RegistrySession,
  repository: string,
  { digest, bytes, mediaType }: StoredManifest,
): Promise<void> {
  await session.patiently(async () => {
    const answer = await session.ask({
      method: 'PUT',
      repository,
      path: `manifests/${digest}`,
      headers: { 'content-type': mediaType },
      body: bytes,
      right: 'push',
      expect: [200, 201, 202],
    });
    await drain(answer);
    const said = answer.headers['docker-content-digest'];
    if (said !== undefined && said !== digest) throw otherBytes(session, repository, digest, String(said));
  });
}

export const digestOf = (bytes: Buffer): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

export function otherBytes(
  session: RegistrySession,
  repository: string,
  digest: string,
  found: string,
): StackError {
  return new StackError(
    'REGISTRY_REFUSED',
    `${session.host} returned other content than ${repository}@${digest}`,
    {
      where: `${session.host}/${repository}`,
      evidence: [`asked for ${digest}`, `came      ${found}`],
      next: 'Do not use this image. Find out who can write to the registry and what is between this machine and it. Then build a new release.',
    },
  );
}

interface ManifestJson {
  readonly mediaType?: string;
  readonly manifests?: readonly Descriptor[];
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
}

function parse(bytes: Buffer, session: RegistrySession, repository: string, digest: string): ManifestJson {
  try {
    const found = JSON.parse(bytes.toString('utf8')) as ManifestJson;
    const all = [found.config, ...(found.layers ?? []), ...(found.manifests ?? [])];
    const isSound = all.every((one) => one === undefined || /^sha256:[0-9a-f]{64}$/.test(one.digest));
    if (isSound && (found.manifests !== undefined || found.layers !== undefined)) return found;
  } catch {
    // Reported below, with JSON that is no manifest.
  }
  throw new StackError('REGISTRY_REFUSED', `${repository}@${digest} is not a manifest that can be copied`, {
    where: `${session.host}/${repository}`,
    next: 'Only images of Docker (schema 2) and OCI can be copied. Build it again with a current Docker.',
  });
}
