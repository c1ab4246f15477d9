import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CreateRepositoryCommand, ECRClient } from '@aws-sdk/client-ecr';
import { deployment, type Deployment } from './deployment.js';
import { testLocalContext } from './localContext.js';
import type { ReleaseRecord } from '../../runner/src/domain/records.js';
import { createHost, deleteHost } from '../../runner/src/local/localHosts.js';
import { imageNames } from '../../runner/src/local/localImages.js';
import { emulatorUrl } from '../../runner/src/local/settings.js';
import { localUp } from '../../runner/src/local/up.js';
import { provisionStep } from '../../runner/src/hosts/provision.js';
import type { Context } from '../../runner/src/context/context.js';
import type { Rollout, Target } from '../../runner/src/context/target.js';
import { createTargets } from '../../runner/src/delivery/targets/createTargets.js';
import { stageOf } from './stage.js';

const run = promisify(execFile);

/** What an application of a test does, as a shell script of busybox; it serves on port 8000. */
export const fleetApps = {
  good: 'mkdir -p /www; echo ok > /www/health; echo serving; exec httpd -f -p 8000 -h /www',
  crashing: 'echo "DATABASE_URL is not set"; exit 3',
  crashingLater:
    'mkdir -p /www; echo ok > /www/health; httpd -p 8000 -h /www; sleep 4; echo "lost the database"; exit 7',
  unhealthy: 'mkdir -p /www; echo "cannot open the store"; exec httpd -f -p 8000 -h /www',
} as const;

const WORKER = fileURLToPath(new URL('./fleetWorker.ts', import.meta.url));

/** Hosts in slots that no example uses. */
const FIRST_SLOT = 20;
export const HOSTS = ['test-fleet-0', 'test-fleet-1', 'test-fleet-2', 'test-fleet-3'] as const;

/** Four real hosts of the local environment, with systemd, sshd and, once provisioned, a Docker engine each. */
class FleetFixture {
  private readonly localContext = testLocalContext();
  private base = '';
  readonly settings = this.localContext.settings;
  /** As the hosts see it. */
  readonly hostRegistry = `${this.settings.gateway}:${this.settings.emulatorPort}`;
  private readonly made: string[] = [];

  private upped: Promise<void> | undefined;
  private prepared: Promise<unknown> | undefined;

  /** Brings up the local environment and the hosts, once for all tests; what is there stays. */
  up(): Promise<void> {
    return (this.upped ??= this.bringUp());
  }

  /** The same, with a Docker engine on every host. */
  async provisioned(): Promise<void> {
    await this.up();
    await (this.prepared ??= this.prepare());
  }

  private async prepare(): Promise<void> {
    const made = await this.deployment();
    try {
      await provisionStep(
        made.context,
        await made.context.environment('staging'),
        stageOf('provision', made.context),
      );
    } finally {
      made.remove();
    }
  }

  private async bringUp(): Promise<void> {
    await localUp(this.localContext);
    this.base = (await imageNames(this.localContext))?.busybox ?? '';
    await this.makeRepository();
    for (const [index, name] of HOSTS.entries())
      await createHost(this.localContext, name, FIRST_SLOT + index);
  }

  async down(): Promise<void> {
    if (this.upped === undefined) return;
    await Promise.all(HOSTS.map((name) => deleteHost(this.localContext, name)));
    if (this.made.length > 0) await run('docker', ['rmi', '--force', ...this.made]).catch(() => undefined);
  }

  private async makeRepository(): Promise<void> {
    const client = new ECRClient({
      endpoint: emulatorUrl(this.settings),
      region: this.settings.region,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test-secret' },
    });
    const made = client.send(new CreateRepositoryCommand({ repositoryName: 'test-fleet/web' }));
    await made.catch((error: Error) => {
      if (error.name !== 'RepositoryAlreadyExistsException') throw error;
    });
    client.destroy();
  }

  /** Name of a host's container on this machine's engine: to stop it, or to look inside. */
  container(host: string): string {
    return `${this.settings.name}-host-${host}`;
  }

  /** Runs a command inside a host, past SSH. */
  async inside(host: string, ...argv: string[]): Promise<string> {
    return (await run('docker', ['exec', this.container(host), ...argv])).stdout.trim();
  }

  /** Cuts a host off the network as a crash does, until the returned function is called. */
  async freeze(host: string): Promise<() => Promise<void>> {
    await run('docker', ['stop', '--time', '1', this.container(host)]);
    return async () => {
      await createHost(this.localContext, host, FIRST_SLOT + HOSTS.indexOf(host as (typeof HOSTS)[number]));
    };
  }

  /** Encrypts a file in place, as `ansible-vault encrypt` does. */
  async encrypt(file: string, password: string): Promise<void> {
    const script = `${file}.password`;
    await writeFile(script, password, { mode: 0o600 });
    await run(`${this.settings.venv}/bin/ansible-vault`, ['encrypt', '--vault-password-file', script, file]);
    await rm(script);
  }

  /** Pushes an image that runs a script. @returns its digest */
  async image(script: string): Promise<string> {
    const reference = `127.0.0.1:${this.settings.emulatorPort}/test-fleet/web:${randomBytes(4).toString('hex')}`;
    const docker = async (...argv: string[]) => (await run('docker', argv)).stdout.trim();
    const container = await docker('create', this.base);
    // A stamp makes each image another one, also of the same application.
    const command = JSON.stringify(['sh', '-c', `: ${reference}; ${script}`]);
    await docker('commit', '--change', `CMD ${command}`, container, reference);
    await docker('rm', container);
    this.made.push(reference);
    const digest = /digest: (sha256:[0-9a-f]{64})/.exec(await docker('push', reference))?.[1];
    if (digest === undefined) throw new Error(`no digest came back for ${reference}`);
    return digest;
  }

