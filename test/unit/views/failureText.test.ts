import { expect } from 'chai';
import { StackError, toErrorRecord } from '../../../runner/src/base/errors.js';
import { failureLines, failureText } from '../../../runner/src/views/failureText.js';
import { createStyle } from '../../../runner/src/views/style.js';

const style = createStyle(false, true);
const failure = toErrorRecord(
  new StackError('BUILD_FAILED', 'web could not be built', {
    where: 'Dockerfile:7',
    evidence: ['pip: not found'],
    next: 'Install pip before line 7, then node runner build web --verbose --no-cache --pull always',
  }),
);

describe('the story of a failure', () => {
  it('says what, the code, where, the evidence and what to type next, in this order', () => {
    expect(failureLines(failureText(failure), style, 100)).to.deep.equal([
      '✗ web could not be built',
      '  code      BUILD_FAILED',
      '  where     Dockerfile:7',
      '  evidence  pip: not found',
      `  next      ${failure.next}`,
    ]);
  });

  it('wraps prose on a narrow terminal but never breaks what is to be copied', () => {
    const lines = failureLines(
      failureText({ ...failure, message: 'word '.repeat(20).trim(), evidence: ['e '.repeat(40)] }),
      style,
      40,
    );
    expect(lines.filter((line) => line.includes('word')).every((line) => line.length <= 40)).to.equal(true);
    expect(lines.at(-1)).to.equal(`  next      ${failure.next}`);
    expect(lines.some((line) => line.includes('e '.repeat(39)))).to.equal(true);
  });

  it('has the stage’s last lines as evidence where the failure brings none', () => {
    const { evidence: _, ...bare } = failure;
    expect(failureText(bare, ['one', 'two']).evidence).to.deep.equal(['one', 'two']);
    expect(failureText(failure, ['one']).evidence).to.deep.equal(['pip: not found']);
  });

  it('keeps the last fifteen lines of evidence', () => {
    const evidence = [...Array(40).keys()].map((line) => `line ${line}`);
    expect(failureText({ ...failure, evidence }).evidence).to.deep.equal(evidence.slice(-15));
  });

  it('shows a stack for bugs alone', () => {
    const bug = failureLines(failureText(toErrorRecord(new TypeError('x is undefined'))), style).join('\n');
    expect(bug)
      .to.include('x is undefined')
      .and.to.match(/at .*failureText\.test\.ts/);
    expect(bug).to.include('please report it');
    const known = new StackError('TOOL_FAILED', 'it failed', { cause: new Error('inner') });
    expect(failureLines(failureText(toErrorRecord(known)), style).join('\n')).not.to.match(/\bat .*:\d+/);
  });
});
