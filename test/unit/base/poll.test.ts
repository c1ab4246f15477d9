import { expect } from 'chai';
import { poll } from '../../../runner/src/base/poll.js';

describe('looking until there is an answer', () => {
  let nowMs: number;
  let gaps: number[];
  const clock = {
    now: () => new Date(nowMs),
    sleep: (ms: number, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      gaps.push(ms);
      nowMs += ms;
      return Promise.resolve();
    },
  };
  const answerAfter = (looks: number) => {
    let asked = 0;
    return () => Promise.resolve(++asked > looks ? 'answer' : undefined);
  };
  beforeEach(() => {
    nowMs = 1000;
    gaps = [];
  });

  it('looks at once, and no more where that is enough', async () => {
    expect(await poll(answerAfter(0), { clock, limitMs: 0, gapMs: 100 })).to.equal('answer');
    expect(gaps).to.deep.equal([]);
  });

  it('takes longer and longer gaps, up to the longest', async () => {
    const pace = { gapMs: 100, growth: 2, longestGapMs: 300 };
    expect(await poll(answerAfter(4), { clock, limitMs: 10_000, ...pace })).to.equal('answer');
    expect(gaps).to.deep.equal([100, 200, 300, 300]);
  });

  it('looks for the last time at the limit itself', async () => {
    const left: number[] = [];
    const look = (leftMs: () => number) => {
      left.push(leftMs());
      return Promise.resolve(undefined);
    };
    expect(await poll(look, { clock, limitMs: 250, gapMs: 100 })).to.equal(undefined);
    expect(left).to.deep.equal([250, 150, 50, 0]);
    expect(gaps).to.deep.equal([100, 100, 50]);
  });

  it('ends with what a look throws, and with the reason of its signal', async () => {
    const failed = (work: Promise<unknown>) => work.catch((error: Error) => error.message);
    expect(
      await failed(poll(() => Promise.reject(new Error('broken')), { clock, limitMs: 9, gapMs: 1 })),
    ).to.equal('broken');
    const signal = AbortSignal.abort(new Error('stop'));
    expect(await failed(poll(answerAfter(1), { clock, limitMs: 9, gapMs: 1, signal }))).to.equal('stop');
  });
});
