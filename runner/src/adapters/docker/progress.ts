import type { Readable } from 'node:stream';
import { isRecord, jsonIn } from '../../base/toolJson.js';

/** One JSON record of the engine's progress stream (builds, pushes, pulls). */
export interface EngineRecord {
  readonly id?: string;
  readonly status?: string;
  readonly stream?: string;
  readonly error?: string;
  readonly errorDetail?: { readonly message?: string; readonly code?: number };
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly aux?: unknown;
}

/** A line that is no record (a proxy's words, the last line of an engine that died) is shown as it came. */
function record(line: string): EngineRecord {
  return jsonIn(line, isRecord) ?? { stream: `${line}\n` };
}

/**
 * Reads the engine's progress stream: JSON records, one a line, cut anywhere by the network.
 * Aborting destroys the stream, on which the engine stops the work.
 */
export async function* readRecords(stream: Readable, signal: AbortSignal): AsyncGenerator<EngineRecord> {
  const stop = () => stream.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    let rest = '';
    stream.setEncoding('utf8');
    for await (const chunk of stream) {
      const lines = (rest + (chunk as string)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') yield record(line);
    }
    if (rest.trim() !== '') yield record(rest);
  } finally {
    signal.removeEventListener('abort', stop);
    signal.throwIfAborted();
  }
}
