import { expect } from 'chai';
import { configuration, ReleaseFixture } from '../../support/releaseFixture.js';

describe('applications of one repository', function () {
  this.timeout(60_000);
  let shop: ReleaseFixture;
  beforeEach(async () => (shop = await ReleaseFixture.start()));
  afterEach(() => shop.remove());
  const expectOk = async (work: ReturnType<ReleaseFixture['stage']>) => {
    const { exitCode, stdout, stderr } = await work;
    expect(exitCode, stdout + stderr).to.equal(0);
    return stdout;
  };
  const configure = (below: string, more = '') => ({
    [`${below}/automation-stack.yml`]: configuration(below.split('/').at(-1) ?? '', shop.forge, more),
    [`${below}/.gitignore`]: '.automation-stack/\n',
  });
  const planOf = async (below: string) => {
    const stdout = await expectOk(shop.command(shop.clone(), ['release', '--dry-run', '--json'], below));
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>;
  };

  it('have versions of their own, by the commits that touch them', async () => {
    shop.commit('feat: two more', { ...configure('apps/auth'), ...configure('apps/pay') });
    await expectOk(shop.stage(shop.clone(), 'apps/auth'));
    await expectOk(shop.stage(shop.clone(), 'apps/pay'));
    shop.commit('feat: log in', { 'apps/auth/login': 'x' });
    shop.commit('fix: a sum', { 'apps/pay/sum': 'x' });
    await expectOk(shop.stage(shop.clone(), 'apps/auth'));
    await expectOk(shop.stage(shop.clone(), 'apps/pay'));
    expect(Object.keys(shop.tags)).to.deep.equal(['auth/v0.1.0', 'auth/v0.2.0', 'pay/v0.1.0', 'pay/v0.1.1']);
    const notes = shop.forge.releases.find(({ tag }) => tag === 'auth/v0.2.0')?.notes;
    expect(notes).to.match(/^### Features\n\n- log in \(\w{7}\)$/);
    expect(await expectOk(shop.stage(shop.clone(), 'apps/auth'))).to.contain(
      'auth/v0.2.0 is released already: nothing new is made',
    );
  });

  it('count also what they share, where they name it, and leave out what they do not name', async () => {
    shop.commit('feat: one more', configure('apps/auth', ', paths: [., ../../lib]'));
    await expectOk(shop.stage(shop.clone(), 'apps/auth'));
    shop.commit('fix: what is shared', { 'lib/a': 'x' });
    shop.commit('feat: elsewhere', { 'other/a': 'x' });
    expect(await planOf('apps/auth')).to.include({ tag: 'auth/v0.1.1' });
  });

  it('are tagged without a prefix at the top of the repository, and with one that is named', async () => {
    shop.commit('feat: one more', configure('apps/auth', ', tag-prefix: "login-"'));
    await expectOk(shop.stage(shop.clone(), 'apps/auth'));
    await expectOk(shop.stage(shop.clone()));
    expect(Object.keys(shop.tags)).to.deep.equal(['login-v0.1.0', 'v0.1.0']);
  });

  it('go on from the tags of the repository until they have their own', async () => {
    shop.commit('feat: one more', configure('apps/auth'));
    shop.seed.git('tag', '--annotate', 'v2.3.0', '--message', 'v2.3.0');
    shop.seed.git('push', '--quiet', 'origin', 'v2.3.0');
    expect(await expectOk(shop.stage(shop.clone(), 'apps/auth'))).to.contain(
      'nothing has changed since v2.3.0',
    );
    expect(shop.released).to.deep.equal([]);
    shop.commit('fix: it', { 'apps/auth/a': 'x' });
    const stdout = await expectOk(shop.stage(shop.clone(), 'apps/auth'));
    expect(stdout).to.contain('auth/v2.3.1 goes on from v2.3.0');
    shop.commit('feat: of it', { 'apps/auth/b': 'x' });
    expect(await planOf('apps/auth')).to.include({ tag: 'auth/v2.4.0', previous: '2.3.1' });
  });

  it('have a changelog each, beside their configuration', async () => {
    shop.commit('feat: one more', configure('apps/auth'));
    const clone = shop.clone();
    await expectOk(shop.command(clone, ['release'], 'apps/auth'));
    expect(clone.git('show', '--stat', '--format=%s', 'HEAD')).to.match(
      /^release: auth\/v0\.1\.0\n[\s\S]*apps\/auth\/CHANGELOG\.md/,
    );
    expect(clone.git('tag')).to.equal('auth/v0.1.0');
  });
});
