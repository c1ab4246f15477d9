import type Docker from 'dockerode';
import { StackError } from '../../base/errors.js';
import type { Processes } from '../../base/ports.js';
import type { SecretRegistry } from '../../secrets/redact.js';
import { engineAddress } from './address.js';
import { type Builder, type BuildRequest, buildImage } from './imageBuild.js';
import type { BuildEvent } from './buildProgress.js';
import { storedCredentials } from './registryLogins.js';
import { engineFailure } from './dockerFailure.js';
import { type LayerProgress, type Pushed, type PushRequest, pushImage } from './imagePush.js';
import { pullImage, type PullRequest } from './imagePull.js';
import { type RunRequest, type RunResult, runContainer } from './runContainer.js';

export type { Builder, BuildRequest } from './imageBuild.js';
export type { BuildEvent } from './buildProgress.js';
export type { LayerProgress, Pushed, PushRequest } from './imagePush.js';
export type { RunRequest, RunResult } from './runContainer.js';

export interface EngineInfo {
  readonly version: string;
  readonly apiVersion: string;
  readonly os: string;
  readonly architecture: string;
  readonly storageDriver: string;
  readonly cgroupVersion: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly builder: Builder;
}

export interface LocalImage {
  /** `sha256:…` of its configuration: the engine's name for it, not the registry's. */
  readonly id: string;
  readonly tags: readonly string[];
  /** `REPOSITORY@sha256:…` for every registry it was pushed to or pulled from. */
  readonly repositoryDigests: readonly string[];
  readonly sizeBytes: number;
}

export interface Container {
  readonly id: string;
  readonly image: string;
  /** Folders of the host that it mounts. */
  readonly mounts: readonly string[];
}

/** The Docker engine. Every method throws StackError DOCKER_UNREACHABLE where none answers. */
export interface DockerEngine {
  /** Words for messages, e.g. `unix:///var/run/docker.sock`. */
  readonly address: string;
  /** Which builder a build would use, found out without building. */
  ping(): Promise<{ readonly apiVersion: string; readonly builder: Builder }>;
  info(): Promise<EngineInfo>;
  /** An image by name or id; undefined where the engine has none. */
  image(reference: string): Promise<LocalImage | undefined>;
  /** Names of a repository's images, newest image first. */
  names(repository: string): Promise<readonly string[]>;
  /** @returns the image's id; throws StackError BUILD_FAILED */
  build(request: BuildRequest, on: (event: BuildEvent) => void): Promise<string>;
  /** Gives an image one more name, `REPOSITORY:TAG`. */
  tag(image: string, reference: string): Promise<void>;
  /** Takes a name away; the image goes with its last one. Harmless where there is none. */
  untag(reference: string): Promise<void>;
  /** Pushes one tag; throws StackError REGISTRY_REFUSED or TAG_IMMUTABLE. */
  push(request: PushRequest, on: (progress: LayerProgress) => void): Promise<Pushed>;
  /** Pulls an image, by tag or digest; throws StackError REGISTRY_REFUSED. */
  pull(request: PullRequest): Promise<void>;
  /** Runs a container to its end and removes it. */
  run(request: RunRequest, onLine: (line: string, stream: 'stdout' | 'stderr') => void): Promise<RunResult>;
  /** All containers, also those that do not run. */
  containers(): Promise<readonly Container[]>;
  /** Kills and removes a container; harmless where there is none. */
  removeContainer(id: string): Promise<void>;
  /** Last lines of a container's output, both streams; empty where it is gone. */
  logs(container: string, lines: number): Promise<readonly string[]>;
}

export interface DockerEngineOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly processes: Processes;
  readonly secrets: SecretRegistry;
}

