import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { treeContent } from '../../../runner/src/release/treeContent.js';
import { openDeployment } from '../../support/deployment.js';
import { Repository } from '../../support/repository.js';

/** A deployment two levels below the repository, whose image is made of all of the repository. */
const config = (more = '', context = '../..') => `application: shop
images:
  web:
    context: ${context}
    dockerfile: ../../docker/web.Dockerfile
    repository: shop/web
${more.replace(/^(?=.)/gm, '    ')}
environments: { staging: {} }
`;
const FILES = {
  'deploy/shop/automation-stack.yml': config(),
  'docker/web.Dockerfile': 'FROM scratch\nCOPY . /\n',
  'src/app.py': 'one',
  'src/run': 'run',
  'docs/page.md': 'page',
  '.dockerignore': 'docs\n',
  '.gitignore': '*.pem\nbuilt/\n',
};

describe('the content of a working tree', () => {
  const made: Repository[] = [];
  const repository = (files: Readonly<Record<string, string>> = {}) => {
    const fresh = Repository.of({ ...FILES, ...files });
    made.push(fresh);
    return fresh;
  };
  afterEach(() => {
    for (const each of made.splice(0)) each.remove();
  });
  const look = async (of: Repository, below = 'deploy/shop') => {
    const { context } = await openDeployment(join(of.directory, below), {
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
    });
    const { tree, uncommitted } = await treeContent(context);
    expect(tree.dirty).to.equal(uncommitted.length > 0);
    return uncommitted;
  };

  it('is the commit’s where nothing was touched', async () => {
    expect(await look(repository())).to.deep.equal([]);
  });

  it('is not where a file of the context was changed, wherever the context lies', async () => {
    const shop = repository();
    shop.write({ 'src/app.py': 'two' });
    expect(await look(shop)).to.deep.equal(['../../src/app.py was changed']);
  });

  it('is the commit’s where only what the image does not get was changed', async () => {
    const shop = repository();
    shop.write({ 'docs/page.md': 'other', 'docs/new.md': 'new' });
    expect(await look(shop)).to.deep.equal([]);
  });

  it('is not where a file goes into the image that no commit holds, though git ignores it', async () => {
    const shop = repository();
    shop.write({ 'src/key.pem': 'secret', 'new.txt': 'new' });
    expect(await look(shop)).to.have.members([
      '../../new.txt is in no commit',
      '../../src/key.pem is in no commit',
    ]);
  });

  it('takes what a step before the build makes, where the configuration says so', async () => {
    const shop = repository({ 'deploy/shop/automation-stack.yml': config('generated: [src/built]') });
    shop.write({ 'src/built/app.js': 'built' });
    expect(await look(shop)).to.deep.equal([]);
    shop.write({ 'src/other.pem': 'secret' });
    expect(await look(shop)).to.deep.equal(['../../src/other.pem is in no commit']);
  });

  it('is not where a committed file is missing, staged away, or of another mode', async () => {
    const shop = repository();
    rmSync(join(shop.directory, 'src/app.py'));
    chmodSync(join(shop.directory, 'src/run'), 0o755);
    expect(await look(shop)).to.have.members([
      '../../src/app.py is missing',
      '../../src/run has another mode',
    ]);
    shop.git('add', '--all');
    expect(await look(shop)).to.have.length(2);
  });

  it('is not where git was told not to look', async () => {
    const shop = repository();
    shop.git('update-index', '--assume-unchanged', 'src/app.py');
    shop.git('update-index', '--skip-worktree', 'src/run');
    shop.write({ 'src/app.py': 'two', 'src/run': 'walk' });
    expect(await look(shop)).to.have.members(['../../src/app.py was changed', '../../src/run was changed']);
  });

  it('is not where a sparse checkout leaves out what the image should get', async () => {
    const shop = repository({ 'lib/a': 'a' });
    shop.git('sparse-checkout', 'set', '--no-cone', '/*', '!/lib', '!/docs');
    expect(await look(shop)).to.deep.equal(['../../lib/a is missing']);
  });

  it('is not where the Dockerfile, its ignore file or the configuration is in no commit', async () => {
    const shop = repository();
    shop.git('rm', '--quiet', '--cached', 'deploy/shop/automation-stack.yml', 'docker/web.Dockerfile');
    shop.git('commit', '--quiet', '--message', 'chore: forget them');
    shop.write({
      '.git/info/exclude': '*\n',
      'docker/web.Dockerfile.dockerignore': 'docs\ndocker\ndeploy\n',
    });
    expect(await look(shop)).to.include.members([
      'automation-stack.yml is in no commit',
      '../../docker/web.Dockerfile is in no commit',
      '../../docker/web.Dockerfile.dockerignore is in no commit',
    ]);
  });

  it('is not where a link leads elsewhere, or a directory is empty', async () => {
    const shop = repository();
    symlinkSync('app.py', join(shop.directory, 'src/link'));
    shop.commit('feat: link');
    expect(await look(shop)).to.deep.equal([]);
    rmSync(join(shop.directory, 'src/link'));
    symlinkSync('/etc/passwd', join(shop.directory, 'src/link'));
    mkdirSync(join(shop.directory, 'src/empty'));
    expect(await look(shop)).to.have.members([
      '../../src/link was changed',
      '../../src/empty is in no commit',
    ]);
  });

  it('knows a linked work tree, and a context that is a link', async () => {
    const shop = repository();
    symlinkSync('../src', join(shop.directory, 'deploy/src'));
    shop.commit('feat: link', { 'deploy/shop/automation-stack.yml': config('', '../src') });
    const beside = new Repository('beside');
    made.push(beside);
    shop.git('worktree', 'add', '--quiet', '--detach', '--force', beside.directory);
    expect(await look(beside)).to.deep.equal([]);
    beside.write({ 'src/app.py': 'two' });
    expect(await look(beside)).to.deep.equal(['../src/app.py was changed']);
  });

  it('compares the files of a submodule with its own commit', async () => {
    const shop = repository();
    const library = Repository.of({ 'lib.py': 'one', '.gitignore': '*.pyc\n' });
    made.push(library);
    const allowed = ['-c', 'protocol.file.allow=always'];
    shop.git(...allowed, 'submodule', '--quiet', 'add', `file://${library.directory}`, 'vendor');
    shop.commit('feat: a library');
    expect(await look(shop)).to.deep.equal([]);
    shop.write({ 'vendor/lib.py': 'two', 'vendor/lib.pyc': 'compiled' });
    expect(await look(shop)).to.have.members([
      '../../vendor/lib.py was changed',
      '../../vendor/lib.pyc is in no commit',
    ]);
    const clone = shop.clone();
    made.push(clone);
    expect(await look(clone)).to.deep.equal(['../../vendor is a submodule whose commit is not checked out']);
  });

  it('is not where the context is another repository’s, or in none', async () => {
    const shop = repository();
    shop.write({ 'other/a': 'a' });
    const inside = Repository.of({ a: 'a' });
    made.push(inside);
    rmSync(join(shop.directory, 'other'), { recursive: true });
    renameSync(inside.directory, join(shop.directory, 'other'));
    expect(await look(shop)).to.include('../../other/a is in no commit');
    const outside = new Repository('outside');
    made.push(outside);
    outside.write({ Dockerfile: 'FROM scratch', a: 'a' });
    const file = config('', outside.directory).replace('../../docker/web.Dockerfile', 'Dockerfile');
    const apart = repository({
      'deploy/shop/automation-stack.yml': file,
      'deploy/shop/Dockerfile': 'FROM scratch',
    });
    expect(await look(apart)).to.have.members(
      [
        `${outside.directory.slice(1)}/Dockerfile is in no commit`,
        `${outside.directory.slice(1)}/a is in no commit`,
      ].map((each) => `/${each}`),
    );
  });

  it('takes the repository’s own filters into account, not a person’s', async () => {
    const shop = repository({ '.gitattributes': '*.txt text eol=crlf\n' });
    shop.commit('feat: a text', { 'src/a.txt': 'one\r\ntwo\r\n' });
    expect(await look(shop)).to.deep.equal([]);
    shop.git('config', 'core.autocrlf', 'true');
    shop.write({ 'src/app.py': 'one\r\n' });
    shop.commit('feat: a line');
    expect(await look(shop)).to.deep.equal(['../../src/app.py was changed']);
  });

  it('holds the content that was hashed beside the commit that was seen, though HEAD moves', async () => {
    const shop = repository();
    const { context } = await openDeployment(join(shop.directory, 'deploy/shop'));
    const { commit } = await context.git.workingTree();
    const later = shop.commit('fix: later', { 'src/app.py': 'two' });
    const { tree, uncommitted } = await treeContent(context);
    expect(tree.commit).to.equal(commit).and.not.to.equal(later);
    expect(uncommitted).to.deep.equal(['../../src/app.py was changed']);
  });

  it('never counts what the runner keeps for itself', async () => {
    const shop = repository({
      'deploy/shop/automation-stack.yml': `${config()}state: { location: kept }\n`,
      'deploy/other/automation-stack.yml': 'application: other',
    });
    shop.write({
      'deploy/shop/kept/releases/1.json': '{}',
      'deploy/other/.automation-stack/lock.json': '{}',
    });
    expect(await look(shop)).to.deep.equal([]);
  });
});
