import { expect } from 'chai';
import { conditions, type ConditionName } from '../../../../runner/src/iam/rules/resourceNames.js';
import { isCondition, type RequestContext } from '../../../support/iam/conditions.js';
import { names } from '../../../support/iam/policyNames.js';

const allows = (name: ConditionName, context: RequestContext) =>
  isCondition(conditions[name](names), context);
const of = (application: string, environment?: string): RequestContext => ({
  'aws:ResourceTag/application': application,
  ...(environment === undefined ? {} : { 'aws:ResourceTag/environment': environment }),
});

describe('what prune may do with machine images and snapshots', () => {
  const deletes = (context: RequestContext) =>
    allows('by-tags', context) || allows('by-application-alone', context);

  it('deletes what has the tags of the deployment, or those of its application alone', () => {
    expect(deletes(of('shop', 'staging'))).to.equal(true);
    expect(deletes(of('shop'))).to.equal(true);
    expect(deletes(of('shop', 'production'))).to.equal(false);
    expect(deletes(of('admin', 'staging'))).to.equal(false);
    expect(deletes(of('admin'))).to.equal(false);
    expect(deletes({})).to.equal(false);
  });

  const mark = {
    'aws:RequestTag/automation-stack:prune': 'ami-1',
    'aws:RequestTag/application': 'shop',
    'aws:RequestTag/environment': 'staging',
    'aws:TagKeys': ['automation-stack:prune', 'application', 'environment'],
  };

  it('marks a snapshot that has no owner, or this one, and takes none from somebody else', () => {
    expect(allows('while-marking', mark)).to.equal(true);
    expect(allows('while-marking', { ...mark, ...of('shop', 'staging') })).to.equal(true);
    expect(allows('while-marking', { ...mark, ...of('admin') })).to.equal(false);
    expect(allows('while-marking', { ...mark, ...of('shop', 'production') })).to.equal(false);
  });

  it('gives no other tag, and none of another owner', () => {
    expect(allows('while-marking', { ...mark, 'aws:TagKeys': [...mark['aws:TagKeys'], 'cost'] })).to.equal(
      false,
    );
    expect(allows('while-marking', { ...mark, 'aws:RequestTag/application': 'admin' })).to.equal(false);
    expect(allows('while-marking', { ...mark, 'aws:RequestTag/environment': 'production' })).to.equal(false);
  });

  it('takes off the mark alone, of what is the deployment’s', () => {
    const unmark = { 'aws:TagKeys': ['automation-stack:prune'] };
    expect(allows('while-unmarking', { ...unmark, ...of('shop', 'staging') })).to.equal(true);
    expect(allows('while-unmarking', { ...unmark, ...of('admin') })).to.equal(false);
    expect(allows('while-unmarking', { ...unmark, ...of('shop', 'production') })).to.equal(false);
    expect(allows('while-unmarking', { 'aws:TagKeys': ['application'], ...of('shop') })).to.equal(false);
  });
});
