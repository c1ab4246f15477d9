import { expect } from 'chai';
import { StackError, toErrorRecord } from '../../../runner/src/base/errors.js';
import { EventBus, type StackEvent } from '../../../runner/src/events/events.js';
import {
  interruptedBy,
  interruptedWith,
  mayBeInterrupted,
  withCause,
} from '../../../runner/src/base/interruption.js';

describe('a failure', () => {
  it('is recorded with what is known of it, and nothing else', () => {
    const full = new StackError('LOCKED', 'is locked', { where: 'here', evidence: ['x'], next: 'wait' });
    expect(toErrorRecord(full)).to.deep.equal({
      code: 'LOCKED',
      category: full.category,
      message: 'is locked',
      where: 'here',
      evidence: ['x'],
      next: 'wait',
      exitCode: 4,
    });
    const bare = new StackError('LOCKED', 'is locked');
    expect(bare.evidence).to.deep.equal([]);
    expect(Object.keys(toErrorRecord(bare))).to.have.members(['code', 'category', 'message', 'exitCode']);
  });

  it('keeps its cause, and has none where none was given', () => {
    const cause = new Error('why');
    expect(new StackError('LOCKED', 'x', { cause }).cause).to.equal(cause);
    expect(Object.hasOwn(new StackError('LOCKED', 'x'), 'cause')).to.equal(false);
  });

  it('is a bug with its stack where nobody expected it', () => {
    const bug = new Error('boom');
    expect(toErrorRecord(bug)).to.deep.include({
      code: 'BUG',
      category: 'bug',
      message: 'boom',
      stack: bug.stack,
    });
    delete bug.stack;
    expect(toErrorRecord(bug)).not.to.have.property('stack');
    expect(toErrorRecord('thrown')).to.include({ code: 'BUG', message: 'thrown' });
  });
});

describe('an interruption', () => {
  const record = toErrorRecord(interruptedBy('SIGTERM'));
  const cause = toErrorRecord(new StackError('LOCKED', 'a newer build began', { next: 'see that' }));

  it('is told as the one who ended the build tells it, with what the runner said of the end', () => {
    const ended = interruptedWith(record, 'web is undone', { evidence: ['x'] });
    expect(ended.message).to.equal('interrupted by SIGTERM; web is undone');
    const told = withCause(toErrorRecord(ended), cause);
    expect(told).to.deep.include({
      code: 'LOCKED',
      category: cause.category,
      next: 'see that',
      evidence: ['x'],
    });
    expect(told.message).to.equal('a newer build began; web is undone');
    expect(told).not.to.have.property('interruption');
    expect(withCause(record, cause).message).to.equal('a newer build began');
  });

  it('keeps its own words where no signal to the runner was it', () => {
    const aborted = toErrorRecord(new StackError('INTERRUPTED', 'interrupted by SIGTERM, says Jenkins'));
    expect(withCause(aborted, cause).message).to.equal('interrupted by SIGTERM, says Jenkins');
  });

  it('keeps what to type where the cause says nothing of it, and is nothing but an interruption', () => {
    const { next: _, ...silent } = cause;
    expect(withCause({ ...record, next: 'run it again' }, silent).next).to.equal('run it again');
    expect(withCause(cause, record)).to.equal(cause);
  });

  it('may be why a child failed: by its signal, its exit code or its words', () => {
    const end = (exitCode: number | undefined, signal?: string) => ({ exitCode, signal });
    expect(mayBeInterrupted(end(undefined, 'SIGTERM'), [])).to.equal(true);
    expect([130, 137, 143, 1].map((code) => mayBeInterrupted(end(code), []))).to.deep.equal([
      true,
      true,
      true,
      false,
    ]);
    expect(mayBeInterrupted(end(1), ['fine', 'Error: signal: terminated'])).to.equal(true);
    expect(mayBeInterrupted(end(undefined), ['Interrupt received.'])).to.equal(true);
    expect(mayBeInterrupted(end(1), ['Error: no such file'])).to.equal(false);
    expect(mayBeInterrupted(end(0, 'SIGTERM'), ['Interrupt received.'])).to.equal(false);
  });
});

describe('events', () => {
  const notice = { type: 'notice', level: 'info', message: 'hello' } as const;
  const bus = (redact?: <T>(value: T) => T) =>
    new EventBus(() => new Date('2026-11-03T12:00:00.000Z'), redact);

  it('reach every subscriber with their time, though one of them throws', () => {
    const seen: StackEvent[] = [];
    const events = bus();
    events.subscribe({
      handle: () => {
        throw new Error('broken view');
      },
    });
    events.subscribe({ handle: (event) => seen.push(event) });
    events.emit(notice);
    expect(seen).to.deep.equal([{ ...notice, time: '2026-11-03T12:00:00.000Z' }]);
  });

  it('hold no secret', () => {
    const seen: StackEvent[] = [];
    const events = bus((value) => JSON.parse(JSON.stringify(value).replace('hello', '***')) as typeof value);
    events.subscribe({ handle: (event) => seen.push(event) });
    events.emit(notice);
    expect(seen[0]).to.include({ message: '***' });
  });

  it('end when all that listen have ended, those that fail included', async () => {
    const closed: string[] = [];
    const events = bus();
    events.subscribe({ handle: () => undefined });
    events.subscribe({ handle: () => undefined, close: () => Promise.reject(new Error('broken')) });
    events.subscribe({
      handle: () => undefined,
      close: async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        closed.push('slow');
      },
    });
    await events.close(10_000);
    expect(closed).to.deep.equal(['slow']);
  });

  it('do not wait for one that never ends, but as long as one asks for', async () => {
    const never = new Promise<void>(() => undefined);
    const quick = bus();
    quick.subscribe({ handle: () => undefined, close: () => never });
    let begun = Date.now();
    await quick.close(40);
    expect(Date.now() - begun).to.be.within(30, 5000);
    const patient = bus();
    patient.subscribe({ handle: () => undefined, close: () => never, closeMs: 120 });
    patient.subscribe({ handle: () => undefined, close: () => never, closeMs: 10 });
    begun = Date.now();
    await patient.close(40);
    expect(Date.now() - begun).to.be.within(110, 5000);
  });
});
