import type { ContextWith, NamedEnvironment } from '../context/context.js';
import { StackError } from '../base/errors.js';
import { addressParts } from '../domain/resourceAddress.js';
import { deliveredBy, mayBeOwned, type Delivered } from './rules/deliveryOwned.js';
import type { PlanJson } from './rules/planSummary.js';

/**
 * What deliveries have put where in an environment, by the ledger. It is asked only where a plan has something that a
 * delivery can own; where it cannot be read, that is told, and a plan shows what Terraform shows.
 */
export async function deliveredIn(
  context: ContextWith<'state' | 'events'>,
  { name }: Pick<NamedEnvironment, 'name'>,
  plan: PlanJson,
): Promise<readonly Delivered[]> {
  const different = [
    ...(plan.resource_changes ?? []).filter(({ change }) => change.actions.includes('update')),
    ...(plan.resource_drift ?? []),
  ];
  const types = different.map(({ type, address }) => type ?? addressParts(address).at(-2) ?? '');
  if (!types.some(mayBeOwned)) return [];
  try {
    const { ledger } = await context.state();
    const { healthy, latest } = await ledger.current(name);
    return healthy === undefined ? [] : deliveredBy(healthy, latest?.status === 'running');
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    context.events.emit({
      type: 'notice',
      level: 'warning',
      message: `what the delivery owns in ${name} is not known, so an apply may change it back: ${error.message}`,
    });
    return [];
  }
}
