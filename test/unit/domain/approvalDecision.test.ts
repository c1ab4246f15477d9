import { expect } from 'chai';
import {
  approvalRule,
  differentPeople,
  isKnownToGit,
  isSamePerson,
  excludedApprovers,
  excludedIds,
  whyExcluded,
  type ApprovalRule,
  type ApprovalPeople,
} from '../../../runner/src/domain/approvalDecision.js';

const ANN = { name: 'Ann Lee', email: 'Ann.Lee@example.com' };
const BOB = { name: 'Bob', email: '4711+bob@users.noreply.github.com' };
const RULE: ApprovalRule = { not: ['author', 'starter'], count: 1 };
const PARTS: ApprovalPeople = { authors: [ANN, BOB], starter: 'carol', people: {} };

describe('who may approve', () => {
  it('is everybody where the configuration only asks for an approval', () => {
    const rule = approvalRule('required') as ApprovalRule;
    expect(rule).to.deep.equal({ not: [], count: 1 });
    expect(excludedApprovers(rule, PARTS)).to.deep.equal([]);
    expect(whyExcluded('carol', rule, PARTS)).to.equal(undefined);
    expect(approvalRule('none')).to.equal(undefined);
  });

  it('is neither an author nor who started it, in whatever letters and name space', () => {
    for (const [name, role] of [
      ['ann.lee@EXAMPLE.com', 'author'],
      ['ann lee', 'author'],
      ['ann.lee', 'author'],
      ['BOB', 'author'],
      ['Carol', 'starter'],
      ['carol@example.com', 'starter'],
    ] as const)
      expect(whyExcluded(name, RULE, PARTS)?.role, name).to.equal(role);
    for (const name of ['dave', 'ann', 'lee@example.com', ''])
      expect(whyExcluded(name, RULE, PARTS), name).to.equal(undefined);
  });

  it('is said by the configuration where the names have nothing in common', () => {
    const people = { alee1: ['ann.lee@example.com'], carol: ['Carol Jones'] };
    expect(whyExcluded('alee1', RULE, { ...PARTS, people })?.name).to.equal('Ann Lee <Ann.Lee@example.com>');
    expect(whyExcluded('Carol Jones', RULE, { ...PARTS, people })?.role).to.equal('starter');
    expect(excludedIds(RULE, { ...PARTS, people })).to.include.members(['alee1', 'carol jones']);
  });

  it('keeps out only whom the rule names', () => {
    expect(whyExcluded('carol', { not: ['author'], count: 1 }, PARTS)).to.equal(undefined);
    expect(whyExcluded('bob', { not: ['starter'], count: 1 }, PARTS)).to.equal(undefined);
    expect(excludedIds({ not: [], count: 2 }, PARTS)).to.deep.equal([]);
  });

  it('names each person once, as what they are', () => {
    const twice = { ...PARTS, authors: [ANN, { ...ANN, email: 'ann.lee@example.com' }], starter: 'ann.lee' };
    expect(excludedApprovers(RULE, twice)).to.deep.equal([
      { name: 'Ann Lee <Ann.Lee@example.com>', role: 'author' },
      { name: 'ann.lee', role: 'starter' },
    ]);
  });

  it('keeps nobody out as the starter of what nobody has started', () => {
    expect(whyExcluded('jenkins', RULE, { ...PARTS, starter: undefined })).to.equal(undefined);
  });
});

describe('people who approve', () => {
  it('count once each, however they are called', () => {
    expect(differentPeople(['ann.lee', 'Ann.Lee@example.com', 'dave'], {})).to.deep.equal([
      'ann.lee',
      'dave',
    ]);
    expect(differentPeople(['al', 'dave'], { al: ['dave'] })).to.deep.equal(['al']);
  });

  it('are not told apart by the host that they sit at', () => {
    expect(isSamePerson(['ada@laptop'], ['ada@office'], {})).to.equal(true);
    expect(isSamePerson(['@ada'], ['@bob'], {})).to.equal(false);
  });

  it('are known to git by an address, or by the configuration', () => {
    expect(isKnownToGit('ann@example.com', {})).to.equal(true);
    expect(isKnownToGit('ann', {})).to.equal(false);
    expect(isKnownToGit('ANN', { ann: ['Ann Lee'] })).to.equal(true);
  });
});

describe('the names of a person', () => {
  it('are without white space around them, and without the number of a private address', () => {
    expect(isSamePerson([' Ann '], ['ann'], {})).to.equal(true);
    expect(isSamePerson(['12+ann@x.y'], ['ann'], {})).to.equal(true);
    expect(isSamePerson(['a1+ann@x.y'], ['ann'], {})).to.equal(false);
    expect(isSamePerson(['1x+ann@x.y'], ['ann'], {})).to.equal(false);
  });

  it('are known to git by an entry of people, by any of its names', () => {
    const people = { carol: ['Carol Jones', 'c.jones@example.com'] };
    expect(isKnownToGit('c.jones', people)).to.equal(true);
    expect(isKnownToGit('dave', people)).to.equal(false);
  });

  it('are told sorted to programs that ask, and none where everybody may', () => {
    const ids = excludedIds(RULE, { ...PARTS, authors: [BOB, ANN] });
    expect(ids)
      .to.deep.equal([...ids].sort())
      .and.include.members(['carol', 'bob', 'ann lee']);
    expect(excludedIds({ not: [], count: 1 }, PARTS)).to.deep.equal([]);
    expect(excludedIds({ not: ['starter'], count: 1 }, { ...PARTS, starter: undefined })).to.deep.equal([]);
    expect(excludedApprovers({ not: ['starter'], count: 1 }, { ...PARTS, starter: undefined })).to.deep.equal(
      [],
    );
  });

  it('ask for nothing where there is no rule, and for what the rule says where there is one', () => {
    expect(approvalRule(undefined)).to.equal(undefined);
    expect(approvalRule(RULE)).to.equal(RULE);
  });
});
