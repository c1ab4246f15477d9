import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { deployment, type Deployment } from './deployment.js';
import { testLocalContext } from './localContext.js';
import { createHost, deleteHost } from '../../runner/src/local/localHosts.js';
import { hostAddress, type HostAddress } from '../../runner/src/local/settings.js';
import { localUp } from '../../runner/src/local/up.js';
import type { HostFailure } from '../../runner/src/hosts/rules/ansibleEvents.js';
import { inventoryOf } from '../../runner/src/hosts/inventory.js';
import { runPlaybook } from '../../runner/src/hosts/playbook.js';
import { provisionStep } from '../../runner/src/hosts/provision.js';
import { stageOf } from './stage.js';

const run = promisify(execFile);

/** Slots that neither examples nor other tests use. */
const SLOTS = { outer: 24, middle: 25, inner: 26 } as const;
export type Machine = keyof typeof SLOTS;
const MACHINES = Object.keys(SLOTS) as Machine[];

/**
 * Three real hosts in a row: `outer` answers to everybody, `middle` to `outer` alone, `inner` to `middle` alone. To all
 * others their SSH is as closed as in a private subnet.
 */
class InnerNetwork {
  private readonly localContext = testLocalContext();
  readonly settings = this.localContext.settings;
  private upped: Promise<void> | undefined;

  up(): Promise<void> {
    return (this.upped ??= this.bringUp());
  }

  private async bringUp(): Promise<void> {
    await localUp(this.localContext);
    for (const machine of MACHINES) await createHost(this.localContext, this.name(machine), SLOTS[machine]);
    await this.close('middle', 'outer');
    await this.close('inner', 'middle');
  }

  async down(): Promise<void> {
    if (this.upped === undefined) return;
    await Promise.all(MACHINES.map((machine) => deleteHost(this.localContext, this.name(machine))));
  }

  place(machine: Machine): HostAddress {
    return hostAddress(this.settings, SLOTS[machine]);
  }

  /** Runs a command as root inside, past SSH. */
  async inside(machine: Machine, ...argv: string[]): Promise<string> {
    return (await run('docker', ['exec', this.container(machine), ...argv])).stdout.trim();
  }

  /** A public host key, `TYPE BASE64`. */
  async hostKey(machine: Machine, type = 'ed25519'): Promise<string> {
    const text = await this.inside(machine, 'cat', `/etc/ssh/ssh_host_${type}_key.pub`);
    return text.split(' ').slice(0, 2).join(' ');
  }

  /** `inner` by the ways of the configuration: the jump hosts to it, as `jump` takes them. */
  jumps(): string[] {
    return [
      `deploy@127.0.0.1:${this.place('outer').sshPort}`,
      `deploy@${this.place('middle').privateAddress}`,
    ];
  }

  /** A known_hosts file of these machines. */
  async knownHosts(machines: readonly Machine[] = MACHINES): Promise<string> {
    const lines = await Promise.all(
      machines.map(async (machine) => {
        const { sshPort, privateAddress } = this.place(machine);
        const key = await this.hostKey(machine);
        return `[127.0.0.1]:${sshPort} ${key}\n${privateAddress} ${key}\n`;
      }),
    );
    return lines.join('');
  }

  /**
   * A deployment with these hosts and a playbook that tells where it is.
   * @param inventory the section, over the key of the local environment and a known_hosts file with all machines
   */
  async deployment(
    inventory: Record<string, unknown>,
    { env = {}, files = {}, knownHosts }: DeploymentWishes = {},
  ): Promise<Deployment> {
    const config = {
      application: 'shop',
      environments: {
        staging: {
          aws: { region: 'eu-west-1' },
          inventory: {
            user: 'deploy',
            'private-key': this.settings.privateKey,
            'known-hosts': 'known hosts',
            'host-keys': { file: 'learned hosts' },
            ...inventory,
          },
          provision: { playbooks: ['tell.yml'] },
        },
      },
    };
    return deployment(
      {
        'automation-stack.yml': JSON.stringify(config),
        'known hosts': knownHosts ?? (await this.knownHosts()),
        'ansible/tell.yml': TELL,
        ...files,
      },
      {
        HOME: '/nonexistent',
        SSH_AUTH_SOCK: '',
        AUTOMATION_STACK_HOME: this.settings.home,
        ANSIBLE_SSH_RETRIES: '0',
        // Each run has to find the way by itself.
        ANSIBLE_SSH_ARGS: '-o ControlMaster=no -o ControlPath=none',
        ...env,
      },
    );
  }

  private name(machine: Machine): string {
    return `test-${machine}`;
  }

  private container(machine: Machine): string {
    return `${this.settings.name}-host-${this.name(machine)}`;
  }

  private async close(machine: Machine, butFor: Machine): Promise<void> {
    const rule = ['-p', 'tcp', '--dport', '22', '!', '-s', this.place(butFor).privateAddress];
    const reject = [...rule, '-j', 'REJECT', '--reject-with', 'tcp-reset'];
    await this.inside(machine, 'iptables', '-C', 'INPUT', ...reject).catch(() =>
      this.inside(machine, 'iptables', '-I', 'INPUT', ...reject),
    );
  }
}

interface DeploymentWishes {
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly knownHosts?: string;
}

const TELL = `
- name: Tell where this is
  hosts: all
  gather_facts: false
  tasks:
    - name: Leave a mark
      ansible.builtin.raw: hostname > /tmp/mark
`;

/** Provisions a deployment's staging, without waiting for hosts to boot. */
export async function provision({ context }: Deployment): Promise<string> {
  const options = { bootMs: 0 };
  return (
    await provisionStep(context, await context.environment('staging'), stageOf('provision', context), options)
  ).summary;
}

/** What Ansible alone makes of the host `app`: the runner would have found out before. */
export async function ansibleAlone({ context }: Deployment): Promise<readonly HostFailure[]> {
  const environment = await context.environment('staging');
  const outcome = await runPlaybook(context, {
    environment,
    stage: stageOf('provision', context),
    playbook: 'tell.yml',
    inventory: await inventoryOf(context, environment),
    limit: ['app'],
    variables: {},
    signal: context.signal,
  });
  return outcome.failures;
}

/** Lets go of the connections of deployments and of their folders, and empties the list. */
export async function leave(stacks: Deployment[]): Promise<void> {
  const left = stacks.splice(0);
  for (const { context } of left) (await context.ssh(await context.environment('staging'))).close();
  for (const stack of left) stack.remove();
}

/** Shared by every test file of a run, removed after the last. */
export const network = new InnerNetwork();
after(async function () {
  this.timeout(60_000);
  await network.down();
});
