import { expect } from 'chai';
import fc from 'fast-check';
import {
  estimateStableMs,
  nextLookMs,
  shouldAskForStopped,
} from '../../../../runner/src/core/rollout/looks.js';

/** Elapsed times of the looks until a rollout that becomes stable at `stableMs` is seen to be so. */
function looks(stableMs: number, expectedMs: number | undefined): number[] {
  const made: number[] = [];
  for (let elapsedMs = 0; made.length < 10_000;) {
    elapsedMs += nextLookMs({ elapsedMs, ...(expectedMs === undefined ? {} : { expectedMs }) });
    made.push(elapsedMs);
    if (elapsedMs >= stableMs) return made;
  }
  throw new Error('never looked late enough');
}
const last = (made: readonly number[]) => made.at(-1) as number;

describe('when to look at a rollout', () => {
  it('looks once, when it was stable last time, at a short rollout', () => {
    expect(looks(2400, 2400)).to.deep.equal([2400]);
  });

  it('looks at each third of a long one, to see failures early', () => {
    expect(looks(90_000, 90_000)).to.deep.equal([30_000, 60_000, 90_000]);
  });

  it('does not look twice at the same moment because a timer was a little late', () => {
    expect(nextLookMs({ elapsedMs: 2402, expectedMs: 2400 })).to.be.at.least(90);
  });

  it('sees a rollout that takes up to a third longer than expected at most 5 % late', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3000, max: 600_000 }),
        fc.double({ min: 1, max: 1.33, noNaN: true }),
        (expected, times) => {
          const stable = expected * times;
          expect(last(looks(stable, expected))).to.be.at.most(stable * 1.05 + 1);
        },
      ),
    );
  });

  it('sees a rollout it knows nothing about at most 16 %, or 1.1 s, or 10 s for very long ones, late', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 900_000 }), (stable) => {
        expect(last(looks(stable, undefined)) - stable).to.be.at.most(
          Math.max(1100, Math.min(stable * 0.16, 10_000)),
        );
      }),
    );
  });

  it('asks for less than 120 looks in a quarter of an hour', () => {
    expect(looks(900_000, undefined).length).to.be.below(120);
    expect(looks(900_000, 60_000).length).to.be.below(120);
  });

  it('learns the duration within a few rollouts, from above and from below', () => {
    for (const first of [8000, 2000]) {
      let expected = first;
      const counts: number[] = [];
      for (let i = 0; i < 60; i += 1) {
        const made = looks(2400, expected);
        counts.push(made.length);
        expected = estimateStableMs(last(made), made.at(-2));
      }
      expect(expected).to.be.within(2200, 2520);
      expect(Math.max(...counts.slice(40))).to.be.at.most(2);
    }
  });
});

describe('when to ask for stopped tasks', () => {
  const question = { elapsedMs: 1000, expectedMs: 60_000, failedTasks: 0, running: 1, runningBefore: 1 };

  it('asks at once when the platform counts failed tasks', () => {
    expect(shouldAskForStopped({ ...question, failedTasks: 1 })).to.equal(true);
  });

  it('asks at once when fewer tasks run than before', () => {
    expect(shouldAskForStopped({ ...question, running: 0 })).to.equal(true);
  });

  it('does not ask while everything goes as expected', () => {
    expect(shouldAskForStopped(question)).to.equal(false);
  });

  it('asks when it takes longer than it should, and then only now and then', () => {
    const late = { ...question, elapsedMs: 80_000 };
    expect(shouldAskForStopped(late)).to.equal(true);
    expect(shouldAskForStopped({ ...late, askedMs: 79_000 })).to.equal(false);
    expect(shouldAskForStopped({ ...late, askedMs: 60_000 })).to.equal(true);
  });
});
