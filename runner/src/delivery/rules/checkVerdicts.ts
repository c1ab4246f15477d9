import type { MetricCheck } from '../../config/checksSchema.js';
import { formatDuration } from '../../base/duration.js';

/** Whether a check passes, and the words or numbers that say so. */
export interface CheckVerdict {
  readonly failed: boolean;
  /** Why it failed; undefined where it did not. */
  readonly reason?: string;
  readonly evidence: readonly string[];
}

/** An alarm as far as judging it needs. */
export interface AlarmNow {
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  readonly reason: string;
  /** When it came into that state, in milliseconds. */
  readonly sinceMs?: number;
}

/**
 * Whether an alarm speaks against a release.
 * @param alarm undefined where there is none of that name
 * @param sinceMs when the release began to get requests; undefined before that
 * @param already what an alarm means that was in ALARM before
 */
export function judgeAlarm(
  name: string,
  alarm: AlarmNow | undefined,
  { already, sinceMs }: { readonly already: 'fail' | 'ignore'; readonly sinceMs?: number | undefined },
): CheckVerdict {
  if (alarm === undefined) {
    const reason = `there is no alarm ${name}`;
    return { failed: true, reason, evidence: [reason] };
  }
  const since = alarm.sinceMs === undefined ? '' : ` since ${new Date(alarm.sinceMs).toISOString()}`;
  const evidence = [`${name} is ${alarm.state}${since}`, ...(alarm.reason === '' ? [] : [alarm.reason])];
  if (alarm.state !== 'ALARM') return { failed: false, evidence };
  const isOld = sinceMs === undefined || (alarm.sinceMs !== undefined && alarm.sinceMs < sinceMs);
  if (isOld && already === 'ignore')
    return { failed: false, evidence: [...evidence, 'it was before the release: ignored'] };
  const reason = isOld ? `${name} was in ALARM before the release` : `${name} is in ALARM`;
  return { failed: true, reason, evidence };
}

interface Point {
  readonly atMs: number;
  readonly value: number;
}

/** What CloudWatch has of a metric check so far. */
export interface MetricNow {
  /** Series of the expression, and of the baseline where there is one. */
  readonly expression: readonly { readonly points: readonly Point[] }[];
  readonly baseline?: readonly { readonly points: readonly Point[] }[] | undefined;
}

/**
 * Whether numbers speak against a release. Each whole period is one measurement, and each has to be within the limit; with
 * a baseline, each is held against that of the same period.
 *
 * @param window `fromMs`: periods that begin earlier do not count; `nowMs`: periods that end later are not whole yet
 * @param isLast whether nothing comes after this: only then a lack of data is judged
 */
export function judgeMetric(
  check: MetricCheck,
  found: MetricNow,
  window: { readonly fromMs: number; readonly nowMs: number },
  isLast: boolean,
): CheckVerdict {
  const several = [found.expression, found.baseline ?? []].findIndex((series) => series.length > 1);
  if (several !== -1) {
    const which = several === 0 ? 'expression' : 'baseline';
    const count = (several === 0 ? found.expression : (found.baseline ?? [])).length;
    const reason = `the ${which} gives ${count} series: make one of them, such as by SUM(…)`;
    return { failed: true, reason, evidence: [reason] };
  }
  const whole = wholePoints(found.expression, check.period, window);
  const base = new Map(
    wholePoints(found.baseline ?? [], check.period, window).map(({ atMs, value }) => [atMs, value]),
  );
  const measured = whole.flatMap(({ atMs, value }): readonly Measured[] => {
    if (check.baseline === undefined) return [{ value, isHigh: value > check.limit }];
    const against = base.get(atMs);
    if (against === undefined) return [];
    const isHigh = value > against * check.limit && value > (check.floor ?? 0);
    return [{ value, against, isHigh }];
  });
  const high = measured.find(({ isHigh }) => isHigh);
  const last = measured.at(-1);
  if (high !== undefined) {
    const reason = `${wordsOf(high)} is over the limit of ${limitOf(check)}`;
    return { failed: true, reason, evidence: [reason, `expression: ${check.expression}`] };
  }
  if (last === undefined && isLast) {
    const lacks = whole.length === 0 || check.baseline === undefined ? 'expression' : 'baseline';
    const reason = `CloudWatch has no data of the ${lacks} in ${formatDuration(window.nowMs - window.fromMs)}`;
    if (check.missing === 'pass') return { failed: false, evidence: [`${reason}: passes (missing: pass)`] };
    return { failed: true, reason, evidence: [reason, `${lacks}: ${check[lacks] ?? ''}`] };
  }
  if (last === undefined) return { failed: false, evidence: ['no data yet'] };
  const worst = measured.reduce((one, other) => (ratioOf(other) > ratioOf(one) ? other : one));
  const count = measured.length === 1 ? '1 period' : `${measured.length} periods`;
  return { failed: false, evidence: [`at most ${wordsOf(worst)} in ${count}, limit ${limitOf(check)}`] };
}

interface Measured {
  readonly value: number;
  readonly against?: number;
  readonly isHigh: boolean;
}

function wholePoints(
  series: readonly { readonly points: readonly Point[] }[],
  periodMs: number,
  { fromMs, nowMs }: { readonly fromMs: number; readonly nowMs: number },
): readonly Point[] {
  return (series[0]?.points ?? []).filter(({ atMs }) => atMs >= fromMs && atMs + periodMs <= nowMs);
}

const ratioOf = ({ value, against }: Measured): number =>
  against === undefined ? value : against === 0 ? (value === 0 ? 0 : Infinity) : value / against;

/** Numbers as people compare them. */
const rounded = (value: number): string => String(Number(value.toPrecision(4)));

const wordsOf = ({ value, against }: Measured): string =>
  against === undefined ? rounded(value) : `${rounded(value)} beside ${rounded(against)}`;

function limitOf({ limit, baseline, floor }: MetricCheck): string {
  if (baseline === undefined) return rounded(limit);
  return `${rounded(limit)} × the baseline${floor === undefined ? '' : `, from ${rounded(floor)} up`}`;
}
