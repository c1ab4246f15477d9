import type { SshHosts } from '../../adapters/ssh/hosts.js';
import { StackError } from '../../core/errors.js';
import type { Host } from '../../core/host.js';

/** What the role app_container wrote on a container. */
export interface Container {
  readonly image: string;
  /** `running`, `exited`, … */
  readonly state: string;
  /** Identifies image and settings together. */
  readonly definition: string;
  readonly digest: string;
  readonly version: string;
}

/**
 * The application's containers on one host. Their names tell how far they are: the proven one, the one on probation,
 * the one set aside (see the role app_container).
 */
export interface HostContainers {
  readonly proven?: Container;
  readonly next?: Container;
  readonly aside?: Container;
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
    ...pick('proven', found[name]),
    ...pick('next', found[`${name}-next`]),
    ...pick('aside', found[`${name}-previous`]),
  };
}

/**
 * What runs on a host now.
 * @throws StackError SSH_* where it cannot be reached; DEPLOY_FAILED where its Docker does not answer
 */
export async function lookAt(
  ssh: SshHosts,
  host: Host,
  name: string,
  signal?: AbortSignal,
): Promise<HostContainers> {
  const result = await ssh.execAsRoot(host, listContainers(name), signal === undefined ? {} : { signal });
  if (result.exitCode === 0) return parseContainers(name, result.stdout);
  const words = result.stderr.trim().split('\n').pop() ?? '';
  const missing = /command not found|not found/.test(words);
  throw new StackError('DEPLOY_FAILED', `${host.name} has no working Docker engine: ${words}`, {
    where: host.name,
    evidence: result.stderr.trim().split('\n').slice(-5),
    next: missing
      ? 'Install it: add docker-host.yml to the playbooks of `provision`, and run `node runner provision`.'
      : 'Look at the engine on the host: systemctl status docker; the user needs sudo without a password.',
  });
}