  release(version: string, digest: string): ReleaseRecord {
    return {
      version,
      application: 'shop',
      commit: '0'.repeat(40),
      branch: 'develop',
      dirty: false,
      images: { web: { repository: 'test-fleet/web', digest, tags: [version], inputs: digest } },
      inputs: digest,
      createdAt: new Date(0).toISOString(),
      createdBy: 'test',
    };
  }

  /** What commands are told of the local environment. */
  get env(): Record<string, string> {
    return {
      AUTOMATION_STACK_HOME: this.settings.home,
      AWS_ENDPOINT_URL: emulatorUrl(this.settings),
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test-secret',
    };
  }

  /** The output that Terraform would give. */
  hostsOutput(hosts: readonly string[] = HOSTS): Record<string, unknown> {
    return Object.fromEntries(
      hosts.map((name) => {
        const slot = FIRST_SLOT + HOSTS.indexOf(name as (typeof HOSTS)[number]);
        const port = this.settings.hostPorts + 2 * slot;
        const private_address = this.settings.gateway.replace(/\.1$/, `.${10 + slot}`);
        return [name, { address: '127.0.0.1', port, user: 'deploy', groups: ['web'], private_address }];
      }),
    );
  }

  /**
   * A deployment directory whose staging is these hosts, its Terraform applied.
   * @param environment merged over the environment's configuration, e.g. another key
   * @param target merged over the fleet target
   * @param more merged over the whole configuration
   */
  async deployment(
    environment: Record<string, unknown> = {},
    target: Record<string, unknown> = {},
    files: Record<string, string> = {},
    more: Record<string, unknown> = {},
  ): Promise<Deployment> {
    const config = {
      application: 'shop',
      images: { web: { context: 'app', repository: 'test-fleet/web' } },
      environments: {
        staging: {
          aws: { region: this.settings.region },
          infrastructure: { directory: 'terraform' },
          inventory: { 'private-key': this.settings.privateKey, 'known-hosts': this.settings.knownHosts },
          provision: {
            playbooks: ['docker-host.yml'],
            vars: { docker_engine_insecure_registries: [this.hostRegistry] },
          },
          targets: {
            web: {
              kind: 'fleet',
              group: 'web',
              image: 'web',
              registry: this.hostRegistry,
              health: { path: '/health', for: '1s', interval: '500ms', timeout: '8s' },
              ...target,
            },
          },
          ...environment,
        },
      },
      ...more,
    };
    const made = await deployment(
      {
        'automation-stack.yml': JSON.stringify(config),
        'terraform/hosts.json': JSON.stringify(this.hostsOutput()),
        'terraform/main.tf': 'output "hosts" {\n  value = jsondecode(file("${path.module}/hosts.json"))\n}\n',
        ...files,
      },
      this.env,
    );
    const terraform = (...argv: string[]) => run('terraform', argv, { cwd: `${made.directory}/terraform` });
    await terraform('init', '-input=false');
    await terraform('apply', '-input=false', '-auto-approve');
    return made;
  }

  /** The fleet target of a deployment. */
  async target({ context }: Deployment): Promise<Target> {
    const [target] = await createTargets(context, await context.environment('staging'));
    return target as Target;
  }
}

/** The hosts, shared by every test file of a run and removed after the last. */
export const fleet = new FleetFixture();
// A benchmark, which has no `after`, removes them itself.
if (typeof after === 'function')
  after(async function () {
    this.timeout(60_000);
    await fleet.down();
  });

export interface RolloutWishes {
  /** Filled with `action host,host` lines. */
  readonly journal?: string[];
  readonly onJournal?: (line: string) => void | Promise<void>;
  readonly signal?: AbortSignal;
  /** Whose events tell of it; nobody's where left out. */
  readonly context?: Pick<Context, 'events'>;
}

/** A rollout whose journal is kept in memory. */
export function rollout(wishes: RolloutWishes = {}): Rollout {
  return {
    stage: stageOf('deploy:staging', wishes.context),
    signal: wishes.signal ?? new AbortController().signal,
    journal: async (action, data) => {
      const line = `${action} ${((data?.['hosts'] ?? []) as string[]).join(',')}`;
      wishes.journal?.push(line);
      await wishes.onJournal?.(line);
    },
  };
}

/** Deploys in a process of its own, and kills that with SIGKILL while what a host runs is being replaced. */
export async function killDuring(
  { directory }: Deployment,
  release: ReleaseRecord,
  host: string,
  phase = 'replace',
): Promise<void> {
  const worker = spawn(process.execPath, ['--import', 'tsx', WORKER], {
    env: {
      ...{ ...process.env, ...fleet.env },
      ...{ WORKER_DIRECTORY: directory, WORKER_RELEASE: JSON.stringify(release) },
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve) =>
    worker.once('exit', (_, signal) => resolve(signal)),
  );
  for await (const line of createInterface({ input: worker.stdout })) {
    if (line === `${host} ${phase}`) worker.kill('SIGKILL');
  }
  if ((await ended) !== 'SIGKILL') throw new Error(`the deploy ended before ${host} was being replaced`);
}
