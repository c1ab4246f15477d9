import { runCommand, askCommand, type LocalContext } from './localContext.js';
import { uplinkMtu } from './machine.js';
import type { ImageNames } from './localImages.js';

/** Label of everything made in the engine: its value is the environment's name. */
export const LABEL = 'automation-stack.local';

/** Label of a database; its value is the name that it was created with. */
export const DATABASE_LABEL = `${LABEL}.database`;

/** Label of a database; its value is which server it is. */
export const ENGINE_LABEL = `${LABEL}.engine`;

export interface LocalDatabase {
  /** Which server it is, such as postgres. */
  readonly kind: string;
  readonly name: string;
  readonly running: boolean;
  /** `127.0.0.1:PORT`; empty where it does not run. */
  readonly loopback: string;
}

/** The small container through which ECS tasks reach the AWS API. The emulator starts tasks in its network. */
export const relayName = (local: LocalContext): string => `${local.settings.name}-relay`;

/** A bridge network of the environment's own, with fixed addresses. */
export async function networkUp(local: LocalContext): Promise<void> {
  const { name, subnet, gateway, dynamicRange, bridge } = local.settings;
  if (
    (await askCommand(local, 'docker', ['network', 'inspect', '--format', '{{.Id}}', name])) !== undefined
  ) {
    local.report({ piece: 'network', status: 'skipped', message: `${name} (${subnet}) is there` });
    return;
  }
  const mtu = await uplinkMtu();
  const args = [
    ...['network', 'create', '--subnet', subnet, '--gateway', gateway, '--ip-range', dynamicRange],
    ...['--opt', `com.docker.network.driver.mtu=${mtu}`, '--opt', `com.docker.network.bridge.name=${bridge}`],
    ...['--label', `${LABEL}=${name}`, name],
  ];
  await runCommand(
    local,
    { file: 'docker', args },
    {
      purpose: `make the network ${name}`,
      next: `If ${subnet} is taken here, set AUTOMATION_STACK_LOCAL_INSTANCE to 1 … 9: each has its own subnet and ports.`,
    },
  );
  local.report({
    piece: 'network',
    status: 'ok',
    message: `${name}: ${subnet}, hosts reach this machine at ${gateway}`,
  });
}

/** Starts the relay: it listens inside of the network only, and forwards to the forwarder at the gateway. */
export async function relayUp(local: LocalContext, images: ImageNames): Promise<void> {
  const name = relayName(local);
  const { gateway, emulatorPort } = local.settings;
  const state = await askCommand(local, 'docker', ['inspect', '--format', '{{.State.Running}}', name]);
  if (state === 'true') return;
  if (state !== undefined) await askCommand(local, 'docker', ['rm', '--force', name]);
  const port = String(emulatorPort);
  const args = [
    ...['run', '--detach', '--name', name, '--network', local.settings.name],
    ...['--label', `${LABEL}=${local.settings.name}`, images.busybox],
    ...['nc', '-ll', '-p', port, '-e', 'nc', gateway, port],
  ];
  await runCommand(local, { file: 'docker', args }, { purpose: 'start the relay of the local network' });
}

/** This environment's databases. */
export async function listDatabases(local: LocalContext): Promise<LocalDatabase[]> {
  const filters = [
    '--filter',
    `label=${LABEL}=${local.settings.name}`,
    '--filter',
    `label=${DATABASE_LABEL}`,
  ];
  const format = `{{.Label "${ENGINE_LABEL}"}} {{.Label "${DATABASE_LABEL}"}} {{.State}} {{.Ports}}`;
  const lines = await askCommand(local, 'docker', ['ps', '--all', ...filters, '--format', format]);
  return (lines ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [kind = '', name = '', state = '', ports = ''] = line.split(' ');
      return { kind, name, running: state === 'running', loopback: ports.replace(/->.*$/, '') };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Removes every container, volume and network of this environment, the emulator's containers too. */
export async function networkDown(local: LocalContext): Promise<void> {
  const { name } = local.settings;
  const filters = [`label=${LABEL}=${name}`, `label=ministack.instance=${instanceLabel(local)}`];
  for (const filter of filters) {
    await removeAll(local, ['ps', '--all', '--quiet', '--filter', filter], ['rm', '--force', '--volumes']);
  }
  const label = `label=${LABEL}=${name}`;
  await removeAll(local, ['volume', 'ls', '--quiet', '--filter', label], ['volume', 'rm', '--force']);
  await removeAll(local, ['network', 'ls', '--quiet', '--filter', label], ['network', 'rm']);
}

/** How the emulator labels the containers it starts for this environment. */
export function instanceLabel(local: LocalContext): string {
  return `${local.settings.name}:${local.settings.emulatorPort}`;
}

async function removeAll(
  local: LocalContext,
  list: readonly string[],
  remove: readonly string[],
): Promise<void> {
  const found = ((await askCommand(local, 'docker', list)) ?? '').split('\n').filter((id) => id !== '');
  if (found.length === 0) return;
  await runCommand(
    local,
    { file: 'docker', args: [...remove, ...found] },
    {
      purpose: `remove ${found.length} of the local environment's ${list[0] === 'ps' ? 'containers' : `${list[0]}s`}`,
    },
  );
}
