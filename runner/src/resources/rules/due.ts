import type { PowerRecord } from '../../domain/power.js';

/** What `power follow` has to do. */
export type Due =
  { readonly to: 'on' | 'off'; readonly why: string } | { readonly to: 'nothing'; readonly why: string };

/**
 * What a schedule asks for now.
 * @param wanted what it says
 * @param runs whether something of what was powered off runs again: RDS starts a stopped database after seven days
 */
export function dueOf(
  record: PowerRecord | undefined,
  wanted: 'on' | 'off',
  nowMs: number,
  runs: boolean,
): Due {
  const status = record?.status ?? 'on';
  const isOver = record?.until === undefined || Date.parse(record.until) <= nowMs;
  if (!isOver)
    return { to: 'nothing', why: `it is ${status} until ${utc(record.until ?? '')}, as ${record.who} said` };
  if (status !== wanted) return { to: wanted, why: `the schedule says ${wanted}` };
  if (status === 'off' && runs) return { to: 'off', why: 'something of it runs again' };
  return { to: 'nothing', why: `it is ${status}, as the schedule says` };
}

const utc = (time: string) => `${time.slice(0, 16).replace('T', ' ')} UTC`;
