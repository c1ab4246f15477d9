import { createEc2Instances } from '../../../runner/src/adapters/aws/ec2Instances.js';
import type { SshHosts } from '../../../runner/src/adapters/ssh/sshHosts.js';
import type { AwsClients } from '../../../runner/src/adapters/aws/clients.js';
import type { Begun, Rollout, Target } from '../../../runner/src/context/target.js';
import { createAutoscaled } from '../../../runner/src/delivery/targets/instances/autoscaled/createAutoscaled.js';
import type { InstancesDependencies } from '../../../runner/src/delivery/targets/instances/dependencies.js';
import { createGroup } from '../../../runner/src/delivery/targets/instances/group.js';
import { InstancesTarget } from '../../../runner/src/delivery/targets/instances/instancesTarget.js';
import {
  instancesSchema,
  type InstancesConfig,
} from '../../../runner/src/delivery/targets/instances/schema.js';
import type { StackEvent } from '../../../runner/src/events/events.js';
import type { Host } from '../../../runner/src/domain/host.js';
import type { ReleaseRecord } from '../../../runner/src/domain/records.js';
import type { HostFailure } from '../../../runner/src/hosts/rules/ansibleEvents.js';
import { StackError } from '../../../runner/src/base/errors.js';
import { stageOf } from '../stage.js';
import { VirtualClock } from '../virtualClock.js';
import { ScalingAws } from './scalingAws.js';
import { InstancesAws, type FakeInstance } from './instancesAws.js';

export const digestOf = (letter: string) => `sha256:${letter.repeat(64)}`;

const VIRTUAL_START = new VirtualClock().now().getTime();

/** A release with one artifact. */
export const releasedArtifact = (letter: string, version: string): ReleaseRecord => ({
  ...{ version, application: 'shop', commit: 'c0ffee', branch: 'main', dirty: false, images: {} },
  artifacts: {
    app: {
      ...{ bucket: 'shop-artifacts', key: `artifacts/shop/app/${letter}/app.tar.gz` },
      ...{ digest: digestOf(letter), sizeBytes: 1234, objectVersion: 'v1', inputs: digestOf(letter) },
    },
  },
  ...{ inputs: digestOf(letter), createdAt: '', createdBy: '' },
});

/** A target of instances as the runner meets EC2 and its target group through the SDK, on virtual time. */
export const instancesWorld = (settings: Record<string, unknown> = {}, startMs?: number) =>
  worldOf(
    new VirtualClock(startMs),
    (clock) => new InstancesAws(clock),
    { subnets: ['subnet-a', 'subnet-b'], playbook: 'release.yml', ...settings },
    (dependencies) => new InstancesTarget(dependencies),
  );

/** The same of an autoscaling group, which configures its instances by user data. */
export const scalingWorld = (settings: Record<string, unknown> = {}, startMs?: number) =>
  worldOf(
    new VirtualClock(startMs),
    (clock) => new ScalingAws(clock),
    { autoscaling: { group: 'shop-asg' }, 'user-data': 'boot.sh', ...settings },
    (dependencies, clients) =>
      createAutoscaled(
        clients,
        dependencies,
        dependencies.config.autoscaling as NonNullable<InstancesConfig['autoscaling']>,
      ),
  );

