import { expect } from 'chai';
import { partsOf } from '../../../../runner/src/iam/rules/policyParts.js';
import {
  POLICY_LIMIT,
  policySize,
  type PolicyDocument,
  type Statement,
} from '../../../../runner/src/iam/rules/policyDocument.js';
import { evaluate } from '../../../support/iam/evaluate.js';
import { grammarFaults } from '../../../support/iamGrammar.js';

const bucket = (index: number) => `arn:aws:s3:::acme-artifacts-of-application-${index}`;
const statement = (Sid: string, buckets: number): Statement => ({
  Sid,
  Effect: 'Allow',
  Action: ['s3:GetBucketPolicy', 's3:ListBucket'],
  Resource: Array.from({ length: buckets }, (_, index) => bucket(index)),
});
const policy = (...Statement: Statement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });

describe('the parts of a policy', () => {
  it('are the policy itself where IAM takes it', () => {
    const small = policy(statement('S3', 3));
    expect(partsOf(small)).to.deep.equal([small]);
  });

  it('are as many as IAM takes, and allow the same together', () => {
    const long = policy(statement('S3', 100), statement('S32', 90), statement('S33', 10));
    expect(policySize(long)).to.be.greaterThan(POLICY_LIMIT);
    const parts = partsOf(long);
    expect(parts).to.have.length(2);
    for (const part of parts) {
      expect(policySize(part)).to.be.at.most(POLICY_LIMIT);
      expect(grammarFaults(part)).to.deep.equal([]);
    }
    for (const resource of long.Statement.flatMap(({ Resource }) => Resource))
      expect(evaluate(parts, { action: 's3:ListBucket', resource })).to.equal('allowed');
  });

  it('divide a statement that is too long by itself, each under a name of its own', () => {
    const parts = partsOf(policy(statement('S3', 300)));
    expect(parts.every((part) => policySize(part) <= POLICY_LIMIT)).to.equal(true);
    const sids = parts.flatMap(({ Statement }) => Statement.map(({ Sid }) => Sid));
    expect(new Set(sids).size).to.equal(sids.length);
    expect(evaluate(parts, { action: 's3:ListBucket', resource: bucket(299) })).to.equal('allowed');
    expect(evaluate(parts, { action: 's3:ListBucket', resource: bucket(300) })).to.equal('denied');
  });

  it('divide the actions of a statement whose one resource cannot be divided', () => {
    const actions = Array.from({ length: 9 }, (_, index) => `s3:GetThing${index}`);
    const one: Statement = { Sid: 'S3', Effect: 'Allow', Action: actions, Resource: ['*'] };
    const size = policySize(policy({ ...one, Action: actions.slice(0, 4) }));
    const parts = partsOf(policy(one), size);
    for (const part of parts) expect(policySize(part)).to.be.at.most(size);
    const all = parts.flatMap(({ Statement }) => Statement);
    expect(all.flatMap(({ Action }) => Action)).to.deep.equal(actions);
    expect(all.every(({ Resource }) => Resource.join() === '*')).to.equal(true);
  });

  it('are as large as they may be, to the character', () => {
    const small = policy(statement('S3', 1), statement('S32', 1));
    expect(partsOf(small, policySize(small))).to.have.length(1);
    expect(partsOf(small, policySize(small) - 1)).to.have.length(2);
  });

  it('leave whole what cannot be divided', () => {
    const one = policy({ ...statement('S3', 1), Action: ['s3:ListBucket'] });
    expect(partsOf(one, 10)).to.deep.equal([one]);
  });
});
