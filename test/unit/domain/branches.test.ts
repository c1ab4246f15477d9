import { expect } from 'chai';
import { environmentOfBranch } from '../../../runner/src/domain/branches.js';

describe('the environment of a branch', () => {
  it('is that of its own name before that of any pattern, and of the first pattern that fits', () => {
    const rules = { '**': 'all', 'release/*': 'staging', 'release/1': 'production' };
    expect(environmentOfBranch(rules, 'release/1')).to.equal('production');
    expect(environmentOfBranch(rules, 'release/2')).to.equal('all');
    expect(environmentOfBranch({ 'release/*': 'staging', '**': 'all' }, 'release/2')).to.equal('staging');
  });

  it('is none where no rule fits: `*` ends at a slash', () => {
    expect(environmentOfBranch({ 'feature-*': 'test' }, 'feature-a/b')).to.equal(undefined);
    expect(environmentOfBranch({}, 'toString')).to.equal(undefined);
  });

  it('is found by a pattern that begins with a mark which means something else elsewhere', () => {
    expect(environmentOfBranch({ '#*': 'test' }, '#12')).to.equal('test');
    expect(environmentOfBranch({ '!main': 'test' }, 'develop')).to.equal(undefined);
    expect(environmentOfBranch({ '!m*': 'test' }, '!main')).to.equal('test');
  });
});
