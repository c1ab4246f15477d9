import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createHost, deleteHost } from '../../runner/src/local/localHosts.js';
import { localUp } from '../../runner/src/local/up.js';
import { testLocalContext } from '../../test/support/localContext.js';

const run = promisify(execFile);

const NAME = 'bench-many';
/** No example and no test uses it. */
const SLOT = 29;
const FIRST_PORT = 2201;

/** Many hosts of SSH, as far as who works on them can tell. */
export interface ManyHosts {
  readonly names: readonly string[];
  /** `inventory` of a configuration. */
  readonly inventory: Readonly<Record<string, unknown>>;
  /** The same for Ansible alone. */
  readonly ini: string;
  close(): Promise<void>;
}

/**
 * Starts them: one host of the local environment with a sshd for each, on ports of its own, so that hundreds fit on one
 * machine. They share a file system, and each is to write below a folder of its own name.
 * @param directory where their known_hosts file is written
 */
export async function manyHosts(count: number, directory: string): Promise<ManyHosts> {
  const local = testLocalContext();
  await localUp(local);
  const { privateAddress } = await createHost(local, NAME, SLOT);
  const container = `${local.settings.name}-host-${NAME}`;
  const inside = (...argv: string[]) => run('docker', ['exec', container, ...argv]);
  const ports = Array.from({ length: count }, (_, index) => FIRST_PORT + index);
  const last = FIRST_PORT + count - 1;
  const start = `for port in $(seq ${FIRST_PORT} ${last}); do /usr/sbin/sshd -o Port=$port -o PidFile=/run/sshd-$port.pid; done`;
  await inside('sh', '-ec', start);
  const key = (await inside('cat', '/etc/ssh/ssh_host_ed25519_key.pub')).stdout
    .split(' ')
    .slice(0, 2)
    .join(' ');
  const knownHosts = join(directory, 'known_hosts');
  await writeFile(knownHosts, ports.map((port) => `[${privateAddress}]:${port} ${key}\n`).join(''));
  const names = ports.map((port) => `many-${port - FIRST_PORT}`);
  const { privateKey } = local.settings;
  return {
    names,
    inventory: {
      'private-key': privateKey,
      'known-hosts': knownHosts,
      hosts: Object.fromEntries(
        ports.map((port, index) => [
          names[index],
          { address: privateAddress, port, user: 'deploy', groups: ['web'] },
        ]),
      ),
    },
    ini: [
      '[web]',
      ...ports.map((port, index) => `${names[index]} ansible_host=${privateAddress} ansible_port=${port}`),
      '[web:vars]',
      'ansible_user=deploy',
      `ansible_ssh_private_key_file=${privateKey}`,
      `ansible_ssh_common_args=-o UserKnownHostsFile=${knownHosts}`,
      '',
    ].join('\n'),
    close: async () => void (await deleteHost(local, NAME)),
  };
}
