/** A part of a week in which an environment is on. */
export interface PowerWindow {
  /** Days of the week, 0 is Monday. */
  readonly days: readonly number[];
  /** Minutes since midnight, in the time zone of the schedule. */
  readonly from: number;
  readonly to: number;
}

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const FORM = /^(\S+) (\d\d):(\d\d)-(\d\d):(\d\d)$/;
const MINUTES_A_DAY = 1440;

/**
 * Reads a part of a week: `mon-fri 07:00-20:00`, `sat,sun 10:00-16:00`, `daily 06:00-24:00`.
 * @returns undefined where it is none; one that goes over midnight is two
 */
export function parsePowerWindow(text: string): PowerWindow | undefined {
  const [, days = '', ...numbers] = FORM.exec(text) ?? [];
  const [fromHour = 99, fromMinute = 99, toHour = 99, toMinute = 99] = numbers.map(Number);
  const named = days === 'daily' ? [0, 1, 2, 3, 4, 5, 6] : days.split(',').flatMap(daysOf);
  const [from, to] = [fromHour * 60 + fromMinute, toHour * 60 + toMinute];
  if (fromMinute > 59 || toMinute > 59 || from >= to || to > MINUTES_A_DAY) return undefined;
  if (named.length === 0 || named.includes(-1)) return undefined;
  return { days: named, from, to };
}

/** Days of `mon` or `mon-fri`; -1 where it is neither. */
function daysOf(text: string): readonly number[] {
  const [first = '', last = first, more] = text.split('-');
  const [from, to] = [DAYS.indexOf(first), DAYS.indexOf(last)];
  if (more !== undefined || from === -1 || to < from) return [-1];
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** Whether a time zone is one that is known here: `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Whether an environment is to be on at a moment. */
export function isOnAt(windows: readonly PowerWindow[], timeZone: string, at: Date): boolean {
  const { day, minute } = localTime(timeZone, at);
  return windows.some(({ days, from, to }) => days.includes(day) && minute >= from && minute < to);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function localTime(timeZone: string, at: Date): { readonly day: number; readonly minute: number } {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  formats.set(timeZone, format);
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return {
    day: DAYS.indexOf((parts['weekday'] ?? '').toLowerCase()),
    minute: Number(parts['hour']) * 60 + Number(parts['minute']),
  };
}

/** Hours of a week in which an environment is on; parts that overlap count once. */
export function hoursOnAWeek(windows: readonly PowerWindow[]): number {
  const minutes = new Set(
    windows.flatMap(({ days, from, to }) =>
      days.flatMap((day) =>
        Array.from({ length: to - from }, (_, index) => day * MINUTES_A_DAY + from + index),
      ),
    ),
  );
  return minutes.size / 60;
}

const MINUTE_MS = 60_000;

/** The next moment at which it changes, to the minute; undefined where it never does. */
export function nextChange(windows: readonly PowerWindow[], timeZone: string, from: Date): Date | undefined {
  const now = isOnAt(windows, timeZone, from);
  const startMs = Math.floor(from.getTime() / MINUTE_MS) * MINUTE_MS;
  for (let minute = 1; minute <= 8 * MINUTES_A_DAY; minute += 1) {
    const at = new Date(startMs + minute * MINUTE_MS);
    if (isOnAt(windows, timeZone, at) !== now) return at;
  }
  return undefined;
}
