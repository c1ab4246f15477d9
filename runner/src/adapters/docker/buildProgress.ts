import { stripAnsi } from '../../base/ansi.js';
import { StackError } from '../../base/errors.js';
import { type BuildTrace, decodeTrace, type Vertex } from './buildkitTrace.js';
import type { EngineRecord } from './progress.js';

/** What a build tells while it runs. */
export type BuildEvent =
  | {
      readonly type: 'step';
      /** The instruction, e.g. `[2/4] RUN pip install`. */
      readonly name: string;
      readonly status: 'running' | 'ok' | 'cached' | 'failed';
      readonly seconds?: number;
    }
  | { readonly type: 'output'; readonly line: string; readonly stream: 'stdout' | 'stderr' };

/** Follows the records of one build, whichever builder speaks. */
export interface BuildFollower {
  take(record: EngineRecord): void;
  /** Id of the image, once it is there. */
  imageId(): string | undefined;
}

const TAIL_LINES = 30;

/** Lines of one step: output comes in pieces, people read lines. */
class Lines {
  private rest = '';
  readonly tail: string[] = [];
  constructor(private readonly onLine: (line: string) => void) {}
  add(text: string): void {
    const lines = (this.rest + text).split(/\r?\n/);
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.line(line);
  }
  flush(): void {
    if (this.rest !== '') this.line(this.rest);
    this.rest = '';
  }
  private line(raw: string): void {
    // A progress bar redraws its line with carriage returns: the last state is the line.
    const line = stripAnsi(raw.slice(raw.lastIndexOf('\r') + 1));
    this.tail.push(line);
    if (this.tail.length > TAIL_LINES) this.tail.shift();
    this.onLine(line);
  }
}

/** Follows the traces of BuildKit, in whatever form they came. */
export interface TraceFollower {
  take(trace: BuildTrace): void;
  /** The step that failed first. */
  failedStep(): string | undefined;
  /** The failure of the build, with the step that failed first. @param error what the builder says of it */
  failure(error: string): StackError;
}

/** How BuildKit calls the reading of a cache from a registry. */
const CACHE_READ = /^importing cache manifest from /;

/** Follows BuildKit: steps run side by side, each with its own output. */
export function followTraces(on: (event: BuildEvent) => void): TraceFollower {
  const told = new Map<string, string>();
  const outputs = new Map<string, Lines>();
  let failed: Vertex | undefined;
  const tell = (vertex: Vertex) => {
    const state = stateOf(vertex);
    const known = told.get(vertex.digest);
    // A step ends once; the engine may say later that its result was cached. One that seemed to be there may fail yet.
    const isOver = known !== undefined && known !== 'running' && state !== 'failed';
    if (state === undefined || known === state || isOver) return;
    told.set(vertex.digest, state);
    if (state !== 'running') outputs.get(vertex.digest)?.flush();
    // A cache that is not there is no failure, and must not be taken for that of the build.
    if (state === 'failed' && CACHE_READ.test(vertex.name)) {
      on({ type: 'output', line: `${vertex.name}: ${vertex.error}`, stream: 'stderr' });
      return;
    }
    if (state === 'failed' && !/context canceled$/.test(vertex.error)) failed ??= vertex;
    // Internal steps are BuildKit's own housekeeping; they matter only when they fail.
    if (vertex.name.startsWith('[internal]') && state !== 'failed') return;
    const took =
      vertex.started !== undefined && vertex.completed !== undefined && state === 'ok'
        ? { seconds: Math.max(0, vertex.completed - vertex.started) / 1000 }
        : {};
    on({ type: 'step', name: vertex.name, status: state, ...took });
  };
  return {
    failedStep: () => failed?.name,
    take(trace) {
      // A step that ends in the same record as its last output must not end before it.
      for (const vertex of trace.vertexes) if (vertex.completed === undefined) tell(vertex);
      for (const { vertex, stream, text } of trace.logs) {
        const lines = outputs.get(vertex) ?? new Lines((line) => on({ type: 'output', line, stream }));
        outputs.set(vertex, lines);
        lines.add(text);
      }
      for (const vertex of trace.vertexes) if (vertex.completed !== undefined) tell(vertex);
    },
    failure(error) {
      const tail = failed === undefined ? [] : (outputs.get(failed.digest)?.tail ?? []);
      return buildFailed(failed?.name, failed?.error === '' ? error : (failed?.error ?? error), tail);
    },
  };
}

