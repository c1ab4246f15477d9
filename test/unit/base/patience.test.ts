import { expect } from 'chai';
import { once } from '../../../runner/src/base/once.js';
import { Patience, type WaitOptions } from '../../../runner/src/base/patience.js';
import { VirtualClock } from '../../support/virtualClock.js';

/** Somebody who is silent until a moment, and the one who waits for it. */
function world(silentMs: number, interrupt?: AbortSignal) {
  const clock = new VirtualClock();
  const told: string[] = [];
  const start = clock.now().getTime();
  const elapsed = () => clock.now().getTime() - start;
  const patience = new Patience({
    clock,
    tell: (message) => void told.push(message),
    ...(interrupt === undefined ? {} : { interrupt }),
  });
  const host = patience.partner('web-1');
  let asked = 0;
  const attempt = async () => {
    asked += 1;
    if (elapsed() < silentMs) throw new Error('connection refused');
    return 'here';
  };
  const ask = (over: Partial<WaitOptions> = {}) =>
    host.ask(attempt, { heard: () => 'absent', longestMs: 60_000, ...over });
  return { clock, told, elapsed, patience, host, ask, asked: () => asked };
}
const outcome = (asking: Promise<string>) => asking.catch((error: Error) => `failed: ${error.message}`);
const FAILED = 'failed: connection refused';

describe('patience with who does not answer', () => {
  it('is there for who has answered before, and says what is waited for, once', async () => {
    const { ask, host, told, elapsed } = world(20_000);
    await host.ask(async () => 'hello', { heard: () => 'absent', longestMs: 0 });
    expect(await Promise.all([ask(), ask(), ask()])).to.deep.equal(['here', 'here', 'here']);
    expect(elapsed()).to.be.within(20_000, 22_000);
    expect(told).to.deep.equal([
      'web-1 does not answer; waiting up to 60 s (connection refused)',
      'web-1 answers again, after 20 s',
    ]);
  });

  it('learns nothing from who failed before anything was asked: two at once both fail at once', async () => {
    const { ask, elapsed } = world(500_000);
    const heard = (_: unknown, known: boolean) => (known ? 'silent' : 'unasked');
    expect(await Promise.all([outcome(ask({ heard })), outcome(ask({ heard }))])).to.deep.equal([
      FAILED,
      FAILED,
    ]);
    expect(elapsed()).to.equal(0);
  });

  it('ends after its limit, and is not shown a second time to who was given up', async () => {
    const { ask, host, elapsed } = world(500_000);
    await host.ask(async () => 'hello', { heard: () => 'absent', longestMs: 0 });
    expect(await outcome(ask())).to.equal(FAILED);
    expect(elapsed()).to.be.within(60_000, 62_000);
    expect(await outcome(ask())).to.equal(FAILED);
    expect(elapsed()).to.be.below(63_000);
  });

  it('is not there for who never answered, unless something is to be undone', async () => {
    const { ask, patience, asked } = world(20_000);
    expect(await outcome(ask())).to.equal(FAILED);
    expect(asked()).to.equal(1);
    patience.insist();
    expect(await outcome(ask())).to.equal('here');
  });

  it('begins anew when something is to be undone', async () => {
    const { ask, patience, host } = world(100_000);
    await host.ask(async () => 'hello', { heard: () => 'absent', longestMs: 0 });
    expect(await outcome(ask())).to.equal(FAILED);
    patience.insist();
    expect(await outcome(ask())).to.equal('here');
  });

  it('with evidence is short, and costs what matters nothing', async () => {
    const { ask, host, elapsed } = world(30_000);
    await host.ask(async () => 'hello', { heard: () => 'absent', longestMs: 0 });
    expect(await outcome(ask({ longestMs: 10_000, evidence: true }))).to.equal(FAILED);
    expect(elapsed()).to.be.within(10_000, 12_000);
    expect(await outcome(ask())).to.equal('here');
  });

  it('ends at an interrupt that comes within it, also where the call has no signal of its own', async () => {
    const controller = new AbortController();
    const { ask, host, told, clock, elapsed } = world(500_000, controller.signal);
    await host.ask(async () => 'hello', { heard: () => 'absent', longestMs: 0 });
    const asking = outcome(ask());
    while (told.length === 0) await clock.sleep(100);
    controller.abort(new Error('interrupted'));
    expect(await asking).to.equal('failed: interrupted');
    expect(elapsed()).to.be.below(5000);
  });

  it('is not ended by an interrupt while something is undone, before or within it', async () => {
    const controller = new AbortController();
    const { ask, patience, told, clock } = world(20_000, controller.signal);
    patience.insist();
    const asking = outcome(ask());
    while (told.length === 0) await clock.sleep(100);
    controller.abort(new Error('interrupted'));
    expect(await asking).to.equal('here');
  });

  it('is not needed for an answer that one does not like', async () => {
    const { ask, asked, told } = world(20_000);
    expect(await outcome(ask({ heard: () => 'answered' }))).to.equal(FAILED);
    expect(asked()).to.equal(1);
    expect(told).to.deep.equal([]);
  });
});

describe('what is made once', () => {
  it('is made once, also for who asks meanwhile', async () => {
    let made = 0;
    const get = once(async () => (made += 1));
    expect(await Promise.all([get(), get()])).to.deep.equal([1, 1]);
    expect(await get()).to.equal(1);
  });

  it('is made again where it failed', async () => {
    let made = 0;
    const get = once(async () => {
      made += 1;
      if (made === 1) throw new Error('no luck');
      return made;
    });
    await get().catch(() => undefined);
    expect(await get()).to.equal(2);
  });
});
