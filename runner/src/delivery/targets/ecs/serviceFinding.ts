import { StackError } from '../../../base/errors.js';
import type { ContextWith, NamedEnvironment } from '../../../context/context.js';
import type { Finding } from '../../../domain/finding.js';

/** The cluster, the service and its container are there. What it runs is not judged: a deploy may be what mends it. */
export async function serviceFinding(
  context: ContextWith<'targets'>,
  environment: NamedEnvironment,
  name: string,
): Promise<Finding> {
  try {
    const [target] = await context.targets(environment, [name]);
    const status = await target?.status();
    return { status: 'ok', found: status?.summary ?? '' };
  } catch (error) {
    const isUnmade = error instanceof StackError && error.code === 'OUTPUT_MISSING';
    if (!isUnmade) throw error;
    return {
      status: 'skipped',
      found: 'not created yet',
      next: `node runner apply --env ${environment.name}`,
    };
  }
}
