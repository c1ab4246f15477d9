import { expect } from 'chai';
import { formatDuration, parseDuration } from '../../../runner/src/base/duration.js';

describe('durations', () => {
  for (const [text, ms] of [
    ['250ms', 250],
    ['30s', 30_000],
    ['1h30m', 5_400_000],
    ['0s', 0],
    ['1.5s', 1500],
    ['0.25m', 15_000],
    ['2d', 172_800_000],
  ] as const) {
    it(`reads ${text}`, () => expect(parseDuration(text)).to.equal(ms));
  }

  for (const text of ['', '10', 'm', '1 s', '-1s']) {
    it(`refuses "${text}"`, () => expect(() => parseDuration(text)).to.throw(RangeError));
  }

  for (const [ms, text] of [
    [850, '850ms'],
    [999, '999ms'],
    [1000, '1.0s'],
    [59_949, '59.9s'],
    [59_950, '1m'],
    [3_599_000, '59m59s'],
    [3_600_000, '1h'],
    [7_200_000, '2h'],
    [4200, '4.2s'],
    [60_000, '1m'],
    [192_000, '3m12s'],
    [7_500_000, '2h5m'],
  ] as const) {
    it(`writes ${ms} ms as ${text}`, () => expect(formatDuration(ms)).to.equal(text));
  }
});
