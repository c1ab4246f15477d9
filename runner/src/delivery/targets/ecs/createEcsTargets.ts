import { createEcsApi } from '../../../adapters/aws/ecs.js';
import { createEcsTasks } from '../../../adapters/aws/ecsTasks.js';
import { registryHost, registryOfAccount } from '../../../adapters/aws/ecrRegistry.js';
import type { ContextWith, NamedEnvironment } from '../../../context/context.js';
import { registryOfImages } from '../../../release/registryOfImages.js';
import type { Target } from '../../../context/target.js';
import { EcsTarget } from './ecsTarget.js';
import { byService, SharedService, type Member } from './sharedService.js';

/**
 * The ECS services of an environment, on the context's own AWS, one target a container.
 * @throws StackError CONFIG_INVALID where two of one service are not two containers of it
 */
export async function createEcsTargets(parts: {
  readonly context: ContextWith<'aws' | 'clock' | 'env' | 'environment' | 'events'>;
  readonly environment: NamedEnvironment;
  /** References already resolved. */
  readonly members: readonly Member[];
}): Promise<ReadonlyMap<string, Target>> {
  const { context, environment, members } = parts;
  const groups = byService(members, environment.name);
  const aws = await context.aws(environment);
  // Loading the SDK takes a while: it begins now, and its failure is met by the first call.
  aws.ecs().catch(() => undefined);
  const { clock } = context;
  const home = await registryOfImages(context, environment);
  const elsewhere =
    home.name === environment.name ? undefined : await registryHost(await context.aws(home), context.env);
  const targets = groups.flatMap((group) => {
    const [{ config: first }] = group as readonly [Member, ...Member[]];
    const scope = { cluster: first.cluster, service: first.service, environment: environment.name };
    const shared = new SharedService({
      scope,
      api: createEcsApi(aws, scope),
      tasks: createEcsTasks(aws, scope),
      clock,
      members: group,
    });
    return group.map(({ name, config }) => {
      const target = new EcsTarget({
        // Loaded when first used: a no-change deploy probes nothing.
        probe: async (url, options) =>
          (await import('../../../adapters/http/httpProbe.js')).probe(url, { ...options, env: context.env }),
        name,
        config,
        environmentName: environment.name,
        aws,
        clock,
        shared,
        balancersAt: context.env['AUTOMATION_STACK_LOAD_BALANCERS'] || undefined,
        registry: (account) => elsewhere ?? registryOfAccount(aws, context.env, account),
      });
      return [name, target] as const;
    });
  });
  return new Map(targets);
}
