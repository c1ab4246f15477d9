import type { SshHosts } from '../../runner/src/adapters/ssh/sshHosts.js';
import { fleetSchema } from '../../runner/src/delivery/targets/fleet/schema.js';
import { StackError } from '../../runner/src/base/errors.js';
import type { EventBody } from '../../runner/src/events/events.js';
import type { Host } from '../../runner/src/domain/host.js';
import type { ReleaseRecord } from '../../runner/src/domain/records.js';
import type { HostFailure } from '../../runner/src/hosts/rules/ansibleEvents.js';
import type { Container } from '../../runner/src/delivery/targets/fleet/containers.js';
import type { CheckTools } from '../../runner/src/delivery/checks/checks.js';
import type { TakeSnapshot } from '../../runner/src/delivery/snapshots/takeSnapshot.js';
import { FleetTarget } from '../../runner/src/delivery/targets/fleet/fleetTarget.js';
import type { Rollout } from '../../runner/src/context/target.js';
import { FakeMigrations } from './fakeMigrations.js';
import { VirtualClock } from './virtualClock.js';
import { stageOf } from './stage.js';

interface FakeHost {
  readonly host: Host;
  running: Container | undefined;
  aside: Container | undefined;
  reachable: boolean;
  registered: boolean;
  readonly images: Set<string>;
}

/** How a version behaves on a host; healthy where nothing is said. */
export type Behaviour =
  | 'never answers'
  | 'crashes now and then'
  | 'has no image'
  | 'crashes'
  | 'falls ill'
  | 'breaks the playbook'
  | 'loses the host'
  | 'is not served'
  | 'is left out'
  | 'skips its tasks'
  | 'brings another image'
  | 'keeps the settings'
  | 'fails its check';

/**
 * A fleet in memory: hosts with containers, an Ansible that does what the role app_container does, a load balancer.
 * Everything that changes something is written to `log`, in order.
 */
export class FakeFleet {
  readonly log: string[] = [];
  /** Hosts that were reached out for over SSH, in order. */
  readonly asked: string[] = [];
  readonly events: EventBody[] = [];
  readonly clock = new VirtualClock();
  readonly hosts = new Map<string, FakeHost>();
  readonly behaviours = new Map<string, Behaviour>();
  readonly migrations = new FakeMigrations(this.clock);
  /** Called before each command that a host gets as root. */
  onCommand: (host: string, argv: readonly string[]) => void | Promise<void> = () => undefined;
  /** What its checks work with. */
  checkTools: CheckTools | undefined;
  /** Makes snapshots before its migrations. */
  takeSnapshot: TakeSnapshot = () => Promise.reject(new Error('no snapshot was expected'));
  /** Called before each playbook run. */
  onPlay: () => void = () => undefined;
  /** Called each time that a host is reached out for, by SSH or Ansible or in the load balancer, before anything happens. */
  onReach: (host: string) => void = () => undefined;
  /** Keeps a playbook at work until it is done. */
  whilePlaying: (hosts: readonly string[], state: string) => Promise<void> = () => Promise.resolve();

  constructor(count = 4) {
    for (let index = 1; index <= count; index += 1) {
      const name = `web-${index}`;
      const host = {
        name,
        address: name,
        port: 22,
        user: 'deploy',
        groups: ['web'],
        privateAddress: `10.0.0.${index}`,
      };
      this.hosts.set(name, {
        host,
        running: undefined,
        aside: undefined,
        reachable: true,
        registered: false,
        images: new Set(),
      });
    }
  }

  /** @param settings of the target, as in automation-stack.yml */
  target(settings: Record<string, unknown> = {}): FleetTarget {
    const config = fleetSchema.parse({
      kind: 'fleet',
      group: 'web',
      image: 'web',
      'target-group': 'shop',
      health: { for: '4s', interval: '1s', timeout: '10s' },
      ...settings,
    });
    return new FleetTarget({
      name: 'web',
      application: 'shop',
      environmentName: 'staging',
      config,
      clock: this.clock,
      hosts: async () => [...this.hosts.values()].map(({ host }) => host),
      ssh: async () => this.hostsOverSsh(),
      takeSnapshot: (asked) => this.takeSnapshot(asked),
      checkTools: async () => this.checkTools as CheckTools,
      registry: async () => 'registry.example',
      balancer: async () => (config['target-group'] === undefined ? undefined : this.balancer()),
      play: async ({ hosts, variables }) => {
        this.onPlay();
        const version = labels(variables)['automation-stack.version'] ?? '';
        const state = variables['app_container_state'] as string;
        this.log.push(`play ${state} ${version} on ${hosts.join()}`);
        await this.whilePlaying(hosts, state);
        return hosts.flatMap((name) => this.playOn(name, variables));
      },
    });
  }

