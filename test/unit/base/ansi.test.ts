import { expect } from 'chai';
import { stripAnsi } from '../../../runner/src/base/ansi.js';

describe('control sequences of a terminal', () => {
  const SEQUENCES: Readonly<Record<string, string>> = {
    'a colour': '\x1b[31m',
    'a colour of 24 bits': '\x1b[38:2::1:2:3m',
    'a hidden cursor': '\x1b[?25l',
    'the shape of the cursor': '\x1b[1 q',
    'a question about the keyboard': '\x1b[>4;2m',
    'a soft reset': '\x1b[!p',
    'a title': '\x1b]0;my title\x07',
    'a link': '\x1b]8;;https://example.com/a b\x1b\\',
    'a device control string': '\x1bP1$r0m\x1b\\',
    'a program command': '\x1b_words\x1b\\',
    'a character set': '\x1b(B',
    'a saved cursor': '\x1b7',
  };
  for (const [what, sequence] of Object.entries(SEQUENCES))
    it(`are removed: ${what}`, () => {
      expect(stripAnsi(`a${sequence}b${sequence}`)).to.equal('ab');
    });

  it('leave text as it is where there are none', () => {
    expect(stripAnsi('[0m {"a": 1}\n\ttab')).to.equal('[0m {"a": 1}\n\ttab');
  });

  it('take no text along where one is not finished', () => {
    expect(stripAnsi('\x1b]0;title without an end')).to.equal('0;title without an end');
    expect(stripAnsi('text\x1b')).to.equal('text\x1b');
  });
});
