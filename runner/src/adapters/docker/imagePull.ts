import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { StackError } from '../../base/errors.js';
import type { RegistryCredentials } from './buildkitSession.js';
import { engineWords } from './dockerFailure.js';
import { readRecords } from './progress.js';

export interface PullRequest {
  /** `HOST/REPOSITORY@sha256:…`, or with a tag. */
  readonly reference: string;
  readonly credentials: RegistryCredentials | undefined;
  readonly signal: AbortSignal;
}

/**
 * Pulls one image; one that the engine has already costs a question.
 * @throws StackError REGISTRY_REFUSED
 */
export async function pullImage(docker: Docker, request: PullRequest): Promise<void> {
  const { reference, credentials, signal } = request;
  const serveraddress = reference.split('/')[0] ?? '';
  try {
    const options = {
      ...(credentials === undefined ? {} : { authconfig: { ...credentials, serveraddress } }),
      abortSignal: signal,
    };
    const stream = (await docker.pull(reference, options)) as Readable;
    for await (const record of readRecords(stream, signal)) {
      const error = record.errorDetail?.message ?? record.error;
      if (error !== undefined) throw new Error(error);
    }
  } catch (error) {
    signal.throwIfAborted();
    // A socket's error: the engine itself is gone, not the registry.
    if ((error as NodeJS.ErrnoException).code !== undefined) throw error;
    throw new StackError('REGISTRY_REFUSED', `the Docker engine cannot pull ${reference}`, {
      where: reference,
      evidence: [engineWords(error)],
      next: 'Check that the registry has it, and that these credentials may ecr:BatchGetImage and ecr:GetDownloadUrlForLayer.',
      cause: error,
    });
  }
}
