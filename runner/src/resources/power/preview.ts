import type { Context, NamedEnvironment } from '../../context/context.js';
import { NOTHING, type PoweredThings } from '../../domain/power.js';
import { readPower } from '../../state/powerRecords.js';
import { lookAtPower, runningNow } from './look.js';

/** What powering off would stop, or powering on would bring back. @throws StackError STATE_*, AWS_* */
export async function previewOfPower(
  context: Context,
  environment: NamedEnvironment,
  to: 'on' | 'off',
): Promise<{ readonly things: PoweredThings; readonly left: readonly string[] }> {
  if (to === 'off') {
    const there = await lookAtPower(context, environment, context.signal);
    return { things: runningNow(there), left: there.left.map((one) => `${one}.`) };
  }
  const { store } = await context.state();
  const record = await readPower(store, environment.name);
  if (record === undefined || record.status === 'on') return { things: NOTHING, left: [] };
  const { services, instances, databases } = record;
  return { things: { services, instances, databases }, left: [] };
}
