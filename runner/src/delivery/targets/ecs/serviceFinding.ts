import type { ContextWith, NamedEnvironment } from '../../../context/context.js';
import { notCreatedYet, type Finding } from '../../../domain/finding.js';

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
    return notCreatedYet(error, environment.name);
  }
}
