import { expect } from 'chai';
import { ReleaseFixture, TOKEN } from '../../support/releaseFixture.js';
import { GitLabSink } from '../../support/forge/gitlabSink.js';

const errorOf = (stdout: string) => {
  const ends = stdout.split('\n').filter((line) => line.includes('"error":{'));
  return (JSON.parse(ends.at(-1) ?? '{}') as { error: { code: string; message: string; next: string } })
    .error;
};

describe('the stage release', function () {
  this.timeout(60_000);
  let shop: ReleaseFixture;
  beforeEach(async () => (shop = await ReleaseFixture.start()));
  afterEach(() => shop.remove());
  const expectOk = async (work: ReturnType<ReleaseFixture['stage']>) => {
    const { exitCode, stdout, stderr } = await work;
    expect(exitCode, stdout + stderr).to.equal(0);
    expect(stdout + stderr).not.to.include(TOKEN);
    return stdout;
  };

  it('tags the commit in origin without another commit, and makes the release at the forge', async () => {
    const head = shop.commit('fix(web): a bug');
    await expectOk(shop.stage(shop.clone()));
    expect(shop.tags).to.deep.equal({ 'v0.1.0': head });
    expect(shop.seed.git('ls-remote', 'origin', 'refs/heads/main')).to.contain(head);
    const [release] = shop.forge.releases;
    expect(release).to.deep.include({ tag: 'v0.1.0', name: 'v0.1.0' });
    expect(release?.notes).to.match(
      /^### Features\n\n- begin \(\w{7}\)\n\n### Fixes\n\n- \*\*web:\*\* a bug/,
    );
  });

  it('makes nothing new of a commit that is released, and says so', async () => {
    const clone = shop.clone();
    await expectOk(shop.stage(clone));
    const before = { tags: shop.tags, asked: shop.forge.asked.length };
    expect(await expectOk(shop.stage(clone))).to.contain('v0.1.0 is released already: nothing new is made');
    expect(await expectOk(shop.stage(shop.clone()))).to.contain('v0.1.0 already');
    expect(shop.tags).to.deep.equal(before.tags);
    expect(shop.forge.asked.slice(before.asked).filter((one) => !one.startsWith('GET'))).to.deep.equal([]);
  });

  it('gives an older build, whose commit a version has by then, nothing of its own', async () => {
    const older = shop.clone();
    shop.commit('feat: more');
    await expectOk(shop.stage(shop.clone()));
    expect(await expectOk(shop.stage(older))).to.contain('nothing has changed since v0.1.0');
    expect(Object.keys(shop.tags)).to.deep.equal(['v0.1.0']);
  });

  it('makes one version of two runs of a commit at once', async () => {
    const [one, other] = [shop.clone(), shop.clone()];
    await Promise.all([expectOk(shop.stage(one)), expectOk(shop.stage(other))]);
    expect(Object.keys(shop.tags)).to.deep.equal(['v0.1.0']);
    expect(shop.released).to.deep.equal(['v0.1.0']);
    for (const clone of [one, other]) {
      expect(clone.git('rev-parse', 'v0.1.0')).to.equal(
        shop.seed.git('ls-remote', 'origin', 'refs/tags/v0.1.0').slice(0, 40),
      );
    }
  });

  it('counts on where a run of another commit was faster with the version', async () => {
    await expectOk(shop.stage(shop.clone()));
    shop.commit('fix: one');
    const one = shop.clone();
    shop.commit('fix: two');
    const other = shop.clone();
    await Promise.all([expectOk(shop.stage(one)), expectOk(shop.stage(other))]);
    const made = Object.keys(shop.tags);
    // The newer commit alone, or one after the other.
    expect(made).to.satisfy((names: string[]) =>
      ['v0.1.0,v0.1.1', 'v0.1.0,v0.1.1,v0.1.2'].includes(names.join()),
    );
    expect(shop.tags[made.at(-1) ?? '']).to.equal(shop.seed.git('rev-parse', 'HEAD'));
  });

  it('pushes what a run has tagged and not pushed, and lets go of a tag that stands elsewhere in origin', async () => {
    const clone = shop.clone();
    const first = clone.git('rev-parse', 'HEAD');
    const message = 'v0.1.0\n\n### Features\n\n- begin (1234567)';
    clone.git('tag', '--annotate', '--cleanup=whitespace', 'v0.1.0', '--message', message);
    shop.commit('fix: more');
    clone.git('pull', '--quiet');
    await expectOk(shop.stage(clone));
    expect(shop.tags).to.deep.equal({ 'v0.1.0': first, 'v0.1.1': shop.seed.git('rev-parse', 'HEAD') });
    expect(shop.released).to.deep.equal(['v0.1.0', 'v0.1.1']);
    const other = shop.clone();
    other.git('tag', '--force', '--annotate', 'v0.1.0', '--message', 'mine', 'HEAD');
    expect(await expectOk(shop.stage(other))).to.contain('that of origin counts');
    expect(other.git('rev-parse', 'v0.1.0^{commit}')).to.equal(first);
  });

  it('refuses a tree with uncommitted changes, a shallow clone, and one without origin', async () => {
    const dirty = shop.clone();
    dirty.write({ 'new.txt': 'x' });
    shop.commit('fix: more');
    const shallow = shop.clone('--depth', '1');
    const alone = shop.clone();
    alone.git('remote', 'remove', 'origin');
    const rows = [
      [dirty, 'RELEASE_DIRTY', 'git status'],
      [shallow, 'GIT_FAILED', 'git fetch --unshallow --tags origin'],
      [alone, 'GIT_FAILED', 'git remote add origin'],
    ] as const;
    for (const [clone, code, next] of rows) {
      const { exitCode, stdout } = await shop.stage(clone);
      expect(exitCode).to.equal(1);
      const error = errorOf(stdout);
      expect(error.code).to.equal(code);
      expect(error.next).to.contain(next);
    }
    expect(shop.tags).to.deep.equal({});
  });

  it('pushes no tag that somebody has made by hand, and says what to type', async () => {
    const clone = shop.clone();
    clone.git('tag', 'v0.1.0', 'HEAD');
    shop.commit('fix: more');
    clone.git('pull', '--quiet');
    const { exitCode, stdout } = await shop.stage(clone);
    expect(exitCode).to.equal(1);
    expect(errorOf(stdout).next).to.contain('git push origin v0.1.0').and.to.contain('git tag -d v0.1.0');
    expect(shop.tags).to.deep.equal({});
  });

  it('says where origin refuses the tag, and leaves none behind', async () => {
    const clone = shop.clone();
    shop.refusePushes('GH013: no tags for you');
    const { exitCode, stdout } = await shop.stage(clone);
    expect(exitCode).to.equal(1);
    expect(errorOf(stdout)).to.include({ code: 'GIT_FAILED' });
    expect(stdout).to.contain('no tags for you');
    expect(clone.git('tag')).to.equal('');
  });

  it('makes the release of a tag whose forge had refused it, once that does not', async () => {
    shop.forge.tokens.set(TOKEN, { login: 'robot', writes: ['statuses'] });
    const { exitCode, stdout } = await shop.stage(shop.clone());
    expect(exitCode).to.equal(1);
    const error = errorOf(stdout);
    expect(error.code).to.equal('GITHUB_FAILED');
    expect(error.message).to.match(/^v0\.1\.0 is tagged and pushed, and GitHub has no release of it/);
    expect(error.next).to.contain('"Contents", read and write').and.to.contain('run this stage again');
    shop.forge.tokens.set(TOKEN, { login: 'robot' });
    await expectOk(shop.stage(shop.clone()));
    expect(shop.released).to.deep.equal(['v0.1.0']);
  });

  it('keeps notes that people wrote, and gives a release without any its own', async () => {
    shop.forge.releases.push({ id: 1, tag: 'v0.1.0', name: 'First', notes: '' });
    await expectOk(shop.stage(shop.clone()));
    expect(shop.forge.releases[0]?.notes).to.match(/^### Features/);
    Object.assign(shop.forge.releases[0] as object, { notes: 'By hand.' });
    expect(await expectOk(shop.stage(shop.clone()))).to.contain('notes of its own');
    expect(shop.forge.releases.map(({ notes }) => notes)).to.deep.equal(['By hand.']);
  });

  it('makes the release at GitLab', async () => {
    const gitlab = await GitLabSink.start();
    try {
      gitlab.tokens.set(TOKEN, { user: 7 });
      shop.commit('ci: to GitLab', {
        'automation-stack.yml': [
          'application: shop',
          'branches: { main: production }',
          'release: { branches: [main], forge: gitlab }',
          'environments: { production: {} }',
          'notifications:',
          `  gitlab: { token: "\${env:GITHUB_TOKEN}", api: "${gitlab.api}", repository: acme/web/shop, status: false, comment: false }`,
        ].join('\n'),
      });
      await expectOk(shop.stage(shop.clone()));
      await expectOk(shop.stage(shop.clone()));
      expect(gitlab.releases.map(({ tag, notes }) => [tag, notes.slice(0, 12)])).to.deep.equal([
        ['v0.1.0', '### Features'],
      ]);
    } finally {
      gitlab.stop();
    }
  });

  it('hands its version to stages behind it', async () => {
    const text = shop.seed.read('automation-stack.yml');
    const run = "['sh', '-c', 'echo VERSION=$AUTOMATION_STACK_RELEASE TAG=$AUTOMATION_STACK_TAG']";
    shop.commit('ci: tell it', {
      'automation-stack.yml': `${text}stages: { tell: { after: release, run: ${run} } }\n`,
    });
    const clone = shop.clone();
    const { exitCode, stdout, stderr } = await shop.command(clone, ['run', '--json']);
    expect(exitCode, stderr).to.equal(0);
    expect(stdout).to.contain('VERSION=0.1.0 TAG=v0.1.0').and.to.contain('main is released');
    // An agent that has not seen the tag.
    clone.git('tag', '--delete', 'v0.1.0');
    const alone = await shop.command(clone, ['run', '--only', 'tell', '--json']);
    expect(alone.stdout).to.contain('VERSION=0.1.0 TAG=v0.1.0');
  });

  it('hands its version to whoever asks in the result of the command', async () => {
    const clone = shop.clone();
    const { stdout } = await shop.command(clone, ['release', '--tag-only', '--json']);
    const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>;
    expect(last).to.include({ version: '0.1.0', tag: 'v0.1.0', isNew: true });
  });
});
