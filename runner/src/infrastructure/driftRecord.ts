import type { ContextWith, NamedEnvironment } from '../context/context.js';
import { toErrorRecord } from '../base/errors.js';
import { markOutdated, writeDrift } from '../state/driftRecords.js';

/** Keeps what a check found, for `status`. Never throws: the finding itself is told all the same. */
export async function recordDrift(
  context: ContextWith<'clock' | 'events' | 'runUrl' | 'store' | 'who'>,
  { name }: NamedEnvironment,
  found: { readonly drifted: number; readonly headline: string },
): Promise<void> {
  await quietly(context, `this check of ${name} is not recorded for status`, async () => {
    await writeDrift(await context.store(), name, {
      checkedAt: context.clock.now().toISOString(),
      who: context.who,
      ...(context.runUrl === undefined ? {} : { runUrl: context.runUrl }),
      ...found,
    });
  });
}

/** Something changed the infrastructure: what the last check found may no longer be true. Never throws. */
export async function outdateDrift(
  context: ContextWith<'clock' | 'events' | 'store' | 'who'>,
  { name }: NamedEnvironment,
  by: 'apply' | 'destroy',
): Promise<void> {
  await quietly(
    context,
    `status still shows the last drift check of ${name}, though the infrastructure has changed since`,
    async () => {
      const at = context.clock.now().toISOString();
      await markOutdated(await context.store(), name, { by, at, who: context.who });
    },
  );
}

async function quietly(
  context: ContextWith<'events'>,
  what: string,
  write: () => Promise<void>,
): Promise<void> {
  try {
    await write();
  } catch (error) {
    const { message, next } = toErrorRecord(error);
    context.events.emit({
      type: 'notice',
      level: 'warning',
      message: `${what}: ${message}`,
      ...(next === undefined ? {} : { next }),
    });
  }
}
