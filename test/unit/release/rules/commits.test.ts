import { expect } from 'chai';
import { lastingChanges, readChanges } from '../../../../runner/src/release/rules/commits.js';
import { nextVersion } from '../../../../runner/src/release/rules/semanticVersion.js';
import { releaseNotes } from '../../../../runner/src/release/rules/changelog.js';

const breaking = (message: string) => readChanges([{ hash: '0', message }])[0]?.breaking;

describe('what a commit breaks', () => {
  const TABLE: readonly (readonly [string, string, string | undefined])[] = [
    ['a footer', 'fix: a\n\nBREAKING CHANGE: b', 'b'],
    ['a footer with a dash', 'fix: a\n\nBREAKING-CHANGE: b', 'b'],
    ['a footer behind a body', 'fix: a\n\nWhy.\nAnd more.\n\nBREAKING CHANGE: b', 'b'],
    ['a footer over lines', 'fix: a\n\nBREAKING CHANGE: b\n  goes on\nand on', 'b\n  goes on\nand on'],
    ['a footer over paragraphs', 'fix: a\n\nBREAKING CHANGE: b\n\nc', 'b\n\nc'],
    ['a footer that ends at a trailer', 'fix: a\n\nBREAKING CHANGE: b\nCo-authored-by: X <x@y.z>', 'b'],
    ['a footer that ends at an issue', 'fix: a\n\nBREAKING CHANGE: b\nFixes #12', 'b'],
    ['a footer that ends at a trailer further down', 'fix: a\n\nBREAKING CHANGE: b\n\nSigned-off-by: X', 'b'],
    ['a footer behind a trailer', 'fix: a\n\nRefs: 12\nBREAKING CHANGE: b', 'b'],
    ['a footer behind an issue', 'fix: a\n\nCloses #12\nBREAKING CHANGE: b', 'b'],
    ['two footers', 'fix: a\n\nBREAKING CHANGE: b\nBREAKING CHANGE: c', 'b\nc'],
    ['a footer whose words begin on the next line', 'fix: a\n\nBREAKING CHANGE:\n- b\n- c', '- b\n- c'],
    ['Windows line ends', 'fix: a\r\n\r\nBREAKING CHANGE: b\r\nRefs: 1\r\n', 'b'],
    ['a mark', 'feat!: a', 'a'],
    ['a mark behind a scope', 'feat(api)!: a', 'a'],
    ['a mark and a footer', 'feat!: a\n\nBREAKING CHANGE: b', 'b'],
    ['any type', 'Chore!: a', 'a'],
    ['the end of a squashed body', 'feat: a (#1)\n\n* fix: b\n\n* feat: c\n\nBREAKING CHANGE: d', 'd'],
    ['a line of the body', 'fix: a\n\nUntil now a line\nBREAKING CHANGE: b\nwas no footer.', undefined],
    ['the last line of the body', 'fix: a\n\nSee what\nBREAKING CHANGE: b', undefined],
    ['words in a line', 'fix: a\n\nThe words `BREAKING CHANGE: b` matter.', undefined],
    ['a quotation', 'fix: a\n\n> BREAKING CHANGE: b', undefined],
    ['an indented line', 'fix: a\n\n    BREAKING CHANGE: b', undefined],
    ['a list', 'fix: a\n\n- BREAKING CHANGE: b\n* BREAKING CHANGE: c', undefined],
    ['small letters', 'fix: a\n\nbreaking change: b\n\nBreaking Change: c', undefined],
    ['no blank behind the colon', 'fix: a\n\nBREAKING CHANGE:b', undefined],
    ['a number', 'fix: a\n\nBREAKING CHANGES: b', undefined],
    ['no blank line before', 'fix: a\nBREAKING CHANGE: b', undefined],
    ['nothing behind the token', 'fix: a\n\nBREAKING CHANGE:\nRefs: 1', undefined],
    ['a word before it', 'fix: a\n\nNo BREAKING CHANGE: b', undefined],
    ['the value of another footer', 'fix: a\n\nNote: no\n  BREAKING CHANGE: b', undefined],
    ['a mark in the wrong place', 'feat!(api): a', undefined],
    ['a mark in the subject', 'feat: a!: b', undefined],
  ];
  for (const [what, message, expected] of TABLE) {
    it(`${expected === undefined ? 'is not' : 'is'} told by ${what}`, () => {
      expect(breaking(message)).to.equal(expected);
    });
  }

  const HEADERS: readonly (readonly [string, string | undefined, string | undefined, string])[] = [
    ['feat: a', 'feat', undefined, 'a'],
    ['FEAT(Web UI):  a', 'feat', 'Web UI', 'a'],
    ['build-deps: a', 'build-deps', undefined, 'a'],
    ['feat:a', undefined, undefined, 'feat:a'],
    ['feat : a', undefined, undefined, 'feat : a'],
    ['feat (api): a', undefined, undefined, 'feat (api): a'],
    ['feat: ', undefined, undefined, 'feat:'],
    ["Merge branch 'x'", undefined, undefined, "Merge branch 'x'"],
    ['fixup! feat: a', undefined, undefined, 'fixup! feat: a'],
    ['Revert "feat: a"', 'revert', undefined, 'feat: a'],
  ];
  for (const [header, type, scope, subject] of HEADERS) {
    it(`goes with a header such as ${header}`, () => {
      expect(readChanges([{ hash: '0', message: header }])[0]).to.include({ type, scope, subject });
    });
  }
});

describe('changes that were taken back', () => {
  const A = 'a'.repeat(40);
  const B = 'b'.repeat(40);
  const C = 'c'.repeat(40);
  const made = { hash: A, message: 'feat!: a page' };
  const back = { hash: B, message: `Revert "feat!: a page"\n\nThis reverts commit ${A}.` };
  const again = { hash: C, message: `Reapply "feat!: a page"\n\nThis reverts commit ${B}.` };

  it('are no reason for a version, and in no notes', () => {
    const changes = readChanges([back, made]);
    expect(nextVersion('1.0.0', changes)).to.equal('1.0.1');
    expect(releaseNotes(changes)).to.contain('Maintenance only');
  });

  it('count where the taking back was taken back', () => {
    const changes = readChanges([again, back, made]);
    expect(lastingChanges(changes).map(({ hash }) => hash)).to.deep.equal([A]);
    expect(nextVersion('1.0.0', changes)).to.equal('2.0.0');
  });

  it('are told where they were released before', () => {
    expect(releaseNotes(readChanges([back]))).to.equal('### Reverted\n\n- feat!: a page (bbbbbbb)');
  });
});
