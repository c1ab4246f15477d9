import { PassThrough } from 'node:stream';
import { createInterface } from 'node:readline';
import type Docker from 'dockerode';

export interface RunRequest {
  readonly image: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Default of the image where left out. */
  readonly workingDirectory?: string;
  /** For people who look at `docker ps` meanwhile. */
  readonly name?: string;
  /** `host`: it reaches what this machine reaches, loopback included; a network of its own where left out. */
  readonly network?: 'host';
  readonly signal: AbortSignal;
}

export interface RunResult {
  readonly exitCode: number;
  /** True where the kernel killed it for memory. */
  readonly outOfMemory: boolean;
  /** The last lines of both streams, in order. */
  readonly tail: readonly string[];
}

const TAIL_LINES = 40;
/** How long a container may take to obey SIGTERM after an interrupt, in seconds. */
const STOP_SECONDS = 5;

/**
 * Runs a container to its end, streaming its lines, and removes it, also when interrupted.
 * `init` reaps zombies and passes signals on; without it a shell as process 1 would ignore SIGTERM.
 */
export async function runContainer(
  docker: Docker,
  request: RunRequest,
  onLine: (line: string, stream: 'stdout' | 'stderr') => void,
): Promise<RunResult> {
  request.signal.throwIfAborted();
  const container = await docker.createContainer({
    Image: request.image,
    Cmd: [...request.command],
    Env: Object.entries(request.env ?? {}).map(([name, value]) => `${name}=${value}`),
    ...(request.workingDirectory === undefined ? {} : { WorkingDir: request.workingDirectory }),
    ...(request.name === undefined ? {} : { name: request.name }),
    Labels: { 'automation-stack': 'run' },
    HostConfig: {
      Init: true,
      ...(request.network === undefined ? {} : { NetworkMode: request.network }),
    },
  });
  const stop = () => void container.stop({ t: STOP_SECONDS }).catch(() => undefined);
  try {
    const attached = await container.attach({ stream: true, stdout: true, stderr: true });
    const tail: string[] = [];
    const follow = (stream: 'stdout' | 'stderr') => {
      const through = new PassThrough();
      const done = eachLine(through, (line) => {
        tail.push(line);
        if (tail.length > TAIL_LINES) tail.shift();
        onLine(line, stream);
      });
      return { through, done };
    };
    const stdout = follow('stdout');
    const stderr = follow('stderr');
    docker.modem.demuxStream(attached, stdout.through, stderr.through);
    const ended = new Promise<void>((resolve) => attached.once('end', resolve).once('close', resolve));
    const exit = container.wait({ condition: 'next-exit' }) as Promise<{ StatusCode: number }>;
    exit.catch(() => undefined);
    await container.start();
    request.signal.addEventListener('abort', stop, { once: true });
    // It may have been interrupted while it started.
    if (request.signal.aborted) stop();
    const { StatusCode } = await exit;
    await ended;
    stdout.through.end();
    stderr.through.end();
    await Promise.all([stdout.done, stderr.done]);
    request.signal.throwIfAborted();
    const state = (await container.inspect()).State;
    return { exitCode: StatusCode, outOfMemory: state.OOMKilled, tail };
  } finally {
    request.signal.removeEventListener('abort', stop);
    await container.remove({ force: true, v: true }).catch(() => undefined);
  }
}

async function eachLine(stream: NodeJS.ReadableStream, onLine: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) onLine(line);
}
