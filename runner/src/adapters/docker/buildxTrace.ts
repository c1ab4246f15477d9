import { isRecord, jsonIn } from '../../base/toolJson.js';
import type { BuildTrace, Vertex, VertexLog } from './buildkitTrace.js';

/**
 * Reads a line of `docker buildx build --progress rawjson`, which is BuildKit's `SolveStatus`:
 * https://github.com/moby/buildkit/blob/master/client/graph.go
 * @returns undefined of a line that is none, such as buildx's own words
 */
export function readTrace(line: string): BuildTrace | undefined {
  if (!line.startsWith('{')) return undefined;
  const found = jsonIn(line, isRecord);
  if (found === undefined) return undefined;
  return {
    // A step is looked for first, which has a beginning and an end of its own; the last word counts.
    vertexes: [
      ...new Map(
        records(found['vertexes'])
          .map(vertexOf)
          .map((one) => [one.digest, one]),
      ).values(),
    ],
    statuses: [],
    logs: records(found['logs']).map(logOf),
  };
}

type Found = Readonly<Record<string, unknown>>;

const records = (value: unknown): readonly Found[] => (Array.isArray(value) ? value.filter(isRecord) : []);
const word = (found: Found, name: string): string => {
  const value = found[name];
  return typeof value === 'string' ? value : '';
};

const vertexOf = (found: Found): Vertex => ({
  digest: word(found, 'digest'),
  name: word(found, 'name'),
  cached: found['cached'] === true,
  started: time(word(found, 'started')),
  completed: time(word(found, 'completed')),
  error: word(found, 'error'),
});

const logOf = (found: Found): VertexLog => ({
  vertex: word(found, 'vertex'),
  stream: found['stream'] === 2 ? 'stderr' : 'stdout',
  text: Buffer.from(word(found, 'data'), 'base64').toString('utf8'),
});

function time(iso: string): number | undefined {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? undefined : at;
}
