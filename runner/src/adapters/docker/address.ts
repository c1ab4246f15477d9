import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DockerOptions } from 'dockerode';
import { StackError } from '../../base/errors.js';
import { homeDirectory } from '../process/user.js';

type Env = Readonly<Record<string, string | undefined>>;

/** How to reach the engine, and what to call it in messages. */
export interface EngineAddress {
  readonly words: string;
  readonly options: DockerOptions;
}

const DEFAULT_SOCKET = '/var/run/docker.sock';

/**
 * Finds the engine as the docker client does: DOCKER_HOST, else the context that DOCKER_CONTEXT or
 * `docker context use` names (Docker Desktop, colima and rootless engines live there), else the default socket.
 */
export function engineAddress(env: Env): EngineAddress {
  const host = env['DOCKER_HOST'] || contextHost(env) || `unix://${DEFAULT_SOCKET}`;
  if (host.startsWith('unix://')) {
    const socketPath = host.slice('unix://'.length) || DEFAULT_SOCKET;
    return { words: `unix://${socketPath}`, options: { socketPath } };
  }
  if (host.startsWith('npipe://'))
    return { words: host, options: { socketPath: host.slice('npipe://'.length) } };
  const url = parse(host);
  const port = url.port === '' ? undefined : Number(url.port);
  if (url.protocol === 'ssh:') {
    const username = url.username === '' ? {} : { username: url.username };
    const agent = env['SSH_AUTH_SOCK'];
    const sshOptions = agent === undefined ? {} : { agent };
    return {
      words: host,
      options: { protocol: 'ssh', host: url.hostname, port: port ?? 22, ...username, sshOptions },
    };
  }
  const secure = env['DOCKER_TLS_VERIFY'] === '1' || port === 2376;
  const protocol = secure ? 'https' : 'http';
  const base: DockerOptions = { protocol, host: url.hostname, port: port ?? (secure ? 2376 : 2375) };
  return { words: host, options: secure ? { ...base, ...certificates(env) } : base };
}

function parse(host: string): URL {
  try {
    const url = new URL(host.includes('://') ? host : `tcp://${host}`);
    if (url.hostname !== '') return url;
  } catch {
    // Told below, with those that parse but name no host.
  }
  throw new StackError('DOCKER_UNREACHABLE', `DOCKER_HOST=${host} is not an address`, {
    next: `Set it to something like unix://${DEFAULT_SOCKET} or tcp://host:2376, or unset it.`,
  });
}

function certificates(env: Env): DockerOptions {
  const directory = env['DOCKER_CERT_PATH'] ?? dockerConfigDirectory(env);
  try {
    const [ca, cert, key] = ['ca.pem', 'cert.pem', 'key.pem'].map((name) =>
      readFileSync(join(directory, name)),
    );
    return { ca, cert, key };
  } catch (cause) {
    throw new StackError('DOCKER_UNREACHABLE', `no client certificates in ${directory}`, {
      where: env['DOCKER_HOST'],
      next: 'Set DOCKER_CERT_PATH to the directory that holds ca.pem, cert.pem and key.pem.',
      cause,
    });
  }
}

/** Where docker keeps its configuration. */
export function dockerConfigDirectory(env: Env): string {
  return env['DOCKER_CONFIG'] || join(homeDirectory(env), '.docker');
}

/** Docker names a context's directory by the hash of its name. */
function contextHost(env: Env): string | undefined {
  const directory = dockerConfigDirectory(env);
  const name =
    env['DOCKER_CONTEXT'] ??
    readJson<{ currentContext?: string }>(join(directory, 'config.json'))?.currentContext;
  if (name === undefined || name === '' || name === 'default') return undefined;
  const hash = createHash('sha256').update(name).digest('hex');
  const file = join(directory, 'contexts', 'meta', hash, 'meta.json');
  const meta = readJson<{ Endpoints?: { docker?: { Host?: string } } }>(file);
  const host = meta?.Endpoints?.docker?.Host;
  if (host === undefined) {
    throw new StackError('DOCKER_UNREACHABLE', `there is no Docker context called ${name}`, {
      where: file,
      next: 'List them with `docker context ls`, or unset DOCKER_CONTEXT.',
    });
  }
  return host;
}

/** A JSON file, or undefined where there is none (or none that reads). */
export function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch {
    return undefined;
  }
}
