import { expect } from 'chai';
import { errorCodes } from '../../../runner/src/base/errors.js';
import { errorsPage } from '../../../runner/src/reference/errorsPage.js';
import { errorWords } from '../../../runner/src/reference/errorWords.js';

describe('the page of failures', () => {
  it('has a section for every code: category, exit code, cause and what to type', () => {
    const sections = errorsPage().split('\n## ').slice(1);
    expect(sections.map((section) => section.split('\n', 1)[0])).to.deep.equal(Object.keys(errorCodes));
    for (const section of sections) {
      expect(section).to.match(
        /^- Category \w+, exit code \d+\n- \*\*Cause:\*\* \S.+\n- \*\*Next:\*\* \S.+$/m,
      );
    }
  });

  it('has words for no code that is gone, and ends its sentences', () => {
    expect(Object.keys(errorWords)).to.have.members(Object.keys(errorCodes));
    for (const [code, { means, causes }] of Object.entries(errorWords)) {
      expect(means, code).to.match(/\.$/);
      expect(causes, code).to.match(/\.$/);
    }
  });
});
