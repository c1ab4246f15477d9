import { expect } from 'chai';
import fc from 'fast-check';
import { batchSize, inBatches } from '../../../../runner/src/delivery/rules/batches.js';

describe('batches of hosts', () => {
  it('are a number, or a part of the whole rounded down, but at least one host', () => {
    expect(batchSize(2, 5)).to.equal(2);
    expect(batchSize(9, 5)).to.equal(5);
    expect(batchSize('50%', 4)).to.equal(2);
    expect(batchSize('50%', 3)).to.equal(1);
    expect(batchSize('10%', 4)).to.equal(1);
    expect(batchSize('100%', 4)).to.equal(4);
  });

  it('hold every host once, in order, none more than the size', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 9 }), (hosts, size) => {
        const batches = inBatches(hosts, size);
        expect(batches.flat()).to.deep.equal(hosts);
        expect(batches.every((batch) => batch.length > 0 && batch.length <= size)).to.equal(true);
      }),
    );
  });
});