function worldOf<Aws extends InstancesAws, Made extends Target>(
  clock: VirtualClock,
  awsOf: (clock: VirtualClock) => Aws,
  settings: Record<string, unknown>,
  make: (dependencies: InstancesDependencies, clients: AwsClients) => Made,
) {
  const aws = awsOf(clock);
  const config = instancesSchema.parse({
    ...{ kind: 'instances', artifact: 'app', 'launch-template': 'shop' },
    ...{ 'target-group': 'shop', boot: '60s', drain: '10s' },
    health: { for: '2s', interval: '1s', timeout: '10s', path: '/health' },
    ...settings,
  });
  const events: StackEvent[] = [];
  const entries: Begun[] = [];
  /** Which version each instance was configured with. */
  const configured = new Map<string, string>();
  const played: string[] = [];
  const hooks = {
    play: (_instance: FakeInstance): HostFailure[] => [],
    fetch: async (): Promise<void> => undefined,
    command: (_instance: FakeInstance, _argv: readonly string[]): number => 0,
  };
  let nonces = 0;
  const began = clock.now().getTime();

  const hostsOverSsh = (): SshHosts => {
    const reach = (host: Host): FakeInstance => {
      const instance = aws.instances.get(host.name);
      if (instance !== undefined && aws.isUp(host.name)) return instance;
      throw new StackError('SSH_UNREACHABLE', 'does not answer on SSH: connection refused', {
        subject: host.name,
      });
    };
    const run = async (host: Host, argv: readonly string[]) => ({
      ...{ exitCode: hooks.command(reach(host), argv), stdout: 'said so', stderr: '' },
    });
    return {
      exec: run,
      execAsRoot: run,
      open: () => Promise.reject(new Error('not used')),
      openAsRoot: () => Promise.reject(new Error('not used')),
      ready: async (host) => void reach(host),
      probe: async (host) => {
        const instance = reach(host);
        return configured.has(host.name) && aws.answers(instance)
          ? { status: 200 }
          : { error: 'connection refused' };
      },
      containerLog: async () => [],
      each: (hosts, work) => Promise.all(hosts.map(work)),
      close: () => undefined,
    };
  };

  /**
   * A process of its own: what it knows, it has from the journal and the ledger.
   * @param dieAt how many steps it makes before it is killed: writes of the journal, each before and after, and changes of
   * AWS, each before its answer
   */
  const process = (around: Partial<Rollout> = {}, dieAt = Infinity) => {
    let left = dieAt;
    let die: () => void = () => undefined;
    const death = new Promise<'dead'>((resolve) => (die = () => resolve('dead')));
    let isDead = false;
    const step = async () => {
      left -= 1;
      if (left >= 0 && !isDead) return;
      isDead = true;
      die();
      await new Promise<never>(() => undefined);
    };
    const clients = aws.clients(step);
    const ec2 = createEc2Instances(clients);
    const dependencies: InstancesDependencies = {
      ...{ name: 'web', application: 'shop', environmentName: 'staging', config, clock },
      subnets: config.subnets as string[],
      ec2: async () => ec2,
      template: () => ec2.template({ name: 'shop', version: '$Default' }),
      group: () =>
        createGroup({
          ...{ aws: clients, clock, targetGroup: 'arn:group', port: 80, drainMs: config.drain },
          healthyMs: config.health.timeout,
        }),
      ssh: async () => hostsOverSsh(),
      hostOf: async ({ id, privateAddress = '' }) => ({
        ...{ name: id, address: privateAddress, port: 22, user: 'admin', groups: ['web'], instanceId: id },
        privateAddress,
      }),
      probe: async (url) => {
        const found = [...aws.instances.values()].find(({ id }) => url.includes(`10.0.0.${id.slice(2)}:`));
        const isUp = found !== undefined && aws.isUp(found.id) && aws.answers(found);
        return isUp ? { status: 200, words: '200' } : { words: 'connection refused' };
      },
      configure: async ({ instance, variables }) => {
        await step();
        const fake = aws.instances.get(instance.id) as FakeInstance;
        played.push(`${instance.id} ${String(variables['artifact_release_version'])}`);
        const failures = hooks.play(fake);
        if (failures.length === 0) configured.set(instance.id, String(variables['artifact_release_version']));
        return failures;
      },
      registry: async () => 'registry.example',
      fetch: async () => {
        await hooks.fetch();
        return { file: '/tmp/app.tar.gz', remove: async () => undefined };
      },
      userData: async () =>
        config['user-data'] === undefined ? undefined : 'release ${release:version} $HOME',
      console: async () => ['the last line of the console'],
      nonce: () => `${began === VIRTUAL_START ? 'n' : 'm'}${(nonces += 1)}`,
    };
    const target = make(dependencies, clients);
    const rollout: Rollout = {
      stage: stageOf('deploy:staging', {
        events: { emit: (event) => void events.push({ ...event, time: clock.now().toISOString() }) },
      }),
      signal: new AbortController().signal,
      known: undefined,
      deployment: 7,
      begun: [],
      ...around,
      journal: async (action, data) => {
        await step();
        entries.push({ action, ...(data === undefined ? {} : { data }) });
        await step();
      },
    };
    /** @returns whether it came to an end, be it a failure */
    const live = async (work: Promise<unknown>): Promise<boolean> =>
      (await Promise.race([
        work.then(
          () => 'ended',
          () => 'failed',
        ),
        death,
      ])) !== 'dead';
    return { target, rollout, live };
  };
  return { clock, aws, config, events, entries, configured, played, hooks, process };
}