  release(version: string, digest = `sha256:${version}`): ReleaseRecord {
    return {
      version,
      application: 'shop',
      commit: 'c0ffee',
      branch: 'main',
      dirty: false,
      images: { web: { repository: 'shop/web', digest, tags: [version], inputs: digest } },
      inputs: digest,
      createdAt: '',
      createdBy: '',
    };
  }

  rollout(signal = new AbortController().signal): Rollout {
    return {
      stage: stageOf('deploy:staging', { events: { emit: (event) => void this.events.push(event) } }),
      signal,
      journal: async (action, data) => {
        this.log.push(
          `journal ${action} ${((data?.['hosts'] ?? [data?.['host'] ?? '']) as string[]).join()}`,
        );
      },
    };
  }

  /** Waits until something was written to the log. */
  async logged(line: string): Promise<void> {
    while (!this.log.includes(line)) await new Promise((resolve) => setImmediate(resolve));
  }

  versions(): string {
    return [...this.hosts.values()].map(({ running }) => running?.version ?? '-').join(' ');
  }

  serving(): string {
    return [...this.hosts.values()]
      .filter(({ registered }) => registered)
      .map(({ host }) => host.name)
      .join();
  }

  private get(name: string): FakeHost {
    return this.hosts.get(name) as FakeHost;
  }

  private behaviour(name: string, version: string | undefined): Behaviour | undefined {
    return this.behaviours.get(`${name} ${version}`) ?? this.behaviours.get(`* ${version}`);
  }

  private playOn(name: string, variables: Readonly<Record<string, unknown>>): HostFailure[] {
    const fake = this.get(name);
    this.onReach(name);
    const failure = { host: name, unreachable: false, task: 'Do it', where: '/p.yml:3', output: [] };
    if (!fake.reachable) return [{ ...failure, unreachable: true, message: 'Connection refused' }];
    const behaviour = this.behaviour(name, labels(variables)['automation-stack.version']);
    if (behaviour === 'is left out')
      return [{ ...failure, leftOut: true, task: '', message: 'no play worked on it' }];
    if (behaviour === 'skips its tasks') return [];
    const image = variables['app_container_image'] as string;
    const container: Container = {
      image,
      state: 'running',
      definition: variables['app_container_definition'] as string,
      digest: labels(variables)['automation-stack.digest'] ?? '',
      version: labels(variables)['automation-stack.version'] ?? '',
    };
    if (variables['app_container_state'] === 'restored') {
      fake.running = image === '' ? undefined : container;
      return [];
    }
    if (behaviour === 'has no image') return [{ ...failure, message: 'manifest unknown' }];
    fake.images.add(image);
    if (variables['app_container_state'] === 'fetched') return [];
    switch (behaviour) {
      case 'breaks the playbook':
        return [{ ...failure, message: 'the disk is full' }];
      case 'loses the host':
        fake.reachable = false;
        return [{ ...failure, unreachable: true, message: 'Connection closed' }];
      case 'crashes': {
        const restored = fake.running === undefined ? 'none' : 'healthy';
        const message = 'the container ended with exit code 3';
        return [
          { ...failure, message, report: { restored, log: ['no database'], state: 'exited', exitCode: 3 } },
        ];
      }
      case 'keeps the settings':
        fake.running = { ...container, definition: 'another' };
        return [];
      case 'brings another image':
        fake.aside = fake.running;
        fake.running = { ...container, content: ['sha256:pinned'] };
        return [];
      default:
        if (fake.running?.definition !== container.definition) fake.aside = fake.running;
        fake.running = container;
        return [];
    }
  }

