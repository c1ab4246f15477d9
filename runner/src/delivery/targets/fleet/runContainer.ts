import { StackError } from '../../../base/errors.js';
import { looksLikeTemplate, Template } from '../../../base/template.js';
import type { FleetIdentity, WantedContainer } from './wanted.js';

/** A container of a release beside the one that serves. */
export interface RunContainer {
  readonly name: string;
  /** Options of docker run that come before the target's own, as `--detach`. */
  readonly flags: readonly string[];
  readonly command: readonly string[];
  /** Variables beside those of the release. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/**
 * The argv that runs a command in the image and environment of a release, with the options of its container; nothing is
 * published. The variables go by standard input: every user of the host can see argv.
 * @throws StackError CONFIG_INVALID where an option is known to Ansible alone
 */
export function runContainer(
  fleet: FleetIdentity,
  { image, variables }: WantedContainer,
  { name, flags, command, environment = {} }: RunContainer,
): { readonly argv: readonly string[]; readonly input: string } {
  const own = (variables['app_container_environment'] ?? {}) as Readonly<Record<string, unknown>>;
  const input = Object.entries({ ...own, ...environment })
    .map(([key, value]) => `${key}=${String(value)}\n`)
    .join('');
  const options = optionsOf(fleet, variables['app_container_options']);
  return {
    argv: [
      ...['docker', 'run', ...flags, '--init', '--name', name, '--env-file', '/dev/stdin'],
      ...options,
      image,
      ...command,
    ],
    input,
  };
}

function optionsOf({ name, environmentName }: FleetIdentity, written: unknown): readonly string[] {
  if (written === undefined) return [];
  const options = Array.isArray(written) ? written.map(textOf) : [undefined];
  if (options.every((one) => one !== undefined)) return options;
  throw new StackError('CONFIG_INVALID', 'app_container_options is a template of Ansible', {
    where: `environments.${environmentName}.targets.${name}.vars.app_container_options`,
    next: 'Write the options out, or with references such as ${output:NAME}: a container beside the one that serves is started without Ansible.',
  });
}

/** Text that means the same to Ansible and to us; undefined where nobody but Ansible can tell what becomes of it. */
function textOf(written: unknown): string | undefined {
  const text = written instanceof Template ? written.text : written;
  if (typeof text === 'number') return String(text);
  return typeof text === 'string' && !(written instanceof Template && looksLikeTemplate(text))
    ? text
    : undefined;
}
