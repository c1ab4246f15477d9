import { expect } from 'chai';
import { faultsOf, faultsSince } from '../../../scripts/commits.js';
import { Repository } from '../../support/repository.js';

const NOBODY = '0123456789012345678901234567890123456789';

describe('the check of commit messages', () => {
  for (const message of [
    'docs: how a rollback ends',
    'fix(ssh): name the key\n\nNobody knew which one it was.',
    'feat(hosts)!: no more passwords\n\nKeys only.\n\nBREAKING CHANGE: `password` is gone',
    'test(aws): ECS answers later',
    'perf: CloudFront keeps what is compressed',
    'chore(release): set the version to 1.2.3',
    'release: v1.2.3\n\n### Fixes',
    'Revert "feat: what nobody wants"\n\nThis reverts commit 0123456789.',
    `test: ${'x'.repeat(66)}`,
  ])
    it(`takes ${JSON.stringify(message)}`, () => {
      expect(faultsOf(message)).to.deep.equal([]);
    });

  const types = 'feat, fix, refactor, perf, test, docs, build, ci, chore, revert';
  for (const [message, ...faults] of [
    ['Let a build end', `it is not \`type(scope): subject\`; types are ${types}`],
    ['Fix: the end\n\nIt was wrong.', `it is not \`type(scope): subject\`; types are ${types}`],
    ['fix : the end\n\nIt was wrong.', `it is not \`type(scope): subject\`; types are ${types}`],
    ['style: format', `style is no type; there are ${types}`],
    ['release: what is there', `release is no type; there are ${types}`],
    ['docs(The Page): the end', 'the scope The Page is not lower-case letters, digits and -'],
    [`test: ${'x'.repeat(67)}`, 'the first line has 73 characters, 72 at most'],
    ['docs: The end', 'the subject begins with a capital letter'],
    ['docs: A page', 'the subject begins with a capital letter'],
    ['docs: the end.', 'the subject ends with a period'],
    ['docs: the end\nof it', 'the second line is not empty'],
    ['feat: an end', 'a feat says why in the lines below its first'],
    ['fix: the end\n\nSigned-off-by: a@b.example', 'a fix says why in the lines below its first'],
    [
      'fix: The end.',
      'the subject begins with a capital letter',
      'the subject ends with a period',
      'a fix says why in the lines below its first',
    ],
  ] as [string, ...string[]][])
    it(`refuses ${JSON.stringify(message)}`, () => {
      expect(faultsOf(message)).to.deep.equal(faults);
    });

  describe('in a repository', () => {
    let repository: Repository;
    beforeEach(() => {
      repository = Repository.of({ one: '1' }, 'Begin');
    });
    afterEach(() => repository.remove());

    const faults = (unchecked = NOBODY) =>
      faultsSince(repository.directory, unchecked).map((fault) => fault.replace(/^[0-9a-f]{7,} /, ''));

    it('reads all commits where nothing was released yet, newest first', () => {
      repository.commit('docs: The end');
      repository.commit('test: the end\n\n- one\n- two');
      expect(faults()).to.deep.equal([
        'docs: The end: the subject begins with a capital letter',
        `Begin: it is not \`type(scope): subject\`; types are ${types}`,
      ]);
    });

    it('names the commit', () => {
      const hash = repository.git('rev-parse', '--short', 'HEAD');
      expect(faultsSince(repository.directory, NOBODY)[0]).to.match(new RegExp(`^${hash} Begin: `));
    });

    it('reads those since the last release only', () => {
      repository.git('tag', 'v1.0.0');
      repository.git('tag', 'latest');
      repository.commit('docs: the end.');
      expect(faults()).to.deep.equal(['docs: the end.: the subject ends with a period']);
    });

    it('leaves out those that were there before it', () => {
      expect(faults(repository.git('rev-parse', 'HEAD'))).to.deep.equal([]);
    });

    it('leaves out merges, and reads what they bring', () => {
      const base = repository.git('rev-parse', 'HEAD');
      repository.git('switch', '--quiet', '--create', 'other');
      repository.commit('docs: Other', { two: '2' });
      repository.git('switch', '--quiet', 'main');
      repository.commit('docs: the end', { one: '2' });
      repository.git('merge', '--quiet', '--message', 'Merge branch other', 'other');
      expect(faults(base)).to.deep.equal(['docs: Other: the subject begins with a capital letter']);
    });

    it('reads what a shallow clone has', () => {
      const base = repository.git('rev-parse', 'HEAD');
      repository.commit('docs: one');
      repository.commit('docs: Two');
      const clone = repository.clone('--depth=1');
      expect(faultsSince(clone.directory, base)).to.have.length(1);
      clone.remove();
    });
  });
});
