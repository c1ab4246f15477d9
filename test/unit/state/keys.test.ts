import { expect } from 'chai';
import fc from 'fast-check';
import { assertKey, segment, sharded } from '../../../runner/src/state/keys.js';

describe('state keys', () => {
  it('leave plain names readable', () => {
    expect(segment('1.4.0')).to.equal('1.4.0');
    expect(segment('release_1-x')).to.equal('release_1-x');
  });

  it('make every version a safe part of a path', () => {
    expect(segment('1.2.0+dirty.3')).to.equal('1.2.0~2Bdirty.3');
    expect(segment('..')).to.equal('~2E.');
    expect(segment('../../etc/passwd')).to.equal('~2E.~2F..~2Fetc~2Fpasswd');
    expect(segment('')).to.equal('~');
  });

  it('are valid for any text, short, and different for different texts', () => {
    const text = fc.string({ unit: 'binary', maxLength: 150 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const [x, y] = [segment(a), segment(b)];
        assertKey(sharded('releases/versions', a));
        expect(x.length).to.be.at.most(120);
        expect(x).to.match(/^[A-Za-z0-9_~-][A-Za-z0-9._~-]*$/);
        expect(x === y).to.equal(a === b);
      }),
    );
  });

  it('are refused by stores where they were built by hand and lead elsewhere', () => {
    for (const key of ['', '/a', 'a/', 'a//b', '../a', 'a/../b', '.work/x', 'a b', 'a\0']) {
      expect(() => assertKey(key), JSON.stringify(key)).to.throw('not a state key');
    }
  });
});

describe('a part of a key', () => {
  it('is shortened past 120 characters, and stays apart from what begins alike', () => {
    expect(segment('x'.repeat(120))).to.equal('x'.repeat(120));
    const long = segment('x'.repeat(121));
    expect(long).to.match(/^x{80}~~[0-9a-f]{32}$/);
    expect(segment(`${'x'.repeat(121)}y`)).not.to.equal(long);
  });
});
