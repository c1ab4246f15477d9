import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { createHost, deleteHost } from '../../runner/src/local/localHosts.js';
import { localUp } from '../../runner/src/local/up.js';
import { serveJenkins, type JenkinsDownloads } from './jenkinsDownloads.js';
import { testLocalContext } from './localContext.js';

const run = promisify(execFile);
const NAME = 'test-jenkins';
/** A slot that no example and no other test uses. */
const SLOT = 28;

/** What docs/jenkins-controller.md says that a controller needs, with values that are found wherever they leak to. */
export const SECRETS: Readonly<Record<string, string>> = {
  'jenkins-admin-password': 'leak-admin-"5$x',
  'jenkins-seed-password': 'leak-seed-password',
  'jenkins-agent-ssh-key': '-----BEGIN KEY-----\nleak-agent-key\n-----END KEY-----\n',
  'hosts-ssh-key': '-----BEGIN KEY-----\nleak-hosts-key\n-----END KEY-----\n',
  'git-token': 'leak-git-token',
  'slack-bot-token': 'leak-slack-token',
};
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  JENKINS_URL: 'https://jenkins.example.com/',
  JENKINS_ADMIN_ADDRESS: 'Admins "on call" <admins@example.com>',
  AUTOMATION_STACK_REPOSITORY: 'https://git.example.com/automation-stack.git',
  DELIVERY_REPOSITORY: 'https://git.example.com/delivery.git',
  GIT_HOST_KEYS: "git.example.com ssh-ed25519 AAAA\nback\\slash $HOME `tick` 'quote'",
  AGENT_HOST: 'agent.example.com',
  AGENT_HOST_KEY: 'ssh-ed25519 AAAA',
};

export interface Played {
  readonly code: number;
  /** All that Ansible said. */
  readonly output: string;
  /** How many tasks changed something. */
  readonly changed: number;
}

/** A bare host of the local environment, reached over SSH, and the role `jenkins` with stand-ins for its downloads. */
export class JenkinsHost {
  private readonly localContext = testLocalContext();
  private readonly settings = this.localContext.settings;
  private readonly container = `${this.settings.name}-host-${NAME}`;
  private readonly folder = mkdtempSync(join(tmpdir(), 'automation-stack-jenkins-'));
  /** A copy of the controller's files, for a test to change. */
  readonly controller = join(this.folder, 'controller');
  private inventory = '';
  private downloads!: JenkinsDownloads;
  /** Everything that Ansible ever said, with the arguments of modules. */
  said = '';

  async up(): Promise<void> {
    await localUp(this.localContext);
    await deleteHost(this.localContext, NAME);
    const host = await createHost(this.localContext, NAME, SLOT);
    const mirror = /^deb (?:\[.*?\] )?(\S+?)\/? \w+ main/m.exec(await this.apt())?.[1];
    if (mirror === undefined) throw new Error('the host names no package repository');
    this.downloads = await serveJenkins(this.settings.gateway, mirror);
    this.inventory = join(this.folder, 'inventory.json');
    const address = { ansible_host: '127.0.0.1', ansible_port: host.sshPort, ansible_user: 'deploy' };
    const options = `-o UserKnownHostsFile=${this.settings.knownHosts} -o StrictHostKeyChecking=yes`;
    const vars = {
      ...address,
      ansible_ssh_private_key_file: this.settings.privateKey,
      ansible_ssh_common_args: options,
    };
    const groups = { jenkins: { hosts: { controller: {} } } };
    writeFileSync(this.inventory, JSON.stringify({ all: { hosts: { controller: vars }, children: groups } }));
    this.restoreController();
  }

  /** The line of the distribution itself, not of its security updates. */
  private async apt(): Promise<string> {
    const lines = await this.inside(
      'sh',
      '-c',
      'cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null; :',
    );
    return lines
      .split('\n')
      .filter((line) => !line.includes('security') && !line.includes('-updates'))
      .join('\n');
  }

  async down(): Promise<void> {
    await this.downloads?.close();
    await deleteHost(this.localContext, NAME);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Takes back what a test changed in the controller's files. */
  restoreController(): void {
    cpSync(resolve('pipelines/controller'), this.controller, { recursive: true, force: true });
  }

  /** Changes a file of the controller. */
  change(file: string, how: (text: string) => string): void {
    const path = join(this.controller, file);
    writeFileSync(path, how(readFileSync(path, 'utf8')));
  }

  /**
   * Runs the playbook, over SSH.
   * @param variables on top of those that make it work
   */
  async play(variables: Record<string, unknown> = {}, ...options: string[]): Promise<Played> {
    const all = {
      jenkins_war_url: this.downloads.war.url,
      jenkins_war_checksum: this.downloads.war.checksum,
      jenkins_plugin_manager_url: this.downloads.pluginManager.url,
      jenkins_plugin_manager_checksum: this.downloads.pluginManager.checksum,
      java_package: 'openjdk-17-jre-headless',
      java_repository: this.downloads.packages,
      java_repository_key: '/usr/share/keyrings/debian-archive-keyring.gpg',
      jenkins_controller: this.controller,
      jenkins_agents: 'ssh',
      jenkins_environment: ENVIRONMENT,
      jenkins_secrets_from: 'files',
      jenkins_secrets: SECRETS,
      jenkins_start_timeout: 60,
      ...variables,
    };
    const file = join(this.folder, 'variables.json');
    writeFileSync(file, JSON.stringify(all), { mode: 0o600 });
    const argv = ['--inventory', this.inventory, '--extra-vars', `@${file}`, '-vvv', '--diff', ...options];
    const env = { ...process.env, ANSIBLE_CONFIG: resolve('ansible/ansible.cfg'), ANSIBLE_NOCOLOR: '1' };
    const playbook = resolve('ansible/playbooks/jenkins.yml');
    const { code, output } = await run(
      join(this.settings.venv, 'bin', 'ansible-playbook'),
      [...argv, playbook],
      {
        env,
        maxBuffer: 2 ** 26,
      },
    ).then(
      ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
      (error: { code: number; stdout: string; stderr: string }) => ({
        code: error.code,
        output: error.stdout + error.stderr,
      }),
    );
    this.said += output;
    return { code, output, changed: Number(/changed=(\d+)/.exec(output)?.[1]) };
  }

  /** Runs a command inside the host, past SSH. */
  async inside(...argv: string[]): Promise<string> {
    return (await run('docker', ['exec', this.container, ...argv])).stdout.trim();
  }

  /** The status that Jenkins' login page answers with; 000 where nothing answers. */
  async login(): Promise<string> {
    const curl = 'curl --silent --output /dev/null --write-out %{http_code} http://127.0.0.1:8080/login; :';
    return this.inside('sh', '-c', curl);
  }

  /** How often Jenkins has been started. */
  async starts(): Promise<number> {
    return (await this.inside('cat', '/var/lib/jenkins/starts')).split('\n').length;
  }
}
