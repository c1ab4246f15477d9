import { createEcsDeployments } from '../../../../adapters/aws/ecsDeployments.js';
import type { EcsApi, EcsScope } from '../../../../adapters/aws/ecs.js';
import { StackError } from '../../../../base/errors.js';
import { once } from '../../../../base/once.js';
import type { Member } from '../sharedService.js';
import type { NativeStrategy } from '../strategySchema.js';
import type { EcsTargetOptions } from '../targetOptions.js';
import { NativeMover } from './nativeMover.js';

/** What moves a service that ECS moves by itself, for all the targets that are containers of it. */
export function nativeMover(parts: {
  readonly group: readonly Member[];
  readonly strategy: NativeStrategy;
  readonly scope: EcsScope;
  readonly api: EcsApi;
  readonly options: Pick<EcsTargetOptions, 'aws' | 'clock' | 'balancersAt'>;
}): NativeMover {
  const { group, strategy, scope, api, options } = parts;
  const { aws, clock, balancersAt } = options;
  const rule = strategy['test-rule'];
  return new NativeMover({
    scope,
    strategy,
    api,
    deployments: createEcsDeployments(aws, scope),
    clock,
    timeoutMs: Math.max(...group.map(({ config }) => config.timeout)),
    container: group[0]?.config.container,
    isChecked: group.some(({ config }) => Object.keys(config.checks ?? {}).length > 0),
    testAt: once(async () => {
      if (rule === undefined) return undefined;
      const { ruleUrl } = await import('../../../../adapters/aws/loadBalancer.js');
      try {
        return await ruleUrl(aws, rule, '/', balancersAt);
      } catch (error) {
        // It is only told.
        if (!(error instanceof StackError)) throw error;
        return undefined;
      }
    }),
  });
}
