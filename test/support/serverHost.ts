import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { createHost, deleteHost, type Host } from '../../runner/src/local/localHosts.js';
import { localUp } from '../../runner/src/local/up.js';
import { testLocalContext } from './localContext.js';

const run = promisify(execFile);

export interface Played {
  readonly code: number;
  /** All that Ansible said. */
  readonly output: string;
  /** How many tasks changed something. */
  readonly changed: number;
}

/** A bare host of the local environment, reached over SSH, for playbooks and roles to be tried on. */
export class ServerHost {
  private readonly localContext = testLocalContext();
  private readonly settings = this.localContext.settings;
  private readonly folder = mkdtempSync(join(tmpdir(), 'automation-stack-server-'));
  private host!: Host;
  /** Everything that Ansible ever said, with the arguments of modules. */
  said = '';

  /**
   * @param name of the host
   * @param slot a slot that no example and no other test uses
   * @param groups that the host is in
   */
  constructor(
    private readonly name: string,
    private readonly slot: number,
    private readonly groups: readonly string[],
  ) {}

  async up(): Promise<void> {
    await localUp(this.localContext);
    await deleteHost(this.localContext, this.name);
    this.host = await createHost(this.localContext, this.name, this.slot);
  }

  async down(): Promise<void> {
    await deleteHost(this.localContext, this.name);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Where requests from outside of the host come from, as the host sees it. */
  get outside(): string {
    return this.settings.gateway;
  }

  /** A URL of the host's web server, from outside. */
  url(path: string): string {
    return `http://127.0.0.1:${this.host.httpPort}${path}`;
  }

  /**
   * Runs playbooks one after another, over SSH.
   * @param playbooks names below ansible/playbooks, or lists of roles to run on the host
   */
  async play(
    playbooks: readonly (string | readonly string[])[],
    variables: Record<string, unknown> = {},
    ...options: string[]
  ): Promise<Played> {
    const inventory = join(this.folder, 'inventory.json');
    const all = { hosts: { [this.name]: this.connection() }, children: this.members() };
    writeFileSync(inventory, JSON.stringify({ all }));
    const file = join(this.folder, 'variables.json');
    writeFileSync(file, JSON.stringify(variables), { mode: 0o600 });
    const argv = ['--inventory', inventory, '--extra-vars', `@${file}`, '-vvv', '--diff', ...options];
    const env = { ...process.env, ANSIBLE_CONFIG: resolve('ansible/ansible.cfg'), ANSIBLE_NOCOLOR: '1' };
    const files = playbooks.map((playbook, index) => this.playbook(playbook, index));
    const { code, output } = await run(
      join(this.settings.venv, 'bin', 'ansible-playbook'),
      [...argv, ...files],
      {
        env,
        maxBuffer: 2 ** 27,
      },
    ).then(
      ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
      (error: { code: number; stdout: string; stderr: string }) => ({
        code: error.code,
        output: error.stdout + error.stderr,
      }),
    );
    this.said += output;
    // Each playbook ends with the sums of all until then.
    return { code, output, changed: Number([...output.matchAll(/ changed=(\d+) /g)].at(-1)?.[1]) };
  }

  /** Runs a command inside the host, past SSH; its output. */
  async inside(...argv: string[]): Promise<string> {
    const container = `${this.settings.name}-host-${this.name}`;
    return (await run('docker', ['exec', container, ...argv], { maxBuffer: 2 ** 26 })).stdout.trim();
  }

  /** The same with a line of the shell, whatever it ends with. */
  shell(line: string): Promise<string> {
    return this.inside('sh', '-c', `(${line}) 2>&1; :`);
  }

  /** Whether somebody outside can connect to a port of the host; what listens there is for the caller to start. */
  async reaches(port: number): Promise<boolean> {
    const argv = ['-c', `exec 3<>/dev/tcp/${this.host.privateAddress}/${port}`];
    return run('timeout', ['2', 'bash', ...argv]).then(
      () => true,
      () => false,
    );
  }

  private connection(): Record<string, unknown> {
    const options = `-o UserKnownHostsFile=${this.settings.knownHosts} -o StrictHostKeyChecking=yes`;
    return {
      ansible_host: '127.0.0.1',
      ansible_port: this.host.sshPort,
      ansible_user: 'deploy',
      ansible_ssh_private_key_file: this.settings.privateKey,
      ansible_ssh_common_args: options,
    };
  }

  private members(): Record<string, unknown> {
    return Object.fromEntries(this.groups.map((group) => [group, { hosts: { [this.name]: {} } }]));
  }

  private playbook(playbook: string | readonly string[], index: number): string {
    if (typeof playbook === 'string') return resolve('ansible/playbooks', playbook);
    const file = join(this.folder, `play-${index}.json`);
    writeFileSync(
      file,
      JSON.stringify([{ hosts: 'all', become: true, gather_facts: false, roles: playbook }]),
    );
    return file;
  }
}
