import { expect } from 'chai';
import {
  changeText,
  judgeStateLock,
  type LockFacts,
  type RecordedChange,
} from '../../../../runner/src/infrastructure/rules/lockHolder.js';
import { recordedChange as change } from '../../../support/recordedChange.js';

const lock = (more: LockFacts['lock'] = {}) => ({
  who: 'jenkins@agent-7',
  created: '2026-01-02 03:04:05.678901234 +0000 UTC',
  operation: 'OperationTypeApply',
  ...more,
});
const judged = (more: Partial<LockFacts> = {}) =>
  judgeStateLock({
    lock: lock(),
    changes: [change()],
    processState: () => 'unknown',
    hostname: 'laptop',
    terraforms: [],
    ...more,
  });
const runOf = (changes: readonly RecordedChange[], more: LockFacts['lock'] = {}) =>
  judged({ changes, lock: lock(more) }).run?.number;

describe('the run that took a state lock', () => {
  const times: readonly (readonly [string, boolean])[] = [
    ['2026-01-02 03:04:05.678901234 +0000 UTC', true],
    ['2026-01-02 03:04:05 +0000 UTC', true],
    ['2026-01-02T03:04:05.6Z', true],
    ['2026-01-02T03:04:05Z', true],
    ['2026-01-02 03:03:50 +0000 UTC', false],
    ['2026-01-02 05:04:05 +0200 CEST', false],
    ['at 2026-01-02 03:04:05 +0000 UTC', false],
    ['2026-13-02 03:04:05 +0000 UTC', false],
    ['yesterday', false],
  ];
  for (const [created, isFound] of times)
    it(`is ${isFound ? 'found' : 'not told'} by the time ${created}`, () =>
      expect(runOf([change()], { created })).to.equal(isFound ? 12 : undefined));

  it('is not told where the lock has no time', () =>
    expect(judged({ lock: { who: 'jenkins@agent-7' } }).run).to.equal(undefined));

  it('may begin up to five seconds after the lock, as clocks are read twice', () => {
    const created = '2026-01-02 03:04:05 +0000 UTC';
    expect(runOf([change({ startedAt: '2026-01-02T03:04:10.000Z' })], { created })).to.equal(12);
    expect(runOf([change({ startedAt: '2026-01-02T03:04:10.001Z' })], { created })).to.equal(undefined);
  });

  it('counts the thousandths of a second', () => {
    const ended = change({ endedAt: '2026-01-02T03:04:05.500Z' });
    expect(runOf([ended], { created: '2026-01-02 03:04:05.4999 +0000 UTC' })).to.equal(12);
    expect(runOf([ended], { created: '2026-01-02 03:04:05.5009 +0000 UTC' })).to.equal(12);
    expect(runOf([ended], { created: '2026-01-02 03:04:05.501 +0000 UTC' })).to.equal(undefined);
  });

  it('is the last that began before, whatever order the ledger has', () => {
    const first = change({ number: 1, startedAt: '2026-01-02T03:00:00.000Z' });
    const last = change({ number: 2, startedAt: '2026-01-02T03:01:00.000Z' });
    expect(runOf([first, last])).to.equal(2);
    expect(runOf([last, first])).to.equal(2);
  });

  it('may have no process told, or the lock no machine', () => {
    const { process: _, ...silent } = change();
    expect(runOf([silent])).to.equal(12);
    expect(runOf([change()], { who: 'jenkins' })).to.equal(12);
    expect(runOf([change({ process: { hostname: 'agent-8', pid: 1 } })])).to.equal(undefined);
  });

  it('is on the machine after the last at sign', () =>
    expect(runOf([change()], { who: 'jane@example.com@agent-7' })).to.equal(12));

  it('is none where a plan took it', () =>
    expect(judged({ lock: lock({ operation: 'OperationTypePlan' }) })).to.deep.equal({
      life: 'unknown',
      because: 'it was taken by a plan, which the ledger does not record',
    }));
});

describe('what is known of a state lock', () => {
  it('is said where no run is found', () => {
    expect(judged({ changes: undefined }).because).to.contain('cannot be read');
    expect(judged({ changes: [] }).because).to.contain('no run in the ledger took it');
    expect(judged({ changes: [] })).not.to.have.property('run');
  });

  it('is that its run lives, with its process', () => {
    expect(judged({ processState: () => 'alive' })).to.deep.include({
      life: 'alive',
      because: 'that run is alive: process 4711 on agent-7',
    });
    const { process: _, ...silent } = change();
    expect(judged({ changes: [silent], processState: () => 'alive' }).life).to.equal('alive');
  });

  it('is that its runner is dead: certain here alone', () => {
    expect(judged({ processState: () => 'dead' })).to.deep.include({
      run: change(),
      life: 'unknown',
      because: 'its runner is dead; its terraform may still run',
    });
    expect(judged({ processState: () => 'dead', hostname: 'agent-7' }).life).to.equal('gone');
  });

  it('is that only its machine can tell', () => {
    expect(judged()).to.deep.include({ life: 'unknown' });
    expect(judged().because).to.contain('only agent-7 can tell');
    expect(judged({ lock: lock({ who: 'jane' }) }).because).to.contain('only its machine can tell');
  });

  it('is that terraform runs here, also where no run is known', () =>
    expect(judged({ hostname: 'agent-7', terraforms: [7, 8], changes: [] })).to.deep.equal({
      life: 'alive',
      because: 'terraform runs there: process 7, 8',
    }));
});

describe('the words for a run that changed infrastructure', () => {
  it('name it, who began it, and its address', () => {
    expect(changeText(change())).to.equal('apply 12 by jane, begun 2026-01-02T03:04:00.000Z');
    expect(changeText(change({ runUrl: 'https://j/1' }))).to.equal(
      'apply 12 by jane, begun 2026-01-02T03:04:00.000Z, https://j/1',
    );
  });
});
