import { StackError } from '../../base/errors.js';

interface SocketError extends Error {
  readonly code?: string;
  readonly statusCode?: number;
}

/** Connections that never came to be; everything else is an answer of the engine. */
const UNREACHABLE = [
  'ENOENT',
  'ECONNREFUSED',
  'EACCES',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ECONNRESET',
  'EPERM',
];

/**
 * Turns what dockerode throws into words; other StackErrors and aborts pass through.
 *
 * @param address words for the engine
 */
export function engineFailure(error: unknown, address: string, signal?: AbortSignal): unknown {
  if (error instanceof StackError) return error;
  if (signal?.aborted === true) return signal.reason;
  const { code, message } = error as SocketError;
  if (code === undefined || !UNREACHABLE.includes(code)) return error;
  const denied = code === 'EACCES' || code === 'EPERM';
  return new StackError(
    'DOCKER_UNREACHABLE',
    denied ? `you may not use the Docker engine at ${address}` : `no Docker engine answers at ${address}`,
    {
      where: address,
      evidence: [message],
      next: denied
        ? 'Join its group (`sudo usermod -aG docker $USER`, then log in again), or run as a user who is in it.'
        : 'Start it (`sudo systemctl start docker`, or Docker Desktop), install it (`node runner tools install docker`), or set DOCKER_HOST to one that runs.',
      cause: error,
    },
  );
}

/** The engine's own words, without dockerode's `(HTTP code 500) server error -` before them. */
export function engineWords(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^\(HTTP code \d+\) [^-]*- /, '').trim();
}
