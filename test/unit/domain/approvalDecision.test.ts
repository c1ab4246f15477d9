import { expect } from 'chai';
import {
  approvalRule,
  differentPeople,
  isKnownToGit,
  isSamePerson,
  keptOut,
  keptOutIds,
  whyKeptOut,
  type ApprovalRule,
  type Parts,
} from '../../../runner/src/domain/approvalDecision.js';

const ANN = { name: 'Ann Lee', email: 'Ann.Lee@example.com' };
const BOB = { name: 'Bob', email: '4711+bob@users.noreply.github.com' };
const RULE: ApprovalRule = { not: ['author', 'starter'], count: 1 };
const PARTS: Parts = { authors: [ANN, BOB], starter: 'carol', people: {} };

describe('who may approve', () => {
  it('is everybody where the configuration only asks for an approval', () => {
    const rule = approvalRule('required') as ApprovalRule;
    expect(rule).to.deep.equal({ not: [], count: 1 });
    expect(keptOut(rule, PARTS)).to.deep.equal([]);
    expect(whyKeptOut('carol', rule, PARTS)).to.equal(undefined);
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
      expect(whyKeptOut(name, RULE, PARTS)?.role, name).to.equal(role);
    for (const name of ['dave', 'ann', 'lee@example.com', ''])
      expect(whyKeptOut(name, RULE, PARTS), name).to.equal(undefined);
  });

  it('is said by the configuration where the names have nothing in common', () => {
    const people = { alee1: ['ann.lee@example.com'], carol: ['Carol Jones'] };
    expect(whyKeptOut('alee1', RULE, { ...PARTS, people })?.name).to.equal('Ann Lee <Ann.Lee@example.com>');
    expect(whyKeptOut('Carol Jones', RULE, { ...PARTS, people })?.role).to.equal('starter');
    expect(keptOutIds(RULE, { ...PARTS, people })).to.include.members(['alee1', 'carol jones']);
  });

  it('keeps out only whom the rule names', () => {
    expect(whyKeptOut('carol', { not: ['author'], count: 1 }, PARTS)).to.equal(undefined);
    expect(whyKeptOut('bob', { not: ['starter'], count: 1 }, PARTS)).to.equal(undefined);
    expect(keptOutIds({ not: [], count: 2 }, PARTS)).to.deep.equal([]);
  });

  it('names each person once, as what they are', () => {
    const twice = { ...PARTS, authors: [ANN, { ...ANN, email: 'ann.lee@example.com' }], starter: 'ann.lee' };
    expect(keptOut(RULE, twice)).to.deep.equal([
      { name: 'Ann Lee <Ann.Lee@example.com>', role: 'author' },
      { name: 'ann.lee', role: 'starter' },
    ]);
  });

  it('keeps nobody out as the starter of what nobody has started', () => {
    expect(whyKeptOut('jenkins', RULE, { ...PARTS, starter: undefined })).to.equal(undefined);
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
