import { expect } from 'chai';
import type { MetricCheck } from '../../../../runner/src/config/checksSchema.js';
import { judgeAlarm, judgeMetric } from '../../../../runner/src/delivery/rules/checkVerdicts.js';

const SINCE = Date.parse('2026-11-03T12:00:00.000Z');
const MINUTE = 60_000;

describe('an alarm', () => {
  const alarm = (state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA', sinceMs = SINCE + MINUTE) => ({
    state,
    reason: '3 of 3 data points were over 5',
    sinceMs,
  });
  const judge = (
    now: Parameters<typeof judgeAlarm>[1],
    already: 'fail' | 'ignore' = 'fail',
    sinceMs?: number,
  ) => judgeAlarm('shop-5xx', now, { already, ...(sinceMs === undefined ? {} : { sinceMs }) });

  it('passes where it is OK, and where it has no data', () => {
    expect(judge(alarm('OK'), 'fail', SINCE).failed).to.equal(false);
    expect(judge(alarm('INSUFFICIENT_DATA'), 'fail', SINCE).failed).to.equal(false);
  });

  it('fails where it went off after the release got requests, whatever it may have been before', () => {
    for (const already of ['fail', 'ignore'] as const)
      expect(judge(alarm('ALARM'), already, SINCE)).to.deep.include({
        failed: true,
        reason: 'shop-5xx is in ALARM',
        evidence: ['shop-5xx is ALARM since 2026-11-03T12:01:00.000Z', '3 of 3 data points were over 5'],
      });
  });

  it('fails where it was off before, unless that is to be ignored', () => {
    const before = alarm('ALARM', SINCE - MINUTE);
    for (const sinceMs of [SINCE, undefined]) {
      expect(judge(before, 'fail', sinceMs)).to.deep.include({
        failed: true,
        reason: 'shop-5xx was in ALARM before the release',
      });
      expect(judge(before, 'ignore', sinceMs)).to.deep.include({ failed: false });
      expect(judge(before, 'ignore', sinceMs).evidence).to.include('it was before the release: ignored');
    }
  });

  it('fails where CloudWatch does not tell since when, once the release gets requests', () => {
    expect(judge({ state: 'ALARM', reason: '' }, 'ignore', SINCE).failed).to.equal(true);
  });

  it('fails where there is none of that name', () => {
    expect(judge(undefined)).to.deep.equal({
      failed: true,
      reason: 'there is no alarm shop-5xx',
      evidence: ['there is no alarm shop-5xx'],
    });
  });
});

describe('a metric', () => {
  const check = (over: Partial<MetricCheck> = {}): MetricCheck => ({
    expression: 'SELECT new',
    limit: 5,
    period: MINUTE,
    missing: 'fail',
    ...over,
  });
  const window = { fromMs: SINCE + 20_000, nowMs: SINCE + 4 * MINUTE };
  /** Values of the minutes from 12:00 on. */
  const series = (...values: (number | undefined)[]) => [
    {
      points: values.flatMap((value, index) =>
        value === undefined ? [] : [{ atMs: SINCE + index * MINUTE, value }],
      ),
    },
  ];

  it('passes up to its limit, and says how near it came', () => {
    expect(judgeMetric(check(), { expression: series(undefined, 2, 5, 3) }, window, true)).to.deep.equal({
      failed: false,
      evidence: ['at most 5 in 3 periods, limit 5'],
    });
  });

  it('fails with the first whole period over it', () => {
    expect(judgeMetric(check(), { expression: series(0, 1, 7.25, 9) }, window, false)).to.deep.equal({
      failed: true,
      reason: '7.25 is over the limit of 5',
      evidence: ['7.25 is over the limit of 5', 'expression: SELECT new'],
    });
  });

  it('leaves out periods that began before the release got requests, and the one that is not over', () => {
    const found = { expression: series(99, 1, 1, 1, 99) };
    expect(judgeMetric(check(), found, window, true).failed).to.equal(false);
    expect(judgeMetric(check(), found, { fromMs: SINCE, nowMs: window.nowMs }, true).failed).to.equal(true);
    expect(judgeMetric(check(), found, { ...window, nowMs: SINCE + 5 * MINUTE }, true).failed).to.equal(true);
  });

  it('is held against the baseline of the same period', () => {
    const compared = check({ baseline: 'SELECT old', limit: 1.5 });
    const judge = (...pair: [number[], number[]]) =>
      judgeMetric(
        compared,
        { expression: series(undefined, ...pair[0]), baseline: series(undefined, ...pair[1]) },
        window,
        true,
      );
    expect(judge([15, 30], [10, 20])).to.deep.equal({
      failed: false,
      evidence: ['at most 15 beside 10 in 2 periods, limit 1.5 × the baseline'],
    });
    expect(judge([15, 31], [10, 20]).reason).to.equal('31 beside 20 is over the limit of 1.5 × the baseline');
  });

  it('fails beside a baseline of nothing, unless it is below the floor', () => {
    const found = { expression: series(undefined, 2), baseline: series(undefined, 0) };
    const compared = check({ baseline: 'SELECT old', limit: 1.5 });
    expect(judgeMetric(compared, found, window, true).failed).to.equal(true);
    expect(judgeMetric({ ...compared, floor: 2 }, found, window, true).failed).to.equal(false);
    const none = { expression: series(undefined, 0), baseline: series(undefined, 0) };
    expect(judgeMetric(compared, none, window, true).failed).to.equal(false);
  });

  it('waits for data, and judges their lack at the end alone', () => {
    const nothing = { expression: series() };
    expect(judgeMetric(check(), nothing, window, false)).to.deep.equal({
      failed: false,
      evidence: ['no data yet'],
    });
    expect(judgeMetric(check(), nothing, window, true)).to.deep.equal({
      failed: true,
      reason: 'CloudWatch has no data of the expression in 3m40s',
      evidence: ['CloudWatch has no data of the expression in 3m40s', 'expression: SELECT new'],
    });
    expect(judgeMetric(check({ missing: 'pass' }), nothing, window, true)).to.deep.equal({
      failed: false,
      evidence: ['CloudWatch has no data of the expression in 3m40s: passes (missing: pass)'],
    });
  });

  it('says that it is the baseline that is missing', () => {
    const compared = check({ baseline: 'SELECT old', limit: 1.5 });
    const found = { expression: series(undefined, 1), baseline: series() };
    expect(judgeMetric(compared, found, window, true).reason).to.equal(
      'CloudWatch has no data of the baseline in 3m40s',
    );
  });

  it('is one series, not several', () => {
    const several = { expression: [...series(1), ...series(2)] };
    expect(judgeMetric(check(), several, window, false).reason).to.equal(
      'the expression gives 2 series: make one of them, such as by SUM(…)',
    );
    const compared = check({ baseline: 'SELECT old' });
    const two = { expression: series(1), baseline: [...series(1), ...series(2), ...series(3)] };
    expect(judgeMetric(compared, two, window, false).reason).to.contain('the baseline gives 3 series');
  });
});