/** Follows a build of the engine by BuildKit. */
export function followBuildkit(on: (event: BuildEvent) => void): BuildFollower {
  const traces = followTraces(on);
  let id: string | undefined;
  return {
    imageId: () => id,
    take(record) {
      if (record.id === 'moby.image.id') id = (record.aux as { ID?: string }).ID;
      if (record.id === 'moby.buildkit.trace') traces.take(decodeTrace(String(record.aux)));
      const error = record.errorDetail?.message ?? record.error;
      if (error !== undefined) throw traces.failure(error);
    },
  };
}

function stateOf(vertex: Vertex): 'running' | 'ok' | 'cached' | 'failed' | undefined {
  if (vertex.error !== '') return 'failed';
  if (vertex.cached) return 'cached';
  if (vertex.completed !== undefined) return 'ok';
  return vertex.started === undefined ? undefined : 'running';
}

/** What the classic builder says about itself, between the lines of the steps. */
const CLASSIC_NOISE = /^ ---> |^Removing intermediate container |^Successfully (?:built|tagged) /;

/** Follows the classic builder: `Step 2/4 : RUN …`, then what it prints, then the next. */
export function followClassic(on: (event: BuildEvent) => void): BuildFollower {
  let step: string | undefined;
  let cached = false;
  let id: string | undefined;
  let lines = new Lines(() => undefined);
  const end = (status: 'ok' | 'cached' | 'failed') => {
    lines.flush();
    if (step !== undefined) on({ type: 'step', name: step, status });
    step = undefined;
  };
  const output = (line: string) => {
    const begins = /^Step (\d+\/\d+) : (.*)$/.exec(line);
    if (begins !== null) {
      end(cached ? 'cached' : 'ok');
      cached = false;
      step = `[${begins[1]}] ${begins[2]}`;
      on({ type: 'step', name: step, status: 'running' });
    } else if (/^ ---> Using cache$/.test(line)) cached = true;
    else if (!CLASSIC_NOISE.test(line) && line !== '') on({ type: 'output', line, stream: 'stdout' });
  };
  lines = new Lines(output);
  return {
    imageId() {
      end(cached ? 'cached' : 'ok');
      return id;
    },
    take(record) {
      if (record.stream !== undefined) lines.add(record.stream);
      const aux = (record.aux as { ID?: string } | undefined)?.ID;
      if (aux !== undefined) id = aux;
      const error = record.errorDetail?.message ?? record.error;
      if (error !== undefined) {
        const name = step;
        end('failed');
        throw buildFailed(
          name,
          error,
          lines.tail.filter((line) => !CLASSIC_NOISE.test(line) && !line.startsWith('Step ')),
        );
      }
    },
  };
}

/** `executor failed running [/bin/sh -c pytest]: exit code: 1` and its cousins, with the step and its last lines. */
export function buildFailed(step: string | undefined, error: string, tail: readonly string[]): StackError {
  const code = /exit code:? (\d+)|returned a non-zero code: (\d+)/.exec(error);
  const exit = code?.[1] ?? code?.[2];
  const why =
    exit === undefined
      ? error.replace(/^failed to solve(?: with frontend \S+)?: /, '')
      : `it ended with exit code ${exit}`;
  const base = /^\[internal\] load metadata for (\S+)/.exec(step ?? '')?.[1];
  if (base !== undefined) {
    const evidence = [why];
    return new StackError('BUILD_FAILED', `the base image ${base} could not be pulled`, {
      where: 'FROM',
      evidence,
      next: hint(error),
    });
  }
  return new StackError(
    'BUILD_FAILED',
    step === undefined ? `the build failed: ${why}` : `the build failed at ${step}: ${why}`,
    {
      ...(step === undefined ? {} : { where: step }),
      evidence: tail.filter((line) => line.trim() !== ''),
      next: hint(error) ?? 'Correct the step and build again; finished steps come from the cache.',
    },
  );
}

function hint(error: string): string | undefined {
  if (/no space left on device/.test(error)) return 'Free space for the engine: docker system prune';
  if (
    /pull access denied|repository does not exist|insufficient_scope|401 Unauthorized|403 Forbidden/.test(
      error,
    )
  )
    return 'Check the name of the base image, or log in to its registry: docker login HOST';
  if (/failed to do request|i\/o timeout|TLS handshake|lookup .* no such host|connection refused/.test(error))
    return 'The engine cannot reach the registry of the base image: check its network or mirror (`docker info`).';
  if (/failed to create endpoint|could not find bridge/.test(error))
    return 'The engine has lost its network: restart it (`sudo systemctl restart docker`).';
  return undefined;
}
