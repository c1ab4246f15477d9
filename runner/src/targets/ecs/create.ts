import { registryOfAccount } from '../../adapters/aws/registry.js';
import type { EcsServiceConfig } from '../../config/schema.js';
import type { Context, NamedEnvironment } from '../../container.js';
import type { Target } from '../target.js';
import { EcsTarget } from './ecsTarget.js';

/** An ECS service of an environment, on the context's own AWS. */
export async function createEcsTarget(parts: {
  readonly context: Context;
  readonly environment: NamedEnvironment;
  readonly name: string;
  /** References already resolved. */
  readonly config: EcsServiceConfig;
}): Promise<Target> {
  const { context, environment, name, config } = parts;
  const aws = await context.aws(environment);
  // Loading the SDK takes a while: it begins now, and its failure is met by the first call.
  aws.ecs().catch(() => undefined);
  return new EcsTarget({
    name,
    config,
    environmentName: environment.name,
    aws,
    clock: context.clock,
    emit: (event) => context.events.emit(event),
    registry: (account) => registryOfAccount(aws, context.env, account),
  });
}
