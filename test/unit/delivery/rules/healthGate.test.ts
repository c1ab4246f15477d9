import { expect } from 'chai';
import { HealthGate, isHealthyStatus } from '../../../../runner/src/delivery/rules/healthGate.js';

const rules = { bakeMs: 10_000, timeoutMs: 60_000 };
const ok = { ok: true, words: '200' };
const bad = { ok: false, words: '503' };

describe('the health gate', () => {
  it('waits until every endpoint was healthy once, and only then starts the bake window', () => {
    const gate = new HealthGate(rules, ['a', 'b'], 0);
    gate.record('a', ok, 1000);
    expect(gate.judge(1000)).to.deep.equal({
      state: 'waiting',
      healthy: 1,
      total: 2,
      last: 'b: no answer yet',
    });
    gate.record('b', ok, 2000);
    expect(gate.judge(5000)).to.deep.equal({ state: 'baking', forMs: 3000 });
    expect(gate.judge(12_000)).to.deep.equal({ state: 'healthy' });
  });

  it('fails when the first health takes longer than the timeout, and says what each endpoint answered', () => {
    const gate = new HealthGate(rules, ['a', 'b'], 0);
    gate.record('a', ok, 1);
    gate.record('b', bad, 1);
    expect(gate.judge(60_000)).to.deep.equal({
      state: 'unhealthy',
      reason: 'not healthy within 60 s (health.timeout): b: 503',
    });
  });

  it('forgives one failed probe inside the bake window', () => {
    const gate = new HealthGate(rules, ['a'], 0);
    gate.record('a', ok, 0);
    gate.record('a', bad, 2000);
    gate.record('a', ok, 4000);
    expect(gate.judge(10_000)).to.deep.equal({ state: 'healthy' });
  });

  it('leaves out the name of what is watched alone', () => {
    const reasonOf = (...probes: readonly boolean[]) => {
      const gate = new HealthGate({ bakeMs: 30_000, timeoutMs: 60_000, isAlone: true }, ['a'], 0);
      for (const [index, ok] of probes.entries()) gate.record('a', { ok, words: '503' }, index * 1000);
      return gate.judge(60_000);
    };
    expect(reasonOf(false)).to.deep.include({ reason: 'not healthy within 60 s (health.timeout): 503' });
    expect(reasonOf(true, false, false)).to.deep.include({
      reason: 'was healthy, then failed 2 times in a row: 503',
    });
  });

  it('fails at two failed probes in a row, and stays failed', () => {
    const gate = new HealthGate(rules, ['a'], 0);
    gate.record('a', ok, 0);
    gate.record('a', bad, 2000);
    gate.record('a', bad, 4000);
    gate.record('a', ok, 6000);
    expect(gate.judge(20_000)).to.deep.equal({
      state: 'unhealthy',
      reason: 'a was healthy, then failed 2 times in a row: 503',
    });
  });

  it('does not pass on a failed probe at the very end of the window', () => {
    const gate = new HealthGate(rules, ['a'], 0);
    gate.record('a', ok, 0);
    gate.record('a', bad, 10_000);
    expect(gate.judge(10_000)).to.deep.equal({ state: 'baking', forMs: 10_000 });
    gate.record('a', ok, 10_100);
    expect(gate.judge(10_100)).to.deep.equal({ state: 'healthy' });
  });

  it('forgets that an endpoint was healthy when it fails twice before the others are', () => {
    const gate = new HealthGate(rules, ['a', 'b'], 0);
    gate.record('a', ok, 0);
    gate.record('a', bad, 1);
    gate.record('a', bad, 2);
    gate.record('b', ok, 3);
    expect(gate.judge(3).state).to.equal('waiting');
  });

  it('lets only the window pass where nothing is probed', () => {
    const gate = new HealthGate(rules, [], 5000);
    expect(gate.judge(14_999).state).to.equal('baking');
    expect(gate.judge(15_000).state).to.equal('healthy');
  });

  it('passes at the first good answer where there is no window', () => {
    const gate = new HealthGate({ bakeMs: 0, timeoutMs: 1000 }, ['a'], 0);
    gate.record('a', ok, 7);
    expect(gate.judge(7)).to.deep.equal({ state: 'healthy' });
  });

  it('counts 200 to 399 as healthy, unless codes are given', () => {
    expect([199, 200, 399, 400, 503].map((status) => isHealthyStatus(status, undefined))).to.deep.equal([
      false,
      true,
      true,
      false,
      false,
    ]);
    expect([200, 401].map((status) => isHealthyStatus(status, [401]))).to.deep.equal([false, true]);
  });
});

describe('what a health gate watches', () => {
  it('may be forgotten: it then waits for the others alone', () => {
    const gate = new HealthGate(rules, ['a', 'b', 'c'], 0);
    gate.record('a', ok, 1000);
    gate.forget('b', 2000);
    expect(gate.judge(2000)).to.deep.include({ state: 'waiting', healthy: 1, total: 2 });
    gate.forget('c', 3000);
    expect(gate.judge(4000)).to.deep.equal({ state: 'baking', forMs: 1000 });
    gate.record('b', bad, 5000);
    gate.record('b', bad, 6000);
    gate.forget('a', 7000);
    expect(gate.judge(13_000)).to.deep.equal({ state: 'healthy' });
  });

  it('has a time of its own where it says so, counted from when the gate was opened', () => {
    const gate = new HealthGate(rules, ['a', { name: 'b', timeoutMs: 5000 }], 100_000);
    expect(gate.judge(104_999).state).to.equal('waiting');
    expect(gate.judge(105_000)).to.deep.equal({
      state: 'unhealthy',
      reason: 'not healthy within 5 s: a: no answer yet; b: no answer yet',
    });
  });
});
