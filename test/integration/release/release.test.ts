import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { StackEvent } from '../../../runner/src/events/events.js';
import { treeContent } from '../../../runner/src/release/treeContent.js';
import { buildEnvironment } from '../../../runner/src/release/treeInputs.js';
import { currentVersion } from '../../../runner/src/release/currentVersion.js';
import { ensureRelease, findRelease } from '../../../runner/src/release/findRelease.js';
import { planRelease, tagRelease } from '../../../runner/src/release/tagRelease.js';
import {
  commit,
  imageFixture,
  progress,
  type ImageFixture,
  type ImageFixtureOptions,
} from '../../support/imageFixture.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

const files = { 'app/Dockerfile': 'FROM BASE\nCOPY . /app\n', 'app/a': 'one' };

describe('making a release', function () {
  this.timeout(60_000);
  const made: ImageFixture[] = [];
  const fixture = async (options: ImageFixtureOptions = { files }) => {
    const fresh = await imageFixture(options);
    made.push(fresh);
    return fresh;
  };
  const push = async (shop: ImageFixture) =>
    ensureRelease(shop.context, {
      environment: await buildEnvironment(shop.context),
      stage: stageOf('push', shop.context),
    });
  const release = async (shop: ImageFixture, toOrigin = false) =>
    tagRelease(shop.context, await planRelease(shop.context), {
      push: toOrigin,
      stage: stageOf('release', shop.context),
    });
  const warnings = (events: readonly StackEvent[]) =>
    events.flatMap((event) => (event.type === 'notice' && event.level === 'warning' ? [event] : []));
  afterEach(async () => {
    for (const each of made.splice(0)) await each.clean();
  });

  it('writes the notes, commits them and tags the commit', async () => {
    const shop = await fixture();
    await commit(shop, 'fix(web): a bug');
    const done = await release(await shop.again());
    expect(done).to.deep.include({ version: '0.1.0', isNew: true, record: undefined });
    const changelog = readFileSync(join(shop.directory, 'CHANGELOG.md'), 'utf8');
    expect(changelog).to.match(
      /^# Changelog\n\n## 0\.1\.0 \(\d{4}-\d\d-\d\d\)\n\n### Features\n\n- begin \(\w{7}\)\n\n### Fixes\n\n- \*\*web:\*\* a bug/,
    );
    expect(await shop.git('log', '-1', '--format=%s')).to.equal('release: v0.1.0');
    expect(await shop.git('cat-file', '-t', 'v0.1.0')).to.equal('tag');
    expect(await shop.git('status', '--porcelain')).to.equal('');
    expect(await currentVersion((await shop.again()).context)).to.equal('0.1.0');
  });

  it('gives the images of this content the version, without building or pushing', async () => {
    const shop = await fixture();
    const pushed = await push(shop);
    const offline = await shop.again({ DOCKER_HOST: 'unix:///nonexistent.sock' });
    const { record } = await release(offline);
    expect(record?.version).to.equal('0.1.0');
    expect(record?.images['web']?.digest).to.equal(pushed.images['web']?.digest);
    const answer = await fetch(`http://${shop.registry}/v2/${shop.application}/web/tags/list`);
    expect(((await answer.json()) as { tags: string[] }).tags).to.include('0.1.0');
    const later = await shop.again();
    expect((await findRelease(later.context))?.version).to.equal('0.1.0');
    expect(record?.commit).to.equal(await shop.git('rev-parse', 'HEAD'));
  });

  it('counts from the last release on', async () => {
    const shop = await fixture();
    await release(shop);
    await commit(shop, 'feat: more');
    const next = await shop.again();
    expect(await currentVersion(next.context)).to.match(/^0\.2\.0-1\.g[0-9a-f]{8}$/);
    const plan = await planRelease(next.context);
    expect(plan).to.deep.include({ version: '0.2.0', previous: '0.1.0' });
    expect(plan.notes).to.match(/^### Features\n\n- more \(\w{7}\)$/);
  });

  it('pushes the branch and the tag to origin', async () => {
    const shop = await fixture();
    const origin = join(shop.directory, '.automation-stack', 'origin.git');
    await shop.git('init', '--quiet', '--bare', origin);
    await shop.git('remote', 'add', 'origin', origin);
    await release(shop, true);
    const refs = await shop.git('ls-remote', 'origin');
    expect(refs).to.contain('refs/heads/develop').and.to.contain('refs/tags/v0.1.0');
  });

  it('says that there is no origin before it writes anything', async () => {
    const shop = await fixture();
    await push(shop);
    const failure = await rejection(release(await shop.again(), true), 'GIT_FAILED');
    expect(failure.next).to.contain('git remote add origin');
    expect(await shop.git('tag')).to.equal('');
    const done = await release(await shop.again());
    expect(done).to.deep.include({ version: '0.1.0', isNew: true });
    expect(done.record?.images['web']?.tags).to.include('0.1.0');
  });

  it('does nothing twice', async () => {
    const shop = await fixture();
    await release(shop);
    const head = await shop.git('rev-parse', 'HEAD');
    expect((await release(await shop.again())).isNew).to.equal(false);
    expect(await shop.git('rev-parse', 'HEAD')).to.equal(head);
  });

  it('refuses a tree with uncommitted changes', async () => {
    const shop = await fixture();
    shop.write({ 'app/a': 'two' });
    const failure = await rejection(release(await shop.again()), 'RELEASE_DIRTY');
    expect(failure.next).to.contain('git status');
    expect(await shop.git('tag')).to.equal('');
  });

  it('warns where the changelog is part of an image, which has to be built again then', async () => {
    const shop = await fixture({ image: 'dockerfile: app/Dockerfile', files });
    shop.write({
      'automation-stack.yml': readFileSync(join(shop.directory, 'automation-stack.yml'), 'utf8').replace(
        'context: app',
        'context: .',
      ),
    });
    await commit(shop, 'fix: the whole tree is the context');
    const whole = await shop.again();
    await push(whole);
    const releasing = await shop.again();
    const { record } = await release(releasing);
    expect(record).to.equal(undefined);
    expect(warnings(releasing.events)[0]?.next).to.contain('.dockerignore');
    expect((await push(await shop.again())).version).to.equal('0.1.0');
  });

  it('records what was sent, though it had changed since it was hashed', async () => {
    const shop = await fixture();
    const { context } = shop;
    await treeContent(context);
    shop.write({ 'app/a': 'two' });
    const made = await push(shop);
    expect(made.dirty).to.equal(true);
    expect(await shop.inside('web', 'cat', '/app/a')).to.equal('two');
    expect(warnings(shop.events)[0]?.message).to.contain('changed while they were read (a)');
  });

  it('says outside of a repository what a version needs', async () => {
    const shop = await fixture();
    rmSync(join(shop.directory, '.git'), { recursive: true });
    const failure = await rejection(push(await shop.again()), 'GIT_FAILED');
    expect(failure.next).to.contain('git init');
    expect(progress(shop.events)).to.deep.equal([]);
  });
});
