import { join } from 'node:path';
import { expect } from 'chai';
import { ensureRelease, findRelease } from '../../../runner/src/release/findRelease.js';
import { publishRelease } from '../../../runner/src/release/publishRelease.js';
import { buildEnvironment } from '../../../runner/src/release/treeInputs.js';
import { commit, imageFixture, type ImageFixture } from '../../support/imageFixture.js';
import { stageOf } from '../../support/stage.js';

const files = { 'app/Dockerfile': 'FROM BASE\nCOPY . /app\n', 'app/a': 'one' };

describe('images of a version', function () {
  this.timeout(60_000);
  let shop: ImageFixture;
  beforeEach(async () => {
    shop = await imageFixture({ files });
    const origin = join(shop.directory, '.automation-stack', 'origin.git');
    await shop.git('init', '--quiet', '--bare', origin);
    await shop.git('remote', 'add', 'origin', origin);
  });
  afterEach(() => shop.clean());
  const push = async () => {
    const { context } = await shop.again();
    const environment = await buildEnvironment(context);
    return ensureRelease(context, { environment, stage: stageOf('push', context) });
  };
  const publish = async () => {
    const { context } = await shop.again();
    return publishRelease(context, stageOf('release', context));
  };
  const tagsOfImage = async () => {
    const answer = await fetch(`http://${shop.registry}/v2/${shop.application}/web/tags/list`);
    return ((await answer.json()) as { tags: string[] }).tags;
  };
  const recorded = async (version: string) =>
    (await (await shop.again()).context.state()).ledger.release(version);

  it('carry it beside the version they were delivered with, by which they are still found', async () => {
    const pushed = await push();
    const { record } = await publish();
    expect(record).to.deep.include({ version: '0.1.0', builtAs: pushed.version, commit: pushed.commit });
    expect(record?.images['web']?.digest).to.equal(pushed.images['web']?.digest);
    expect(await tagsOfImage()).to.include.members([pushed.version, '0.1.0']);
    // Another run of the commit brings nothing new to its environment.
    expect((await findRelease((await shop.again()).context))?.version).to.equal(pushed.version);
    const { ledger } = await (await shop.again()).context.state();
    expect((await ledger.releases(9)).map(({ version }) => version)).to.deep.equal(['0.1.0', pushed.version]);
    expect((await publish()).isNew).to.equal(false);
  });

  it('get it from the next run where one was killed after its tag, of this version or the next one', async () => {
    const tag = (name: string, notes: string) =>
      shop.git('tag', '--annotate', '--cleanup=whitespace', name, '--message', `${name}\n\n${notes}`);
    await push();
    await tag('v0.1.0', '### Features\n\n- begin (1234567)');
    await publish();
    expect((await recorded('0.1.0'))?.images['web']?.tags).to.include('0.1.0');

    shop.write({ 'app/a': 'two' });
    await commit(shop, 'fix: two');
    await push();
    await tag('v0.1.1', '### Fixes\n\n- two (1234567)');
    await shop.git('push', '--quiet', 'origin', 'v0.1.1');
    shop.write({ 'app/a': 'three' });
    await commit(shop, 'fix: three');
    await push();
    await publish();
    expect(await tagsOfImage()).to.include.members(['0.1.1', '0.1.2']);
    expect((await recorded('0.1.1'))?.images['web']?.digest).not.to.equal(
      (await recorded('0.1.2'))?.images['web']?.digest,
    );
  });

  it('are not given it where what is checked out was never pushed', async () => {
    expect((await publish()).record).to.equal(undefined);
    expect(await recorded('0.1.0')).to.equal(undefined);
    expect((await push()).version).to.equal('0.1.0');
  });
});
