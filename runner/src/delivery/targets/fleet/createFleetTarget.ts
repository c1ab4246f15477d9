import { availableParallelism, freemem } from 'node:os';
import { playbookOf, type FleetConfig } from './schema.js';
import type { Context, NamedEnvironment } from '../../../context/context.js';
import { StackError } from '../../../base/errors.js';
import { inGroup, type Host } from '../../../domain/host.js';
import { once } from '../../../base/once.js';
import { slots } from '../../../base/slots.js';
import { REGISTRY_PASSWORD, REGISTRY_USERNAME } from '../../../hosts/rules/ansibleArguments.js';
import { inventoryOf } from '../../../hosts/inventory.js';
import { runPlaybook } from '../../../hosts/playbook.js';
import { usualForks } from '../../../hosts/rules/forks.js';
import type { HostFailure } from '../../../hosts/rules/ansibleEvents.js';
import type { Target } from '../../../context/target.js';
import { createCheckTools } from '../../checks/createTools.js';
import { createSnapshotTaker } from '../../snapshots/createTaker.js';
import { createBalancer } from './balancer.js';
import { FleetTarget } from './fleetTarget.js';
import { registryOf } from './registryLogin.js';

/** A fleet of an environment on the real world: Terraform's hosts, SSH, Ansible, the account's load balancer. */
export async function createFleetTarget(options: {
  readonly context: Context;
  readonly environment: NamedEnvironment;
  readonly name: string;
  /** References already resolved. */
  readonly config: FleetConfig;
}): Promise<Target> {
  const { context, environment, name, config } = options;
  const { application } = await context.config();
  const inventory = once(() => inventoryOf(context, environment));
  const registry = once(() => registryOf(context, environment, config));
  const machine = { processors: availableParallelism(), freeBytes: freemem() };
  // Each host has a playbook run of its own: as many at a time as forks that one run would have.
  const inTurn = slots(usualForks(Number.MAX_SAFE_INTEGER, machine));
  return new FleetTarget({
    name,
    config,
    application,
    environmentName: environment.name,
    clock: context.clock,
    ssh: () => context.ssh(environment),
    takeSnapshot: await createSnapshotTaker(context, environment),
    checkTools: once(() => createCheckTools(context, environment)),
    hosts: async () =>
      refuseEmptyGroup(inGroup((await inventory()).hosts, config.group), config.group, environment.name),
    registry: async () => (await registry()).host,
    async fetchArtifact(artifact, signal) {
      const { fetchArtifact } = await import('../artifacts/fetchArtifact.js');
      return fetchArtifact(context, await context.aws(environment), artifact, signal);
    },
    balancer: once(async () => {
      const targetGroup = config['target-group'];
      if (targetGroup === undefined) return undefined;
      const { clock } = context;
      const aws = await context.aws(environment);
      return createBalancer({
        aws,
        clock,
        targetGroup,
        port: config.port,
        drainMs: config.drain,
        healthyMs: config.health.timeout,
      });
    }),
    async play({ hosts, variables, rollout, objects = [] }) {
      const auth = config.strategy.kind === 'symlink' ? undefined : await (await registry()).credentials();
      const found = await inventory();
      const outcome = await inTurn(() =>
        runPlaybook(context, {
          environment,
          stage: rollout.stage,
          playbook: playbookOf(config),
          inventory: found,
          limit: hosts,
          ...{ variables, objects },
          signal: rollout.signal,
          usualForks: usualForks(hosts.length, machine),
          secrets:
            auth === undefined
              ? {}
              : { [REGISTRY_USERNAME]: auth.username, [REGISTRY_PASSWORD]: auth.password },
        }),
      );
      return [...outcome.failures, ...skippedByPlaybook(outcome.leftOut(hosts), playbookOf(config))];
    },
  });
}

/** Hosts that the playbook was run for, and that none of its plays names: nothing happened there. */
function skippedByPlaybook(hosts: readonly string[], playbook: string): readonly HostFailure[] {
  return hosts.map((host) => ({
    host,
    unreachable: false,
    leftOut: true,
    task: '',
    message: `no play of ${playbook} ran on it: its \`hosts\` names others`,
    where: playbook,
    output: [],
  }));
}

function refuseEmptyGroup(hosts: readonly Host[], group: string, environmentName: string): readonly Host[] {
  if (hosts.length > 0) return hosts;
  throw new StackError('CONFIG_INVALID', `no host of ${environmentName} is in the group "${group}"`, {
    where: `targets of ${environmentName}`,
    next: `List the hosts: node runner inventory --env ${environmentName}`,
  });
}
