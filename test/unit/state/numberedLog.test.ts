import { expect } from 'chai';
import { object, whole } from '../../../runner/src/base/recordShape.js';
import { NumberedLog, type BrokenRecord } from '../../../runner/src/state/numberedLog.js';
import { MemoryStore } from '../../support/memoryStore.js';

interface Entry {
  readonly n: number;
}
const HEAD = 'log/head.json';

describe('a numbered log', () => {
  let store: MemoryStore;
  let broken: BrokenRecord[];
  let log: NumberedLog<Entry>;
  beforeEach(() => {
    store = new MemoryStore();
    broken = [];
    log = new NumberedLog(store, 'log', object({ n: whole(1) }), (record) => broken.push(record));
  });
  const fill = async (count: number) => {
    for (let index = 0; index < count; index += 1) await log.append((n) => ({ n }));
  };
  const newest = async (before?: number, page?: number) => {
    const found: number[] = [];
    for await (const { n } of log.newest(before, page)) found.push(n);
    return found;
  };
  const head = () => JSON.parse(store.objects.get(HEAD) as string) as unknown;

  it('keeps a thousand records to a directory', () => {
    expect(log.key(1)).to.equal('log/00000/00000001.json');
    expect(log.key(12_345_678)).to.equal('log/12345/12345678.json');
  });

  it('is empty at first, and ends at the last number that was given', async () => {
    expect(await log.latest()).to.equal(0);
    expect(await newest()).to.deep.equal([]);
    await fill(3);
    expect(await log.latest()).to.equal(3);
    expect(await log.read(2)).to.deep.equal({ n: 2 });
    expect(await log.read(4)).to.equal(undefined);
    expect(broken).to.deep.equal([]);
  });

  it('ends at the last number wherever the hint was left, and finds it in few reads', async () => {
    await fill(100);
    for (const latest of [0, 1, 36, 37, 50, 63, 98, 99, 100]) {
      store.objects.set(HEAD, JSON.stringify({ latest }));
      store.reads = 0;
      expect(await log.latest(), `from ${latest}`).to.equal(100);
      expect(store.reads, `from ${latest}`).to.be.below(16);
    }
    store.objects.set(HEAD, '{');
    expect(await log.latest()).to.equal(100);
  });

  it('gives the next number where another has taken the one that was free', async () => {
    await fill(2);
    await new NumberedLog<Entry>(store, 'log').append((n) => ({ n }));
    store.objects.set(HEAD, JSON.stringify({ latest: 2 }));
    const get = store.get.bind(store);
    // Whoever looks now does not see it yet.
    store.get = async (key) => (key === log.key(3) ? undefined : get(key));
    expect(await log.append((n) => ({ n }))).to.deep.equal({ n: 4 });
  });

  it('is read from the newest down in pages, from any number', async () => {
    await fill(7);
    for (const page of [1, 2, 3, 7, 16]) {
      expect(await newest(undefined, page), `pages of ${page}`).to.deep.equal([7, 6, 5, 4, 3, 2, 1]);
      expect(await newest(4, page), `pages of ${page}`).to.deep.equal([3, 2, 1]);
    }
    expect(await newest(1)).to.deep.equal([]);
  });

  it('passes over a record that is gone or cannot be read, and tells of the latter', async () => {
    await fill(4);
    store.objects.delete(log.key(2));
    store.objects.set(log.key(3), '{"n":0}');
    expect(await newest()).to.deep.equal([4, 1]);
    expect(broken).to.deep.equal([{ key: log.key(3), why: 'is not what a runner writes: n' }]);
  });

  it('marks the newest of a sort, and never goes back', async () => {
    await fill(3);
    expect(await log.marked('healthy')).to.equal(0);
    await log.mark('healthy', 2);
    await log.mark('healthy', 1);
    await log.mark('partial', 1);
    expect(await log.marked('healthy')).to.equal(2);
    expect(await log.marked('partial')).to.equal(1);
    expect(head()).to.deep.equal({ latest: 3, marks: { healthy: 2, partial: 1 } });
    await fill(1);
    expect(head()).to.deep.equal({ latest: 4, marks: { healthy: 2, partial: 1 } });
  });

  it('has written a record also where the hint could not be', async () => {
    const put = store.put.bind(store);
    store.put = async (key, ...rest) => {
      if (key === HEAD) throw new Error('no space');
      return put(key, ...rest);
    };
    await fill(2);
    expect(await newest()).to.deep.equal([2, 1]);
  });
});
