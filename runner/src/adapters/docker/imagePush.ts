import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { engineWords } from './dockerFailure.js';
import { type EngineRecord, readRecords } from './progress.js';
import { pushFailure } from './pushFailure.js';
import type { RegistryCredentials } from './buildkitSession.js';

/** A layer on its way. */
export interface LayerProgress {
  /** The engine's short id of the layer. */
  readonly layer: string;
  readonly phase: 'waiting' | 'pushing' | 'pushed' | 'exists';
  /** Bytes sent of bytes to send, where the engine tells. */
  readonly done?: number;
  readonly total?: number;
}

export interface PushRequest {
  /** `HOST/REPOSITORY:TAG`; the engine must hold an image of that name. */
  readonly reference: string;
  readonly credentials: RegistryCredentials | undefined;
  readonly signal: AbortSignal;
}

export interface Pushed {
  /** `sha256:…` of the manifest, as the registry took it. */
  readonly digest: string;
  /** Bytes of the manifest, not of the image. */
  readonly manifestBytes: number;
}

/**
 * Pushes one tag.
 * @throws StackError REGISTRY_REFUSED, TAG_IMMUTABLE
 */
export async function pushImage(
  docker: Docker,
  request: PushRequest,
  on: (progress: LayerProgress) => void,
): Promise<Pushed> {
  const { repository, tag, host } = parseReference(request.reference);
  // The engine insists on credentials, also where the registry takes none.
  const { username = 'anonymous', password = 'anonymous' } = request.credentials ?? {};
  let pushed: Pushed | undefined;
  try {
    const options = {
      tag,
      authconfig: { username, password, serveraddress: host },
      abortSignal: request.signal,
    };
    const stream = (await docker.getImage(repository).push(options)) as unknown as Readable;
    for await (const record of readRecords(stream, request.signal)) {
      const error = record.errorDetail?.message ?? record.error;
      if (error !== undefined) throw new Error(error);
      const layer = layerProgress(record);
      if (layer !== undefined) on(layer);
      const aux = record.aux as { Digest?: string; Size?: number } | undefined;
      if (aux?.Digest !== undefined) pushed = { digest: aux.Digest, manifestBytes: aux.Size ?? 0 };
    }
  } catch (error) {
    request.signal.throwIfAborted();
    // A socket's error: the engine itself is gone, not the registry.
    if ((error as NodeJS.ErrnoException).code !== undefined) throw error;
    throw pushFailure(engineWords(error), request.reference, error);
  }
  if (pushed === undefined) throw pushFailure('the engine returned no digest', request.reference, undefined);
  return pushed;
}

/** `host:5000/a/b:tag` in its parts; without a tag it is `latest`. */
export function parseReference(reference: string): { host: string; repository: string; tag: string } {
  const slash = reference.indexOf('/');
  const colon = reference.lastIndexOf(':');
  const tagged = colon > slash;
  return {
    host: reference.slice(0, Math.max(0, slash)),
    repository: tagged ? reference.slice(0, colon) : reference,
    tag: tagged ? reference.slice(colon + 1) : 'latest',
  };
}

const PHASES: Readonly<Record<string, LayerProgress['phase']>> = {
  Preparing: 'waiting',
  Waiting: 'waiting',
  Pushing: 'pushing',
  Pushed: 'pushed',
  'Layer already exists': 'exists',
};

function layerProgress(record: EngineRecord): LayerProgress | undefined {
  const status = record.status ?? '';
  const phase = PHASES[status] ?? (status.startsWith('Mounted from') ? 'exists' : undefined);
  if (phase === undefined || record.id === undefined) return undefined;
  const { current, total } = record.progressDetail ?? {};
  return {
    layer: record.id,
    phase,
    ...(current === undefined ? {} : { done: current }),
    // The engine estimates the total; what was sent can pass it.
    ...(total === undefined || total <= 0 ? {} : { total: Math.max(total, current ?? 0) }),
  };
}
