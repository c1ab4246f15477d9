import { expect } from 'chai';
import fc from 'fast-check';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { displayWidth, pad, truncate, wrap } from '../../../runner/src/views/text.js';

const TEXTS = [
  'staging',
  '✔ läuft …',
  '日本語',
  'cafe\u0301',
  '한글',
  '\u1112\u1161\u11ab',
  '👩\u200d👩\u200d👧',
  '👍🏽',
  '🇩🇪',
  '✔\ufe0f ok',
  '1\ufe0f\u20e3',
  'ｶﾞ',
  'สวัสดี',
  'a\u00adb\u200bc',
  '\x1b[31mred\x1b[0m \x1b]8;;https://example.com\x07link\x1b]8;;\x07',
];

describe('the width of a text', () => {
  for (const text of TEXTS)
    it(`is what string-width says of ${JSON.stringify(text)}`, () => {
      expect(displayWidth(text)).to.equal(stringWidth(text));
    });

  it('is what string-width says of every character', () => {
    // Conjoining Hangul and skin tones count with what stands before them: see above.
    const within = (code: number) =>
      (code >= 0x1160 && code <= 0x11ff) || (code >= 0x1f3fb && code <= 0x1f3ff);
    for (let code = 0xa0; code < 0x20000; code += 7) {
      if (within(code) || (code >= 0xd800 && code <= 0xdfff)) continue;
      const character = String.fromCodePoint(code);
      expect(displayWidth(character), code.toString(16)).to.equal(stringWidth(character));
    }
  });

  it('is what a text is padded to', () => {
    expect(pad('日本', 6)).to.equal('日本  ');
    expect(pad('日本', 3)).to.equal('日本');
  });
});

describe('a text that is cut', () => {
  it('is never wider than it may be, and stays whole where it fits', () => {
    const text = fc.array(fc.constantFrom(...TEXTS, 'a'), { maxLength: 5 }).map((parts) => parts.join(' '));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 30 }), (given, width) => {
        const cut = truncate(given, width);
        expect(displayWidth(cut)).to.be.at.most(width);
        if (displayWidth(given) <= width) expect(cut).to.equal(given);
      }),
    );
  });

  it('ends its colours', () => {
    expect(truncate('\x1b[31mred and long\x1b[0m', 5)).to.equal('\x1b[31mred …\x1b[0m');
  });
});

describe('prose that is wrapped', () => {
  it('breaks where wrap-ansi breaks it', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'é', '日', '-', '/'), minLength: 1, maxLength: 12 });
    const prose = fc
      .array(fc.array(word, { minLength: 1 }), { minLength: 1 })
      .map((paragraphs) => paragraphs.map((words) => words.join(' ')).join('\n'));
    fc.assert(
      fc.property(prose, fc.integer({ min: 1, max: 40 }), (text, width) => {
        expect(wrap(text, width).join('\n')).to.equal(wrapAnsi(text, width));
      }),
    );
  });

  it('keeps a path byte by byte, so that it can be copied', () => {
    const path = '/srv/cafe\u0301/values.yml';
    expect(wrap(`read ${path}`, 10)).to.deep.equal(['read', path]);
  });
});