  hostsOverSsh(): SshHosts {
    const reach = (host: Host) => {
      this.asked.push(host.name);
      this.onReach(host.name);
      if (this.get(host.name).reachable) return this.get(host.name);
      throw new StackError('SSH_UNREACHABLE', 'does not answer on SSH: connection refused', {
        subject: host.name,
      });
    };
    const seen = new Map<string, number>();
    const behaviourOf = (name: string, version: string | undefined) => this.behaviour(name, version);
    return {
      exec: async (host, argv) => {
        reach(host);
        this.log.push(`exec ${host.name} ${argv.join(' ')}`);
        const version = this.get(host.name).running?.version;
        const fails = this.behaviour(host.name, version) === 'fails its check';
        return { exitCode: fails ? 3 : 0, stdout: fails ? 'GET /cart 500\n' : 'ok\n', stderr: '' };
      },
      async open() {
        throw new Error('not used by this fleet');
      },
      async openAsRoot() {
        throw new Error('not used by this fleet');
      },
      execAsRoot: async (host, argv, { input } = {}) => {
        await this.onCommand(host.name, argv);
        const { running, aside, images } = reach(host);
        const ofMigration = this.migrations.answer(host.name, argv, input);
        if (ofMigration !== undefined) return ofMigration;
        const contentOf = (one: Container | undefined) => one?.content?.[0] ?? one?.digest ?? '';
        if (argv[4] === '{{.Name}}|{{.Image}}') {
          const ids = argv.slice(5).map((name) => {
            const one = name === 'shop-web' ? running : aside;
            return `/${name}|id-of-${contentOf(one)}`;
          });
          return { exitCode: 0, stdout: ids.join('\n'), stderr: '' };
        }
        if (argv[1] === 'image' && argv[4]?.startsWith('{{.Id}}') === true) {
          const found = argv.slice(5).map((id) => `${id}|registry.example/shop/web@${id.slice(6)} `);
          return { exitCode: 0, stdout: found.join('\n'), stderr: '' };
        }
        if (argv[2] === 'inspect' && argv[1] === 'container') {
          const restarted = behaviourOf(host.name, running?.version) === 'crashes now and then';
          return { exitCode: 0, stdout: restarted ? '3\n' : '0\n', stderr: '' };
        }
        if (argv[1] === 'image')
          return { exitCode: images.has(argv.at(-1) ?? '') ? 0 : 1, stdout: '', stderr: '' };
        const line = (name: string, one: Container | undefined, state = one?.state) =>
          one === undefined
            ? ''
            : `${name}|${state}|${one.image}|${one.definition}|${one.digest}|${one.version}\n`;
        const stdout = line('shop-web', running) + line('shop-web-previous', aside, 'exited');
        return { exitCode: 0, stdout, stderr: '' };
      },
      async ready(host) {
        reach(host);
      },
      probe: async (host) => {
        const { running } = reach(host);
        if (running === undefined) return { error: 'connection refused' };
        const times = (seen.get(`${host.name} ${running.version}`) ?? 0) + 1;
        seen.set(`${host.name} ${running.version}`, times);
        const behaviour = this.behaviour(host.name, running.version);
        const ill = behaviour === 'never answers' || (behaviour === 'falls ill' && times > 2);
        return { status: ill ? 500 : 200 };
      },
      containerLog: async () => ['last words'],
      each: (hosts, work) => Promise.all(hosts.map(work)),
      close: () => undefined,
    };
  }

  private balancer() {
    return {
      name: 'shop',
      drain: async (host: Host) => {
        this.onReach(host.name);
        this.log.push(`drain ${host.name}`);
        this.get(host.name).registered = false;
        return true;
      },
      register: async (host: Host) => {
        this.onReach(host.name);
        this.log.push(`register ${host.name}`);
        this.get(host.name).registered = true;
      },
      serves: async (host: Host) =>
        this.behaviour(host.name, this.get(host.name).running?.version) !== 'is not served',
      isRegistered: async (host: Host) => this.get(host.name).registered,
    };
  }
}

const labels = (variables: Readonly<Record<string, unknown>>): Record<string, string> =>
  (variables['app_container_labels'] ?? {}) as Record<string, string>;
