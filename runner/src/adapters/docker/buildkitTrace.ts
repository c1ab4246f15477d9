import { readFields } from './protobuf.js';

/**
 * BuildKit tells its progress through the engine as base64 of `moby.buildkit.v1.StatusResponse`; field numbers from
 * https://github.com/moby/buildkit/blob/master/api/services/control/control.proto.
 */
export interface Vertex {
  readonly digest: string;
  readonly name: string;
  readonly cached: boolean;
  /** Milliseconds since 1970, with fractions. */
  readonly started: number | undefined;
  readonly completed: number | undefined;
  readonly error: string;
}

export interface VertexLog {
  readonly vertex: string;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** A download or upload inside a step. */
export interface VertexStatus {
  readonly vertex: string;
  readonly id: string;
  readonly current: number;
  readonly total: number;
}

export interface BuildTrace {
  readonly vertexes: readonly Vertex[];
  readonly statuses: readonly VertexStatus[];
  readonly logs: readonly VertexLog[];
}

/** Decodes one `moby.buildkit.trace` record. */
export function decodeTrace(base64: string): BuildTrace {
  const vertexes: Vertex[] = [];
  const statuses: VertexStatus[] = [];
  const logs: VertexLog[] = [];
  for (const field of readFields(Buffer.from(base64, 'base64'))) {
    if (field.number === 1) vertexes.push(vertex(field.bytes));
    else if (field.number === 2) statuses.push(status(field.bytes));
    else if (field.number === 3) logs.push(log(field.bytes));
  }
  return { vertexes, statuses, logs };
}

function vertex(message: Buffer): Vertex {
  const found = { digest: '', name: '', cached: false, error: '' };
  let started: number | undefined;
  let completed: number | undefined;
  for (const field of readFields(message)) {
    if (field.number === 1) found.digest = field.bytes.toString();
    else if (field.number === 3) found.name = field.bytes.toString();
    else if (field.number === 4) found.cached = field.varint === 1n;
    else if (field.number === 5) started = timestamp(field.bytes);
    else if (field.number === 6) completed = timestamp(field.bytes);
    else if (field.number === 7) found.error = field.bytes.toString();
  }
  return { ...found, started, completed };
}

function status(message: Buffer): VertexStatus {
  const found = { vertex: '', id: '', current: 0, total: 0 };
  for (const field of readFields(message)) {
    if (field.number === 1) found.id = field.bytes.toString();
    else if (field.number === 2) found.vertex = field.bytes.toString();
    else if (field.number === 4) found.current = Number(field.varint);
    else if (field.number === 5) found.total = Number(field.varint);
  }
  return found;
}

function log(message: Buffer): VertexLog {
  const found = { vertex: '', text: '' };
  let stream: 'stdout' | 'stderr' = 'stdout';
  for (const field of readFields(message)) {
    if (field.number === 1) found.vertex = field.bytes.toString();
    else if (field.number === 3) stream = field.varint === 2n ? 'stderr' : 'stdout';
    else if (field.number === 4) found.text = field.bytes.toString();
  }
  return { ...found, stream };
}

function timestamp(message: Buffer): number {
  let milliseconds = 0;
  for (const field of readFields(message)) {
    if (field.number === 1) milliseconds += Number(field.varint) * 1000;
    else if (field.number === 2) milliseconds += Number(field.varint) / 1e6;
  }
  return milliseconds;
}
