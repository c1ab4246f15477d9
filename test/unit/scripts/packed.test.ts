import { expect } from 'chai';
import { Repository } from '../../support/repository.js';

interface Source {
  readonly head: string;
  readonly files: string;
}

interface Packed {
  readonly RUNNER: string;
  readonly DIGEST: string;
  readonly pack: (source: Source) => string;
  readonly digestOf: (text: string) => string;
  readonly problemsInGit: (root: string, source: () => Promise<Source>) => Promise<string[]>;
}

const { RUNNER, DIGEST, pack, digestOf, problemsInGit } = (await import(
  new URL('../../../scripts/packed.mjs', import.meta.url).href
)) as Packed;

describe('the packed runner in git', () => {
  const source = { head: 'const packed = `/*PACK*/`;\n', files: '{"main.js":"run()"}' };
  let repository: Repository;
  beforeEach(() => {
    repository = Repository.of({ 'main.js': 'run()' }, 'feat: run');
  });
  afterEach(() => repository.remove());

  const carried = (from: Source) => ({ [RUNNER]: pack(from), [DIGEST]: digestOf(pack(from)) });
  const problems = (now: Source = source) => problemsInGit(repository.directory, () => Promise.resolve(now));

  it('is missing between releases, and nothing is packed to find that out', async () => {
    const asked = problemsInGit(repository.directory, () => Promise.reject(new Error('packed')));
    expect(await asked).to.deep.equal([]);
  });

  it('is in a release, and that of its sources', async () => {
    repository.commit('chore(release): set the version to 1.0.0', carried(source));
    repository.git('tag', 'v1.0.0');
    expect(await problems()).to.deep.equal([]);
    expect(await problems({ ...source, files: '{"main.js":"stop()"}' })).to.deep.equal([
      `${RUNNER} is not what these sources make`,
    ]);
    expect(await problems({ ...source, head: `// new\n${source.head}` })).to.deep.equal([
      `the head of ${RUNNER} is not scripts/packHead.mjs`,
    ]);
  });

  it('fails a release that lacks it', async () => {
    repository.git('tag', 'v1.0.0');
    expect(await problems()).to.deep.equal([
      'this release carries no packed runner: make releases by `make release`',
    ]);
  });

  it('fails a release whose runner was changed or cut off', async () => {
    repository.commit('release: v1.0.0', { ...carried(source), [RUNNER]: pack(source).slice(0, 40) });
    repository.git('tag', 'v1.0.0');
    expect(await problems()).to.deep.equal([
      `${RUNNER} is not what these sources make`,
      `${DIGEST} is not its digest`,
    ]);
  });

  it('knows a release in a clone without tags by its message', async () => {
    repository.commit('release: v1.0.0', {});
    expect((await problems()).join()).to.contain('this release carries no packed runner');
  });

  it('takes no other tag for a release', async () => {
    repository.git('tag', 'v1.0.0-rc.1');
    repository.git('tag', 'latest');
    expect(await problems()).to.deep.equal([]);
  });

  it('fails a commit that carries it and is no release', async () => {
    repository.commit('fix: run', carried(source));
    expect(await problems()).to.deep.equal([
      `${RUNNER} is in git; \`make release\` alone puts it there. Take it out: git rm --cached ${RUNNER} ${DIGEST}`,
    ]);
  });

  it('has to go with the first change on top of a release, and may stay as a file', async () => {
    repository.write({ '.gitignore': '/resources/automation-stack/runner.*\n', ...carried(source) });
    repository.git('add', '--force', '--', RUNNER, DIGEST);
    repository.commit('release: v1.0.0');
    repository.write({ 'main.js': 'run(2)' });
    expect((await problems()).join()).to.contain('is in git');
    repository.git('rm', '--quiet', '--cached', '--', RUNNER, DIGEST);
    expect(await problems()).to.deep.equal([]);
    repository.commit('fix: run twice');
    expect(await problems()).to.deep.equal([]);
  });
});
