import { expect } from 'chai';
import fc from 'fast-check';
import {
  nextPollMs,
  ROLLOUT_POLLS,
  shouldAskForStopped,
  TASK_POLLS,
  type PollSchedule,
} from '../../../../runner/src/delivery/rules/pollSchedule.js';

/** Elapsed times of the looks until the end of something that takes so long is seen. */
function looks(durationMs: number, schedule: PollSchedule): number[] {
  const made: number[] = [];
  for (let elapsedMs = 0; made.length < 10_000;) {
    elapsedMs += nextPollMs(elapsedMs, schedule);
    made.push(elapsedMs);
    if (elapsedMs >= durationMs) return made;
  }
  throw new Error('never looked late enough');
}
const last = (made: readonly number[]) => made.at(-1) as number;

describe('when to look at a rollout', () => {
  it('looks soon, then ever more seldom, then every twelve seconds', () => {
    const seconds = looks(60_000, ROLLOUT_POLLS).map((ms) => Number((ms / 1000).toFixed(1)));
    expect(seconds).to.deep.equal([2.5, 5.5, 12.1, 24.1, 36.1, 48.1, 60.1]);
  });

  it('sees one of two seconds by one look, at most a quarter late', () => {
    for (const stable of [2000, 2250, 2500]) {
      const made = looks(stable, ROLLOUT_POLLS);
      expect(made).to.have.length(1);
      expect(last(made)).to.be.at.most(stable * 1.25);
    }
  });

  it('makes at most one look for each ten seconds begun, and one more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 900_000 }), (stable) => {
        const begun = Math.max(0, Math.ceil((stable - 2000) / 10_000));
        expect(looks(stable, ROLLOUT_POLLS).length).to.be.at.most(2 + begun);
      }),
    );
  });

  it('is never more than twelve seconds late', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 900_000 }), (stable) => {
        expect(last(looks(stable, ROLLOUT_POLLS)) - stable).to.be.at.most(12_000);
      }),
    );
  });
});

describe('when to look at a task that runs to its end', () => {
  it('is at most 16 %, or a second, or 10 s for very long ones, late', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 900_000 }), (stable) => {
        const lateMs = last(looks(stable, TASK_POLLS)) - stable;
        expect(lateMs).to.be.at.most(Math.max(1000, Math.min(stable * 0.16, 10_000)));
      }),
    );
  });

  it('takes less than 120 looks in a quarter of an hour', () => {
    expect(looks(900_000, TASK_POLLS).length).to.be.below(120);
  });
});

describe('when to ask for stopped tasks', () => {
  const question = {
    elapsedMs: 5000,
    failedTasks: 0,
    running: 1,
    runningBefore: 1,
    pending: 1,
    desired: 2,
  };

  it('asks at once when the platform counts failed tasks', () => {
    expect(shouldAskForStopped({ ...question, failedTasks: 1, askedMs: 4900 })).to.equal(true);
  });

  it('asks at once when fewer tasks run than before', () => {
    expect(shouldAskForStopped({ ...question, running: 0, pending: 2, askedMs: 4900 })).to.equal(true);
  });

  it('does not ask while all that are wanted run or start', () => {
    expect(shouldAskForStopped(question)).to.equal(false);
    expect(shouldAskForStopped({ ...question, running: 2, runningBefore: 2, pending: 0 })).to.equal(false);
  });

  it('asks where fewer run and start than are wanted, and then only now and then', () => {
    const short = { ...question, pending: 0 };
    expect(shouldAskForStopped(short)).to.equal(true);
    expect(shouldAskForStopped({ ...short, askedMs: 4000 })).to.equal(false);
    expect(shouldAskForStopped({ ...short, askedMs: 2300 })).to.equal(true);
  });

  it('asks when it takes long, and then only now and then', () => {
    const late = { ...question, elapsedMs: 80_000 };
    expect(shouldAskForStopped({ ...late, elapsedMs: 69_999 })).to.equal(false);
    expect(shouldAskForStopped(late)).to.equal(true);
    expect(shouldAskForStopped({ ...late, askedMs: 72_000 })).to.equal(false);
    expect(shouldAskForStopped({ ...late, askedMs: 50_000 })).to.equal(true);
  });
});
