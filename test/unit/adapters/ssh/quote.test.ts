import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import fc from 'fast-check';
import { quoteArguments } from '../../../../runner/src/adapters/ssh/quote.js';

describe('quoting an argv for the shell at the other end of SSH', () => {
  it('leaves harmless words as they are', () => {
    expect(quoteArguments(['docker', 'ps', '--format=x', '/a/b:80'])).to.equal(
      'docker ps --format=x /a/b:80',
    );
  });

  it('wraps everything else, and breaks out of the quotes for a quote', () => {
    expect(quoteArguments(['echo', "it's", '$(id)', ''])).to.equal("echo 'it'\\''s' '$(id)' ''");
  });

  it('refuses an empty command, and words that no argv can carry', () => {
    expect(() => quoteArguments([])).to.throw(RangeError);
    expect(() => quoteArguments(['a\0b'])).to.throw(RangeError);
  });

  it('gives a real shell back every word exactly', () => {
    const word = fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
        const line = quoteArguments(['printf', '%s\\0', ...words]);
        const printed = execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' });
        expect(printed.split('\0').slice(0, -1)).to.deep.equal(words);
      }),
      { numRuns: 25 },
    );
  });
});
