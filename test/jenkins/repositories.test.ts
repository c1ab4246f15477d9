import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { copyOf, GitServer, Repository } from './repositories.js';

describe('the repositories that a controller reads', () => {
  let home: string;
  let server: GitServer;
  let shop: Repository;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'repositories-'));
    shop = await new Repository(join(home, 'shop')).begin();
    await shop.write('app/index.html', 'one\n');
    await shop.commit('feat: begin');
    await shop.tag('v0.1.0');
    server = await GitServer.start(home);
  });
  afterEach(async () => {
    await server.stop();
    await rm(home, { recursive: true, force: true });
  });

  const clone = (...words: string[]) =>
    execa('git', ['clone', '--quiet', ...words, server.urlOf('shop'), join(home, 'clone')]);

  it('can be cloned over HTTP, tags and all', async () => {
    await clone();
    expect(await readFile(join(home, 'clone/app/index.html'), 'utf8')).to.equal('one\n');
    const { stdout } = await execa('git', ['tag'], { cwd: join(home, 'clone') });
    expect(stdout).to.equal('v0.1.0');
  });

  it('can be cloned shallow, and fetched again after a commit and a moved tag', async () => {
    await clone('--depth=1');
    await shop.change('app/index.html', (text) => text.replace('one', 'two'));
    const commit = await shop.commit('fix: two');
    await shop.tag('v0.1.0');
    const fetch = ['fetch', '--quiet', '--force', 'origin', 'refs/tags/v0.1.0'];
    await execa('git', fetch, { cwd: join(home, 'clone') });
    const { stdout } = await execa('git', ['rev-parse', 'FETCH_HEAD^{commit}'], { cwd: join(home, 'clone') });
    expect(stdout).to.equal(commit);
  });

  it('say that one is not there', async () => {
    const { stderr } = await execa('git', ['ls-remote', server.urlOf('nothing')], { reject: false });
    expect(stderr).to.contain('not found');
  });

  it('say where an example has nothing to change any more', async () => {
    await shop.change('app/index.html', (text) => `${text}more\n`);
    let message = '';
    await shop
      .change('app/index.html', (text) => text.replace('gone', ''))
      .catch((error: Error) => {
        ({ message } = error);
      });
    expect(message).to.contain('app/index.html has nothing to change');
  });

  it('take a work tree as it is: changed, new, deleted', async () => {
    await shop.write('app/deleted.html', 'x\n');
    await shop.write('other/left-out', 'x\n');
    await shop.write('.gitignore', '*.log\n');
    await shop.commit('feat: more');
    await writeFile(join(shop.folder, 'app/index.html'), 'changed\n');
    await shop.write('app/new.html', 'new\n');
    await shop.write('app/ignored.log', 'x\n');
    await rm(join(shop.folder, 'app/deleted.html'));
    await copyOf(shop.folder, ['app'], join(home, 'copy'));
    const { stdout } = await execa('find', ['.', '-type', 'f'], { cwd: join(home, 'copy') });
    expect(stdout.split('\n').sort()).to.deep.equal(['./app/index.html', './app/new.html']);
    expect(await readFile(join(home, 'copy/app/index.html'), 'utf8')).to.equal('changed\n');
  });
});
