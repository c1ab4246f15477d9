import { expect } from 'chai';
import { hasRun } from '../../../runner/src/domain/behind.js';
import type { DeploymentRecord } from '../../../runner/src/domain/records.js';

const ended = (status: DeploymentRecord['status'], ...targets: readonly string[]) =>
  ({
    status,
    targets: Object.fromEntries(targets.map((one, index) => [`target-${index}`, { status: one }])),
  }) as unknown as DeploymentRecord;

describe('a deployment to roll back to', () => {
  it('is one whose release ran on a target at least, though another wants nothing to run', () => {
    expect(hasRun(ended('healthy', 'healthy'))).to.equal(true);
    expect(hasRun(ended('partial', 'healthy'))).to.equal(true);
    expect(hasRun(ended('unproven', 'unproven', 'healthy'))).to.equal(true);
    expect(hasRun(ended('unproven', 'unproven', 'unchanged'))).to.equal(true);
  });

  it('is none whose release ran nowhere, or that failed', () => {
    expect(hasRun(ended('unproven', 'unproven'))).to.equal(false);
    expect(hasRun(ended('failed', 'healthy'))).to.equal(false);
  });
});
