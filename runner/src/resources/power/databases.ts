import { changeDatabase, listDatabases } from '../../adapters/aws/databases.js';
import { formatDuration } from '../../base/duration.js';
import { poll } from '../../base/poll.js';
import type { PoweredDatabase } from '../../domain/power.js';
import type { PowerWork } from './powerWork.js';

const END: Readonly<Record<'start' | 'stop', string>> = { start: 'available', stop: 'stopped' };
/** Where RDS goes no further by itself. */
const BROKEN = /^(?:failed|storage-full|incompatible-|inaccessible-)/;
/** RDS changes its mind in minutes. */
const GAP_MS = 5000;
const LONGEST_GAP_MS = 15_000;

/**
 * Stops or starts databases and waits until each has come there. RDS starts a stopped one again by itself after seven days.
 * @returns why some did not, in words
 */
export async function changeDatabases(
  work: PowerWork,
  change: 'start' | 'stop',
  databases: readonly PoweredDatabase[],
): Promise<readonly string[]> {
  const { aws, clock, stage, signal, timeoutMs } = work;
  if (databases.length === 0) return [];
  const failures: string[] = [];
  const waited = new Map(databases.map((one) => [keyOf(one), one]));
  const asked = new Set<string>();
  const seen = new Map<string, string>();
  await poll(
    async () => {
      const now = new Map((await listDatabases(aws, signal)).map((one) => [keyOf(one), one]));
      for (const [key, one] of waited) {
        const status = now.get(key)?.status;
        if (status !== undefined && status !== seen.get(key)) {
          seen.set(key, status);
          const isThere = status === END[change];
          stage.subject(one.id).progress('state', status, isThere ? 'ok' : 'running');
        }
        if (status === END[change]) waited.delete(key);
        else if (status === undefined && change === 'start') {
          // What was deleted since cannot come back, and nobody waits for it.
          stage.subject(one.id).progress('state', 'gone', 'ok');
          waited.delete(key);
        } else if (status === undefined) waited.delete(key);
        else if (BROKEN.test(status)) {
          failures.push(`${one.id} is ${status}`);
          waited.delete(key);
        } else if (!asked.has(key) && status === END[change === 'start' ? 'stop' : 'start']) {
          asked.add(key);
          try {
            await changeDatabase(aws, change, one, signal);
          } catch (error) {
            signal.throwIfAborted();
            failures.push(`${one.id}: ${(error as Error).message}`);
            waited.delete(key);
          }
        }
      }
      return waited.size === 0 ? true : undefined;
    },
    { clock, limitMs: timeoutMs, gapMs: GAP_MS, growth: 1.3, longestGapMs: LONGEST_GAP_MS, signal },
  );
  return [
    ...failures,
    ...[...waited].map(
      ([key, { id }]) => `${id} is ${seen.get(key) ?? 'not seen'} after ${formatDuration(timeoutMs)}`,
    ),
  ];
}

const keyOf = ({ kind, id }: PoweredDatabase) => `${kind}/${id}`;
