import { StackError } from '../base/errors.js';
import { imageNames } from './localImages.js';
import { LABEL } from './localNetwork.js';
import { systemdArguments } from './systemdArguments.js';
import { hostAddress, HOST_SLOTS, type HostAddress } from './settings.js';
import { forgetHostKey, giveKey, sshAnswers, trustHostKey } from './sshTrust.js';
import { withStateLock } from './localLock.js';
import { askCommand, waitUntil, runCommand, notRunningError, type LocalContext } from './localContext.js';

export interface Host extends HostAddress {
  readonly name: string;
  readonly running: boolean;
}

const SLOT_LABEL = `${LABEL}.slot`;

/** Container (and volume prefix) of a host. */
const containerName = (local: LocalContext, name: string): string => `${local.settings.name}-host-${name}`;

/** All hosts of this environment. */
export async function listHosts(local: LocalContext): Promise<Host[]> {
  const args = [
    'ps',
    '--all',
    '--filter',
    `label=${LABEL}=${local.settings.name}`,
    '--filter',
    `label=${SLOT_LABEL}`,
  ];
  const format = `{{.Names}} {{.Label "${SLOT_LABEL}"}} {{.State}}`;
  const lines = ((await askCommand(local, 'docker', [...args, '--format', format])) ?? '').split('\n');
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const [container = '', slot = '0', state = ''] = line.split(' ');
      const name = container.slice(containerName(local, '').length);
      return { name, running: state === 'running', ...hostAddress(local.settings, Number(slot)) };
    })
    .sort((a, b) => a.slot - b.slot);
}

/**
 * Creates a host with SSH access as `deploy`; an existing one is only started.
 * @param slot determines its address and ports; by default the first free one
 */
export async function createHost(local: LocalContext, name: string, slot: number | undefined): Promise<Host> {
  const images = await imageNames(local);
  if (images === undefined) throw notRunningError();
  const container = containerName(local, name);
  const address = await withStateLock(local, 'hosts', async () => {
    const hosts = await listHosts(local);
    const existing = hosts.find((host) => host.name === name);
    if (existing !== undefined) {
      if (slot !== undefined && slot !== existing.slot) throw otherSlot(name, existing.slot, slot);
      if (!existing.running)
        await runCommand(local, docker(['start', container]), { purpose: `start the host ${name}` });
      return existing;
    }
    const chosen = hostAddress(local.settings, chooseSlot(hosts, name, slot));
    await runCommand(local, docker(createArguments(local, container, name, chosen, images.host)), {
      purpose: `make the host ${name}`,
      next: 'Check that the local environment is up: node runner local status',
    });
    return chosen;
  });
  await runCommand(local, docker(['start', container]), {
    purpose: `start the host ${name}`,
    next: `If a port is taken, find the program: ss -ltnp 'sport = :${address.sshPort}'`,
  });
  await giveKey(local, container);
  await trustHostKey(local, container, address.sshPort);
  const open = await waitUntil(local, () => sshAnswers(address.sshPort), 20_000);
  if (!open) {
    const log = await askCommand(local, 'docker', ['logs', '--tail', '20', container]);
    throw new StackError('SSH_UNREACHABLE', `The host ${name} started, but its SSH does not answer`, {
      where: `127.0.0.1:${address.sshPort}`,
      evidence: (log ?? '').split('\n').filter((line) => line !== ''),
      next: `Look into the host: docker exec ${container} systemctl status ssh`,
    });
  }
  return { ...address, name, running: true };
}

/** Removes a host with its disks and its known key; a missing host is no error. */
export async function deleteHost(local: LocalContext, name: string): Promise<boolean> {
  const container = containerName(local, name);
  const host = (await listHosts(local)).find((candidate) => candidate.name === name);
  if (host !== undefined) {
    await runCommand(local, docker(['rm', '--force', '--volumes', container]), {
      purpose: `remove the host ${name}`,
    });
    await forgetHostKey(local, host.sshPort);
  }
  await askCommand(local, 'docker', ['volume', 'rm', '--force', `${container}-docker`]);
  return host !== undefined;
}

/** If Terraform names no slot, the lowest free one is used. */
function chooseSlot(hosts: readonly Host[], name: string, wanted: number | undefined): number {
  const taken = new Map(hosts.map((host) => [host.slot, host.name]));
  if (wanted !== undefined) {
    const owner = taken.get(wanted);
    if (owner === undefined && wanted >= 0 && wanted < HOST_SLOTS) return wanted;
    const problem =
      owner === undefined ? `is not between 0 and ${HOST_SLOTS - 1}` : `belongs to the host ${owner}`;
    throw new StackError('USAGE', `The host ${name} cannot have slot ${wanted}: it ${problem}`, {
      where: `slot=${wanted}`,
      next: 'Choose another slot, or omit it.',
    });
  }
  for (let slot = 0; slot < HOST_SLOTS; slot += 1) if (!taken.has(slot)) return slot;
  throw new StackError('USAGE', `All ${HOST_SLOTS} slots for hosts are taken`, {
    next: 'Delete a host first.',
  });
}

/** Arguments of `docker create` for a host. */
function createArguments(
  local: LocalContext,
  container: string,
  name: string,
  address: HostAddress,
  image: string,
): string[] {
  const { settings } = local;
  return [
    ...['create', '--name', container, '--hostname', name],
    ...['--label', `${LABEL}=${settings.name}`, '--label', `${SLOT_LABEL}=${address.slot}`],
    ...['--network', settings.name, '--ip', address.privateAddress],
    ...['--publish', `127.0.0.1:${address.sshPort}:22`, '--publish', `127.0.0.1:${address.httpPort}:80`],
    ...systemdArguments(),
    ...['--mount', volumeMount(settings.name, `${container}-docker`)],
    image,
  ];
}

/** Without a volume the engine inside uses vfs, which copies every layer. */
const volumeMount = (environment: string, volume: string): string =>
  `type=volume,source=${volume},target=/var/lib/docker,volume-label=${LABEL}=${environment}`;

const docker = (args: readonly string[]) => ({ file: 'docker', args });

const otherSlot = (name: string, has: number, wanted: number): StackError =>
  new StackError('USAGE', `The host ${name} exists with slot ${has}: it cannot move to slot ${wanted}`, {
    where: `slot=${wanted}`,
    next: `Delete it first: node runner local delete host ${name}`,
  });
