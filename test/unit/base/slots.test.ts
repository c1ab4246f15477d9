import { expect } from 'chai';
import { slots } from '../../../runner/src/base/slots.js';

describe('slots', () => {
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('let so many go on side by side, the others in order, also after one that failed', async () => {
    const inTurn = slots(2);
    const begun: number[] = [];
    const ends = new Map<number, (error?: Error) => void>();
    const work = (id: number) =>
      inTurn(() => {
        begun.push(id);
        return new Promise<number>((resolve, reject) =>
          ends.set(id, (error) => (error === undefined ? resolve(id) : reject(error))),
        );
      });
    const all = Promise.allSettled([1, 2, 3, 4].map(work));
    await turn();
    expect(begun).to.deep.equal([1, 2]);
    ends.get(2)?.(new Error('failed'));
    await turn();
    expect(begun).to.deep.equal([1, 2, 3]);
    for (const id of [1, 3]) ends.get(id)?.();
    await turn();
    ends.get(4)?.();
    expect((await all).map(({ status }) => status)).to.deep.equal([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    const later = work(5);
    await turn();
    ends.get(5)?.();
    expect(await later).to.equal(5);
  });
});
