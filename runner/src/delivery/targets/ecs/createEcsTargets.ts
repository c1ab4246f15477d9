import { createEcsApi } from '../../../adapters/aws/ecs.js';
import { scalingResource } from '../../../adapters/aws/scaling.js';
import { createEcsTasks } from '../../../adapters/aws/ecsTasks.js';
import { endpointOf } from '../../../adapters/aws/clients.js';
import { registryHost, registryOfAccount } from '../../../adapters/aws/ecrRegistry.js';
import type { ContextWith, NamedEnvironment } from '../../../context/context.js';
import { registryOfImages } from '../../../release/registryOfImages.js';
import type { Target } from '../../../context/target.js';
import type { CheckTools } from '../../checks/checks.js';
import { createSnapshotTaker } from '../../snapshots/createTaker.js';
import { nativeMover } from './native/createNativeMover.js';
import { EcsTarget } from './ecsTarget.js';
import type { ProbeOptions } from '../../../adapters/http/httpProbe.js';
import { ColourPair, namesOf } from './switch/colourPair.js';
import { SwitchTarget } from './switch/switchTarget.js';
import { Autoscaling } from './scaling/autoscaling.js';
import { scaledTarget } from './scaling/scaledTarget.js';
import { scheduledTarget } from './schedules/scheduledTarget.js';
import { Schedules } from './schedules/schedules.js';
import type { EcsServiceConfig } from './schema.js';
import { byService, SharedService, type Member } from './sharedService.js';
import { isNative } from './strategySchema.js';

/**
 * The ECS services of an environment, on the context's own AWS, one target a container.
 * @throws StackError CONFIG_INVALID where two of one service are not two containers of it
 */
export async function createEcsTargets(parts: {
  readonly context: ContextWith<
    'aws' | 'clock' | 'config' | 'env' | 'environment' | 'events' | 'processes' | 'resolve' | 'secrets'
  >;
  readonly environment: NamedEnvironment;
  /** References already resolved. */
  readonly members: readonly Member[];
  /** Where some of them have checks. */
  readonly checkTools?: CheckTools;
  readonly url?: string | undefined;
}): Promise<ReadonlyMap<string, Target>> {
  const { context, environment, members, checkTools, url } = parts;
  const groups = byService(members, environment.name);
  const aws = await context.aws(environment);
  // Loading the SDK takes a while: it begins now, and its failure is met by the first call.
  aws.ecs().catch(() => undefined);
  const { clock } = context;
  const home = await registryOfImages(context, environment);
  const images = home.name === environment.name ? aws : await context.aws(home);
  const elsewhere = images === aws ? undefined : await registryHost(images, context.env);
  const resourcesOf = (config: EcsServiceConfig) =>
    (config.strategy.kind === 'switch'
      ? Object.values(namesOf(config, config.strategy))
      : [config.service]
    ).map((service) => scalingResource({ cluster: config.cluster, service }));
  const scaling = new Autoscaling(aws, [...new Set(members.flatMap(({ config }) => resourcesOf(config)))]);
  const takeSnapshot = await createSnapshotTaker(context, environment);
  const targets = groups.flatMap((group): readonly (readonly [string, Target])[] => {
    const [{ config: first }] = group as readonly [Member, ...Member[]];
    const { strategy } = first;
    const options = {
      // Loaded when first used: a no-change deploy probes nothing.
      probe: async (url: string, asked: ProbeOptions) =>
        (await import('../../../adapters/http/httpProbe.js')).probe(url, { ...asked, env: context.env }),
      environmentName: environment.name,
      aws,
      images,
      clock,
      takeSnapshot,
      url,
      ...(checkTools === undefined ? {} : { checkTools }),
      onHost: {
        processes: context.processes,
        secrets: context.secrets,
        awsVariables: async () =>
          (await import('../../../context/awsOfChildren.js')).awsVariables(context, environment),
        sessionsAt: endpointOf(context.env, 'SSM'),
      },
      balancersAt: context.env['AUTOMATION_STACK_LOAD_BALANCERS'] || undefined,
      registry: (account: string) => elsewhere ?? registryOfAccount(aws, context.env, account),
    };
    const scope = { cluster: first.cluster, service: first.service, environment: environment.name };
    const api = createEcsApi(aws, scope);
    const withSchedules = (target: Target, { name, config }: Member): Target =>
      (config.schedules ?? []).length === 0
        ? target
        : scheduledTarget(
            target,
            new Schedules({ ...{ name, config, aws, api, clock }, ...scope, registry: options.registry }),
          );
    if (strategy.kind === 'switch') {
      const pair = new ColourPair({ ...options, members: group, strategy });
      const [blue, green] = resourcesOf(first) as [string, string];
      return group.map((member) => {
        const target = withSchedules(new SwitchTarget(member.name, pair), member);
        return [member.name, scaledTarget(target, scaling, { blue, green })] as const;
      });
    }
    const shared = new SharedService({
      scope,
      api,
      tasks: createEcsTasks(aws, scope),
      clock,
      members: group,
    });
    const mover = isNative(strategy) ? nativeMover({ group, strategy, scope, api, options }) : undefined;
    const moved = mover === undefined ? {} : { mover };
    const [service] = resourcesOf(first) as [string];
    return group.map((member) => {
      const target = withSchedules(new EcsTarget({ ...options, ...moved, ...member, shared }), member);
      return [member.name, scaledTarget(target, scaling, { service })] as const;
    });
  });
  return new Map(targets);
}
