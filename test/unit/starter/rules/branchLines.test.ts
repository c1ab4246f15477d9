import { expect } from 'chai';
import { starterBranches, type BranchFacts } from '../../../../runner/src/starter/rules/branchLines.js';
import { branchesOf, finding } from '../../../support/starterProject.js';

const branches = (facts: BranchFacts) => finding((note) => starterBranches(facts, note));

describe('the branches of a first configuration', () => {
  const rows: readonly (readonly [string, readonly string[], string | undefined, Record<string, string>])[] =
    [
      [
        'are the one for development and the main one',
        ['main', 'develop'],
        undefined,
        { develop: 'staging', main: 'production' },
      ],
      [
        'are found by their usual names',
        ['x', 'dev', 'trunk'],
        undefined,
        { dev: 'staging', trunk: 'production' },
      ],
      [
        'are the usual ones before others',
        ['dev', 'develop', 'master', 'main'],
        undefined,
        { develop: 'staging', main: 'production' },
      ],
      [
        'begin with the default of the remote',
        ['dev', 'develop', 'main'],
        'dev',
        { dev: 'staging', main: 'production' },
      ],
      [
        'lead from the default of the remote to production',
        ['develop', 'main', 'live'],
        'live',
        { develop: 'staging', live: 'production' },
      ],
      ['are the main one alone', ['main', 'feature'], undefined, { main: 'production' }],
      ['are the only one that there is', ['work'], undefined, { work: 'production' }],
      ['are main where no name tells', ['one', 'two'], undefined, { main: 'production' }],
      [
        'are main beside one for development',
        ['develop'],
        undefined,
        { develop: 'staging', main: 'production' },
      ],
      [
        'are main beside one for development and others',
        ['develop', 'x'],
        undefined,
        { develop: 'staging', main: 'production' },
      ],
    ];
  for (const [what, known, remoteDefault, expected] of rows) {
    it(what, () => {
      const facts = { ...branchesOf(known), ...(remoteDefault === undefined ? {} : { remoteDefault }) };
      expect(branches(facts).found).to.deep.equal(expected);
    });
  }

  it('count the one that is checked out before its first commit', () =>
    expect(
      branches({ isRepository: true, hasCommit: false, known: [], current: 'develop' }).found,
    ).to.deep.equal({ develop: 'staging', main: 'production' }));

  it('are a guess outside of a repository, which is told', () => {
    const { found, notes } = branches({ isRepository: false, hasCommit: false, known: [] });
    expect(found).to.deep.equal({ develop: 'staging', main: 'production' });
    expect(notes).to.contain('no git repository');
  });

  it('are told to be a guess where a main one is missing', () => {
    expect(branches(branchesOf(['develop'])).notes).to.contain('no main branch was found beside develop');
    expect(branches(branchesOf(['develop', 'main'])).notes).to.equal('');
  });

  it('are told with those that are left out', () => {
    expect(branches(branchesOf(['main', 'a', 'b'])).notes)
      .to.contain('(there are a and b)')
      .and.to.contain('main leads');
    expect(branches(branchesOf(['main'])).notes)
      .to.contain('no branch for development')
      .and.not.to.contain('there are');
    expect(branches(branchesOf(['one', 'two'])).notes).to.contain('no branch was found: main is a guess');
  });
});