/** An engine over dockerode, which is loaded when something is first asked of it. */
export function createDockerEngine(options: DockerEngineOptions): DockerEngine {
  const { words, options: reach } = engineAddress(options.env);
  let client: Promise<Docker> | undefined;
  const docker = () => (client ??= import('dockerode').then(({ default: Client }) => new Client(reach)));
  /** Runs work on the client and turns a missing engine into words. */
  const on = async <T>(work: (docker: Docker) => Promise<T>, signal?: AbortSignal): Promise<T> => {
    try {
      return await work(await docker());
    } catch (error) {
      throw engineFailure(error, words, signal);
    }
  };
  let pinged: ReturnType<DockerEngine['ping']> | undefined;
  const ping = () => (pinged ??= on(async (client) => readVersion(await client.version(), options.env)));
  return {
    address: words,
    ping,
    info: async () => {
      const { builder } = await ping();
      return on(async (client) => ({
        ...readInfo((await client.info()) as EngineAnswer),
        ...(await ping()),
        builder,
      }));
    },
    image: (reference) =>
      on(async (client) => {
        try {
          const found = await client.getImage(reference).inspect();
          const { Id: id, RepoTags, RepoDigests, Size: sizeBytes } = found;
          return { id, tags: RepoTags ?? [], repositoryDigests: RepoDigests ?? [], sizeBytes };
        } catch (error) {
          if (isMissing(error)) return undefined;
          throw error;
        }
      }),
    names: (repository) =>
      on(async (client) => {
        const found = await client.listImages({ filters: { reference: [repository] } });
        return found.sort((a, b) => b.Created - a.Created).flatMap(({ RepoTags }) => RepoTags ?? []);
      }),
    build: async (request, tell) => {
      const { builder } = await ping();
      const credentials = (host: string) => storedCredentials(options, host);
      return on(
        (client) => buildImage({ docker: client, builder, credentials }, request, tell),
        request.signal,
      );
    },
    tag: (image, reference) =>
      on(async (client) => {
        const colon = reference.lastIndexOf(':');
        await client
          .getImage(image)
          .tag({ repo: reference.slice(0, colon), tag: reference.slice(colon + 1) });
      }),
    untag: (reference) =>
      on(async (client) => {
        await client
          .getImage(reference)
          .remove({ noprune: true })
          .catch((error: unknown) => {
            if (!isMissing(error)) throw error;
          });
      }),
    push: (request, tell) => on((client) => pushImage(client, request, tell), request.signal),
    pull: (request) => on((client) => pullImage(client, request), request.signal),
    run: (request, onLine) =>
      on(async (client) => {
        try {
          return await runContainer(client, request, onLine);
        } catch (error) {
          throw cannotStart(error, request);
        }
      }, request.signal),
    containers: () =>
      on(async (client) =>
        (await client.listContainers({ all: true })).map(({ Id: id, Image: image, Mounts }) => ({
          ...{ id, image },
          mounts: Mounts.flatMap(({ Source }) => (Source === undefined ? [] : [Source])),
        })),
      ),
    removeContainer: (id) =>
      on(async (client) => {
        await client
          .getContainer(id)
          .remove({ force: true, v: true })
          .catch((error: unknown) => {
            // 409: somebody else removes it at this moment.
            if (!isMissing(error) && (error as { statusCode?: number }).statusCode !== 409) throw error;
          });
      }),
    logs: (container, lines) =>
      on(async (client) => {
        try {
          const raw = await client.getContainer(container).logs({ stdout: true, stderr: true, tail: lines });
          return logLines(raw);
        } catch (error) {
          if (isMissing(error)) return [];
          throw error;
        }
      }),
  };
}

const isMissing = (error: unknown) => (error as { statusCode?: number }).statusCode === 404;

/** A command that is not in the image is the user's mistake, not a bug. */
function cannotStart(error: unknown, request: RunRequest): unknown {
  const message = error instanceof Error ? error.message : '';
  if (!/executable file not found|no such file or directory|permission denied|OCI runtime/.test(message))
    return error;
  return new StackError(
    'TEST_FAILED',
    `\`${request.command.join(' ')}\` cannot be started in ${request.image}`,
    {
      where: request.image,
      evidence: [message.trim()],
      next: 'Check the command, or name the Dockerfile stage that has it with `target:`.',
      cause: error,
    },
  );
}

/** BuildKit is in every Linux engine since 18.09 (API 1.39); Podman speaks the API without it. */
function readVersion(
  version: Docker.DockerVersion,
  env: DockerEngineOptions['env'],
): { apiVersion: string; builder: Builder } {
  const [major = 0, minor = 0] = version.ApiVersion.split('.').map(Number);
  const components = (version as { Components?: { Name?: string }[] }).Components ?? [];
  const podman = components.some(({ Name }) => Name?.includes('Podman') === true);
  const able = version.Os === 'linux' && !podman && (major > 1 || minor >= 39);
  return {
    apiVersion: version.ApiVersion,
    builder: able && env['DOCKER_BUILDKIT'] !== '0' ? 'buildkit' : 'classic',
  };
}

/** The part of the engine's own words that is shown; dockerode types it as anything. */
type EngineAnswer = Readonly<Record<string, string | number | undefined>>;

function readInfo(info: EngineAnswer): Omit<EngineInfo, 'apiVersion' | 'builder'> {
  const words = (name: string) => String(info[name] ?? '');
  return {
    version: words('ServerVersion'),
    os: words('OperatingSystem'),
    architecture: words('Architecture'),
    storageDriver: words('Driver'),
    cgroupVersion: words('CgroupVersion'),
    cpus: Number(info['NCPU'] ?? 0),
    memoryBytes: Number(info['MemTotal'] ?? 0),
  };
}

/** Log frames: a stream number, 3 bytes nothing, 4 bytes length, content. A TTY's output has no frames. */
function logLines(raw: Buffer): string[] {
  const parts: Buffer[] = [];
  let at = 0;
  while (at + 8 <= raw.length && raw.readUInt8(at) <= 2 && raw.readUInt8(at + 1) === 0) {
    const length = raw.readUInt32BE(at + 4);
    parts.push(raw.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  const text = (parts.length > 0 ? Buffer.concat(parts) : raw).toString('utf8');
  return text.split(/\r?\n/).filter((line) => line !== '');
}
