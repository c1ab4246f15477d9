import type { SshHosts } from '../../../adapters/ssh/sshHosts.js';
import { StackError } from '../../../base/errors.js';
import type { Host } from '../../../domain/host.js';

/** What the role app_container wrote on a container. */
export interface Container {
  readonly image: string;
  /** `running`, `exited`, … */
  readonly state: string;
  /** Identifies image and settings together. */
  readonly definition: string;
  readonly digest: string;
  readonly version: string;
  /** Digests by which the engine knows the image that runs; a label says only what somebody wrote. */
  readonly content?: readonly string[];
}

/**
 * The application's containers on one host. Their names tell how far they are: the current one, the
 * candidate, the previous one (see the role app_container).
 */
export interface HostContainers {
  readonly current?: Container;
  readonly candidate?: Container;
  readonly previous?: Container;
}

/** Labels that say what a container is. */
export const LABELS = {
  definition: 'automation-stack.definition',
  digest: 'automation-stack.digest',
  version: 'automation-stack.version',
  application: 'automation-stack.application',
  environment: 'automation-stack.environment',
  target: 'automation-stack.target',
  commit: 'automation-stack.commit',
} as const;

const FIELDS = [
  '.Names',
  '.State',
  '.Image',
  ...[LABELS.definition, LABELS.digest, LABELS.version].map((name) => `.Label "${name}"`),
];

/** The argv that lists them; as root. */
export function listContainers(name: string): string[] {
  const format = FIELDS.map((field) => `{{${field}}}`).join('|');
  const filter = `name=^/${name}(-next|-previous)?$`;
  return ['docker', 'container', 'ls', '--all', '--no-trunc', '--filter', filter, '--format', format];
}

/** Reads what `listContainers` printed. */
export function parseContainers(name: string, stdout: string): HostContainers {
  const found: Record<string, Container> = {};
  for (const line of stdout.split('\n')) {
    const [container, state, image, definition, digest, version] = line.trim().split('|');
    if (container === undefined || version === undefined) continue;
    found[container] = {
      image: image ?? '',
      state: state ?? '',
      definition: definition ?? '',
      digest: digest ?? '',
      version,
    };
  }
  const pick = (key: keyof HostContainers, container: Container | undefined) =>
    container === undefined ? {} : { [key]: container };
  return {
    ...pick('current', found[name]),
    ...pick('candidate', found[`${name}-next`]),
    ...pick('previous', found[`${name}-previous`]),
  };
}

/** The argv that asks for the ids of the containers' images. */
export const imagesOfContainers = (names: readonly string[]): string[] => [
  'docker',
  'container',
  'inspect',
  '--format',
  '{{.Name}}|{{.Image}}',
  ...names,
];

/** The argv that asks by which digests the engine knows images. */
export const digestsOfImages = (ids: readonly string[]): string[] => [
  'docker',
  'image',
  'inspect',
  '--format',
  '{{.Id}}|{{range .RepoDigests}}{{.}} {{end}}',
  ...ids,
];

/**
 * Joins what both printed.
 * @returns the digests of each container's image, by the container's name
 */
export function parseContent(containers: string, images: string): ReadonlyMap<string, readonly string[]> {
  const rows = (stdout: string) => stdout.split('\n').map((line) => line.trim().split('|'));
  const digests = new Map<string, readonly string[]>();
  for (const [id, references] of rows(images)) {
    if (id === undefined || references === undefined) continue;
    const found = references.split(' ').flatMap((reference) => reference.split('@')[1] ?? []);
    digests.set(id, [...new Set(found)]);
  }
  const content = new Map<string, readonly string[]>();
  for (const [name, id] of rows(containers)) {
    if (name !== undefined && id !== undefined) content.set(name.replace(/^\//, ''), digests.get(id) ?? []);
  }
  return content;
}

/**
 * What runs on a host now.
 * @throws StackError SSH_* where it cannot be reached; DEPLOY_FAILED where its Docker does not answer
 */
export async function readContainers(
  ssh: SshHosts,
  host: Host,
  name: string,
  signal?: AbortSignal,
): Promise<HostContainers> {
  const options = signal === undefined ? {} : { signal };
  const result = await ssh.execAsRoot(host, listContainers(name), options);
  if (result.exitCode !== 0) throw noEngine(host, result.stderr);
  const found = parseContainers(name, result.stdout);
  const names = { current: name, candidate: `${name}-next`, previous: `${name}-previous` } as const;
  const there = (Object.keys(names) as (keyof HostContainers)[]).filter((key) => found[key] !== undefined);
  if (there.length === 0) return found;
  // Where a container or an image goes away between two questions, no digest is known, and none is believed.
  const containers = await ssh.execAsRoot(host, imagesOfContainers(there.map((key) => names[key])), options);
  const ids = imageIds(containers.stdout);
  const images =
    ids.length === 0 ? { stdout: '' } : await ssh.execAsRoot(host, digestsOfImages(ids), options);
  const content = parseContent(containers.stdout, images.stdout);
  return Object.fromEntries(
    there.map((key) => [key, { ...(found[key] as Container), content: content.get(names[key]) ?? [] }]),
  );
}

function imageIds(stdout: string): string[] {
  const ids = stdout.split('\n').flatMap((line) => line.trim().split('|')[1] ?? []);
  return [...new Set(ids)];
}

function noEngine(host: Host, stderr: string): StackError {
  const words = stderr.trim().split('\n').pop() ?? '';
  const missing = /command not found|not found/.test(words);
  return new StackError('DEPLOY_FAILED', `${host.name} has no working Docker engine: ${words}`, {
    where: host.name,
    evidence: stderr.trim().split('\n').slice(-5),
    next: missing
      ? 'Install it: add docker-host.yml to the playbooks of `provision`, and run `node runner provision`.'
      : 'Look at the engine on the host: systemctl status docker; the user needs sudo without a password.',
  });
}
