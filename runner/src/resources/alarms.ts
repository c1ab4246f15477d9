import { deleteAlarms, listAlarms, putAlarm } from '../adapters/aws/alarms.js';
import { StackError } from '../base/errors.js';
import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import type { Alarm, AlarmSettings } from '../domain/alarm.js';
import { tagsOf } from '../domain/deploymentTags.js';
import type { Stage } from '../events/stage.js';
import { deploymentOf } from '../infrastructure/ownership.js';
import { recordedWork } from './recordedWork.js';
import { chosen, hasTags, ownOf } from './rules/choose.js';
import { accountAws } from './accountAws.js';

/** CloudWatch deletes so many at a time. */
const DELETED = 100;

/**
 * Alarms of an environment, by its tags.
 * @param states all where empty
 * @throws StackError AWS_*
 */
export async function alarmsOf(
  context: ContextWith<'aws' | 'config' | 'signal'>,
  environment: NamedEnvironment,
  { tags, states }: { readonly tags: readonly string[]; readonly states: readonly string[] },
): Promise<readonly Alarm[]> {
  const self = await deploymentOf(context, environment);
  const all = await listAlarms(await accountAws(context, environment), undefined, context.signal);
  return ownOf(all, self).filter(
    (one) => hasTags(one.tags, tags) && (states.length === 0 || states.includes(one.state)),
  );
}

/** @throws StackError RESOURCE_EXISTS where an alarm has the name: whoever sets one again would not see whose it was */
export async function checkNewAlarm(
  context: Context,
  environment: NamedEnvironment,
  name: string,
): Promise<void> {
  const [there] = await listAlarms(await accountAws(context, environment), [name], context.signal);
  if (there === undefined) return;
  throw new StackError('RESOURCE_EXISTS', `there is an alarm ${name} already: ${there.watches}`, {
    where: environment.name,
    next: `Use another name; or delete it: node runner alarms delete ${name} --env ${environment.name}`,
  });
}

/** Makes an alarm with the tags of the deployment. @throws StackError AWS_* */
export async function createAlarm(
  context: Context,
  environment: NamedEnvironment,
  { settings, stage }: { readonly settings: AlarmSettings; readonly stage: Stage },
): Promise<void> {
  const tags = tagsOf(await deploymentOf(context, environment));
  const work = { kind: 'alarms' as const, summary: `create ${settings.name}`, stage, waitMs: undefined };
  await recordedWork(context, environment, work, async (signal) =>
    putAlarm(await accountAws(context, environment), settings, tags, signal),
  );
}

/** The alarms that are meant. @throws StackError RESOURCE_UNKNOWN, RESOURCE_FOREIGN; AWS_* */
export async function alarmsMeant(
  context: Context,
  environment: NamedEnvironment,
  words: readonly string[],
): Promise<readonly Alarm[]> {
  const self = await deploymentOf(context, environment);
  const found = await listAlarms(await accountAws(context, environment), words, context.signal);
  return chosen(found, {
    words,
    self,
    what: 'alarm',
    listed: `alarms list --env ${environment.name}`,
  });
}

/** @throws StackError AWS_* */
export function removeAlarms(
  context: Context,
  environment: NamedEnvironment,
  { alarms, stage }: { readonly alarms: readonly Alarm[]; readonly stage: Stage },
): Promise<void> {
  const names = alarms.map(({ name }) => name);
  const work = {
    kind: 'alarms' as const,
    summary: `delete ${names.join(', ')}`,
    stage,
    waitMs: undefined,
  };
  return recordedWork(context, environment, work, async (signal) => {
    const aws = await accountAws(context, environment);
    for (let from = 0; from < names.length; from += DELETED)
      await deleteAlarms(aws, names.slice(from, from + DELETED), signal);
  });
}
