import type { Readable } from 'node:stream';
import { createHash } from 'node:crypto';
import type Docker from 'dockerode';
import { StackError } from '../../base/errors.js';
import type { BuildContext } from './context.js';
import { type BuildEvent, buildFailed, followBuildkit, followClassic } from './buildProgress.js';
import { engineWords } from './dockerFailure.js';
import { readRecords } from './progress.js';
import { openSession, type RegistryCredentials } from './buildkitSession.js';
import type { SshOffer } from './sshForward.js';

export type Builder = 'buildkit' | 'classic';

export interface BuildRequest {
  readonly context: BuildContext;
  /** Name the image gets in the engine, e.g. `shop/web:3f2a…`. */
  readonly tag: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Labels that the image gets beside those of its Dockerfile. */
  readonly labels?: Readonly<Record<string, string>>;
  /** BuildKit secrets by id. */
  readonly secrets: Readonly<Record<string, string>>;
  /** SSH mounts, and the agent behind them. */
  readonly ssh?: SshOffer;
  readonly target?: string | undefined;
  readonly platform?: string | undefined;
  /** Steps that other images hold. */
  readonly cache?: BuildCache | undefined;
  /** Runs every step again. */
  readonly noCache?: boolean;
  readonly signal: AbortSignal;
}

export interface BuildCache {
  /** References of images; one that is not there is no failure. */
  readonly from: readonly string[];
  /** Puts into the image what a later build needs to take steps from it. */
  readonly inline: boolean;
  /** Tag of a registry where steps are kept; only builders of buildx write there. */
  readonly to?: string;
  /** Logins by registry host, before what `docker login` left. */
  readonly logins: Readonly<Record<string, RegistryCredentials>>;
}

/** What a build needs besides its request. */
export interface BuildDependencies {
  readonly docker: Docker;
  readonly builder: Builder;
  credentials(host: string): Promise<RegistryCredentials | undefined>;
}

/**
 * Builds an image and resolves to its id.
 * @throws StackError BUILD_FAILED with the failing step and its last lines; CONTENT_CHANGED where a file is not what
 * was hashed
 */
export async function buildImage(
  means: BuildDependencies,
  request: BuildRequest,
  on: (event: BuildEvent) => void,
): Promise<string> {
  const id =
    means.builder === 'buildkit' ? await withBuildkit(means, request, on) : await classic(means, request, on);
  if (id === undefined) throw buildFailed(undefined, 'the engine ended the build without an image', []);
  return id;
}

/** BuildKit asks for files, secrets and credentials over a session: only changed files travel. */
async function withBuildkit(
  means: BuildDependencies,
  request: BuildRequest,
  on: (event: BuildEvent) => void,
): Promise<string | undefined> {
  const { context, secrets, signal } = request;
  let unsent: unknown;
  const session = await openSession(means.docker, {
    directories: { context: context.entries, dockerfile: [context.dockerfile] },
    secrets,
    ssh: request.ssh ?? NO_AGENT,
    credentials: async (host) => request.cache?.logins[host] ?? means.credentials(host),
    sharedKey: createHash('sha256').update(context.directory).digest('hex'),
    onFailure: (error) => (unsent = error),
  });
  try {
    const query = {
      ...parameters(request),
      version: '2',
      remote: 'client-session',
      session: session.id,
      dockerfile: 'Dockerfile',
    };
    const stream = await dial(means.docker, query, signal);
    const follower = followBuildkit(on);
    for await (const record of readRecords(stream, signal)) follower.take(record);
    return follower.imageId();
  } catch (error) {
    throw unsent ?? error;
  } finally {
    session.close();
  }
}

/** How Docker's clients ask for it: https://docs.docker.com/build/cache/backends/inline/ */
const INLINE_CACHE = { BUILDKIT_INLINE_CACHE: '1' };
const NO_AGENT: SshOffer = { ids: [], socket: undefined };

/** dockerode's own `buildImage` opens a session of its own, so this build is asked for by its modem. */
function dial(docker: Docker, query: object, signal: AbortSignal): Promise<Readable> {
  const request = {
    method: 'POST',
    path: '/build?',
    options: { _query: query, _body: {} },
    abortSignal: signal,
    isStream: true,
    statusCodes: { 200: true, 400: 'bad request', 500: 'server error' },
  };
  return new Promise((resolve, reject) => {
    docker.modem.dial(request, (error: Error | null, stream: unknown) =>
      error ? reject(refused(error, signal)) : resolve(stream as Readable),
    );
  });
}

/** The engine did not even begin: a Dockerfile that does not parse, or an engine that is gone. */
function refused(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if ((error as NodeJS.ErrnoException).code !== undefined) return error;
  return buildFailed(undefined, engineWords(error), []);
}

/** The builder of engines without BuildKit: the whole context as a tar stream, no secrets. */
async function classic(
  means: BuildDependencies,
  request: BuildRequest,
  on: (event: BuildEvent) => void,
): Promise<string | undefined> {
  const needs =
    Object.keys(request.secrets).length > 0
      ? 'build secrets need'
      : (request.ssh?.ids.length ?? 0) > 0
        ? 'SSH mounts need'
        : undefined;
  if (needs !== undefined) {
    throw new StackError('BUILD_FAILED', `this engine has no BuildKit, which ${needs}`, {
      next: 'Unset DOCKER_BUILDKIT=0, or use an engine with BuildKit (Docker >= 18.09 on Linux).',
    });
  }
  const { packContext } = await import('./tarball.js');
  const { stream: tar, dockerfile, failure } = packContext(request.context);
  // A request whose body has broken off would wait for ever.
  const broken = new AbortController();
  const signal = AbortSignal.any([request.signal, broken.signal]);
  void failure.then((error) => broken.abort(error));
  const options: Docker.ImageBuildOptions = {
    ...parameters(request),
    version: '1',
    dockerfile,
    rm: true,
    forcerm: true,
    abortSignal: signal,
  };
  const records = (await means.docker.buildImage(tar, options).catch((error: unknown) => {
    throw refused(error, signal);
  })) as Readable;
  const follower = followClassic(on);
  for await (const record of readRecords(records, signal)) follower.take(record);
  return follower.imageId();
}

function parameters(request: BuildRequest): Docker.ImageBuildOptions {
  const { tag: t, target, platform, buildArgs, labels, cache, noCache: nocache = false } = request;
  const buildargs = { ...buildArgs, ...(cache?.inline === true ? INLINE_CACHE : {}) };
  const cachefrom = cache === undefined ? {} : { cachefrom: JSON.stringify(cache.from) };
  return { t, target, platform, nocache, buildargs, labels: { ...labels }, ...cachefrom };
}
