import { listDatabases } from '../../adapters/aws/databases.js';
import { StackError } from '../../base/errors.js';
import type { Context, NamedEnvironment } from '../../context/context.js';
import type { PowerRecord } from '../../domain/power.js';
import { readPower } from '../../state/powerRecords.js';
import { dueOf, type Due } from '../rules/due.js';
import { scheduleAt } from './powerStatus.js';
import { accountAws } from '../accountAws.js';

/**
 * What the schedule of an environment asks for now; nobody has to hold the lock to find that it is nothing.
 * @throws StackError CONFIG_INVALID where it has no schedule; STATE_UNREADABLE, AWS_*
 */
export async function dueNow(context: Context, environment: NamedEnvironment): Promise<Due> {
  const now = context.clock.now();
  const schedule = scheduleAt(environment, now);
  if (schedule === undefined) {
    throw new StackError('CONFIG_INVALID', `${environment.name} has no hours in which it is on`, {
      where: `environments.${environment.name}.power`,
      next: 'Add them: `power: { hours: ["mon-fri 07:00-20:00"], timezone: Europe/Berlin }`.',
    });
  }
  const { store } = await context.state();
  const record = await readPower(store, environment.name);
  return dueOf(record, schedule.wanted, now.getTime(), await runsAgain(context, environment, record));
}

async function runsAgain(
  context: Context,
  environment: NamedEnvironment,
  record: PowerRecord | undefined,
): Promise<boolean> {
  if (record?.status !== 'off' || record.databases.length === 0) return false;
  const found = await listDatabases(await accountAws(context, environment), context.signal);
  return record.databases.some(({ id, kind }) =>
    found.some((one) => one.id === id && one.kind === kind && one.status === 'available'),
  );
}
