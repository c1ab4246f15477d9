import type { Stage } from '../events/stage.js';
import type { Context, NamedEnvironment } from '../context/context.js';
import { provisionStep, type ProvisionResult } from '../hosts/provision.js';
import type { ProvisionOptions } from '../hosts/rules/provisionOptions.js';
import { withLock } from './environmentLock.js';

/**
 * Provisions under the environment's lock: neither another provisioning nor a deploy works on its hosts meanwhile. A dry
 * run changes nothing, and takes none.
 * @param waitMs longest wait for another holder, in milliseconds; refuses at once where left out
 * @throws StackError LOCKED; as `provisionStep`
 */
export async function provisionLocked(
  context: Context,
  environment: NamedEnvironment,
  stage: Stage,
  { waitMs = 0, ...options }: ProvisionOptions & { readonly waitMs?: number } = {},
): Promise<ProvisionResult> {
  if (options.dryRun === true) return provisionStep(context, environment, stage, options);
  return withLock(context, { environment: environment.name, stage, waitMs }, () =>
    provisionStep(context, environment, stage, options),
  );
}
