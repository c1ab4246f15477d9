import { delimiter, join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { exportLine } from '../base/shell.js';
import { imageNames, type ImageNames } from './localImages.js';
import { emulatorUrl, loadBalancerUrl, runnerDirectory, slackUrl, type LocalSettings } from './settings.js';
import type { LocalContext } from './localContext.js';

/** Facts of the local environment that are known only when it is up. */
export interface LocalFacts {
  readonly images?: ImageNames | undefined;
  /** Changes whenever the emulator starts empty: Terraform then creates everything again. */
  readonly id?: string | undefined;
}

/**
 * The environment variables with which every tool uses the local environment. `local env` prints them for eval, and
 * tests give them to child processes. None is a real secret: the credentials are for the emulator only.
 * @param facts left out before the first `local up`
 * @param path PATH to put the tools in front of
 */
export function localEnvironment(
  settings: LocalSettings,
  facts: LocalFacts,
  path: string | undefined,
): Record<string, string> {
  const { images } = facts;
  return {
    AWS_ENDPOINT_URL: emulatorUrl(settings),
    AWS_ACCESS_KEY_ID: 'local-access-key',
    AWS_SECRET_ACCESS_KEY: 'local-secret-key',
    AWS_REGION: settings.region,
    AWS_DEFAULT_REGION: settings.region,
    AWS_EC2_METADATA_DISABLED: 'true',
    AUTOMATION_STACK_REGISTRY: `127.0.0.1:${settings.emulatorPort}`,
    AUTOMATION_STACK_HOST_REGISTRY: `${settings.gateway}:${settings.emulatorPort}`,
    // Their own names cannot be resolved: the emulator serves each under its own address.
    AUTOMATION_STACK_LOAD_BALANCERS: loadBalancerUrl(settings, '{name}'),
    AUTOMATION_STACK_PRIVATE_KEY: settings.privateKey,
    SLACK_API_URL: `${slackUrl(settings)}api/`,
    SLACK_BOT_TOKEN: 'xoxb-local-token',
    ...(images === undefined
      ? {}
      : { AUTOMATION_STACK_BASE_PYTHON: images.python, AUTOMATION_STACK_BASE_BUSYBOX: images.busybox }),
    ...(images?.php === undefined ? {} : { AUTOMATION_STACK_BASE_PHP: images.php }),
    ANSIBLE_COLLECTIONS_PATH: settings.collections,
    // Each AWS root of the examples has a counterpart with local hosts.
    AUTOMATION_STACK_TERRAFORM_ROOT: 'terraform/local',
    TF_VAR_runner: runnerDirectory(),
    TF_VAR_local_environment: JSON.stringify(terraformView(settings, facts)),
    PATH: [join(settings.venv, 'bin'), ...withoutFolder(path ?? '', join(settings.venv, 'bin'))].join(
      delimiter,
    ),
  };
}

/** What the Terraform roots of the examples need: the addresses of slots, and the files of the keys. */
function terraformView(settings: LocalSettings, facts: LocalFacts): Record<string, string | number> {
  return {
    id: facts.id ?? '',
    network_prefix: settings.gateway.replace(/\.1$/, ''),
    host_ports: settings.hostPorts,
    emulator: emulatorUrl(settings),
    registry: `${settings.gateway}:${settings.emulatorPort}`,
    private_key: settings.privateKey,
    known_hosts: settings.knownHosts,
  };
}

/** `export NAME='value'` lines for a POSIX shell's eval. */
export function exportLines(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => exportLine(name, value))
    .join('\n');
}

/** The variables of this machine's local environment. */
export async function currentEnvironment(local: LocalContext): Promise<Record<string, string>> {
  const id = await readFile(local.settings.idFile, 'utf8').catch(() => undefined);
  return localEnvironment(local.settings, { images: await imageNames(local), id }, local.env['PATH']);
}

const withoutFolder = (path: string, folder: string): string[] =>
  path.split(delimiter).filter((entry) => entry !== folder && entry !== '');
