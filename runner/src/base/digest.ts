import { createHash } from 'node:crypto';

/** First 32 hex digits of a SHA-256: enough to tell versions of a file apart. */
export function digest(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}
