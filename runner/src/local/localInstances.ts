import { LABEL } from './localNetwork.js';
import { systemdArguments } from './systemdArguments.js';
import { askCommand, type LocalContext } from './localContext.js';
import type { LocalSettings } from './settings.js';

/** Label of a container that is an EC2 instance; its value is the instance's id. */
const INSTANCE_LABEL = `${LABEL}.instance`;

/** An EC2 instance with a host behind it. */
export interface LocalInstance {
  readonly instanceId: string;
  readonly running: boolean;
}

/**
 * What the emulator's EC2 needs to make hosts of instances, as one variable (see resources/local/ec2_local/settings.py).
 * @param image the engine's image that every machine image stands for
 */
export function instanceVariables(settings: LocalSettings, image: string): Record<string, string> {
  const { name, gateway, metadataPort, instanceAddresses, emulatorPort } = settings;
  const [first, last] = instanceAddresses;
  const given = {
    ...{ name, image, arguments: systemdArguments(), gateway, first, last },
    metadata_port: metadataPort,
    endpoint: `http://${gateway}:${emulatorPort}`,
  };
  return { AUTOMATION_STACK_LOCAL_EC2: JSON.stringify(given) };
}

/** The instances that have a host; names and states are the AWS API's to say. */
export async function listInstances(local: LocalContext): Promise<LocalInstance[]> {
  const filters = [
    '--filter',
    `label=${LABEL}=${local.settings.name}`,
    '--filter',
    `label=${INSTANCE_LABEL}`,
  ];
  const format = `{{.Label "${INSTANCE_LABEL}"}} {{.State}}`;
  const lines = (
    (await askCommand(local, 'docker', ['ps', '--all', ...filters, '--format', format])) ?? ''
  ).split('\n');
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const [instanceId = '', state = ''] = line.split(' ');
      return { instanceId, running: state === 'running' };
    })
    .sort((a, b) => a.instanceId.localeCompare(b.instanceId));
}

/** Images that CreateImage made of instances; they carry the labels of their instance. */
export async function instanceImages(local: LocalContext): Promise<string[]> {
  const filters = ['--filter', `label=${INSTANCE_LABEL}`, '--filter', `reference=${local.settings.name}-ami`];
  const format = '{{.Repository}}:{{.Tag}}';
  const list = await askCommand(local, 'docker', ['images', ...filters, '--format', format]);
  return (list ?? '').split('\n').filter((line) => line !== '');
}
