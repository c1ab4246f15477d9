import { expect } from 'chai';
import { buildAll } from '../../../runner/src/release/build.js';
import {
  commit,
  imageFixture,
  type ImageFixture,
  type ImageFixtureOptions,
} from '../../support/imageFixture.js';
import { stageOf } from '../../support/stage.js';

const files = { 'app/Dockerfile': 'FROM BASE\nLABEL own=dockerfile\nCOPY . /app\n', 'app/a': 'one' };

describe('what an image is built with', function () {
  this.timeout(60_000);
  const made: ImageFixture[] = [];
  const fixture = async (options: ImageFixtureOptions) => {
    const fresh = await imageFixture(options);
    made.push(fresh);
    return fresh;
  };
  const build = (shop: ImageFixture) => buildAll(shop.context, [], stageOf('build', shop.context));
  const labelsOf = async (shop: ImageFixture, id = ''): Promise<Record<string, string>> =>
    JSON.parse(await shop.docker('inspect', '--format', '{{json .Config.Labels}}', id)) as Record<
      string,
      string
    >;
  afterEach(async () => {
    for (const each of made.splice(0)) await each.clean();
  });

  for (const builder of ['1', '0'] as const)
    it(`has labels of its commit and of its configuration (DOCKER_BUILDKIT=${builder})`, async () => {
      const shop = await fixture({
        files,
        env: { DOCKER_BUILDKIT: builder, TEAM: 'shop' },
        image: 'labels: { com.example.team: "${env:TEAM}", com.example.size: 3 }',
      });
      const [built] = await build(shop);
      const labels = await labelsOf(shop, built?.id);
      expect(labels).to.include({ own: 'dockerfile', 'com.example.team': 'shop', 'com.example.size': '3' });
      expect(labels['org.opencontainers.image.revision']).to.equal(await shop.git('rev-parse', 'HEAD'));
      expect(labels['org.opencontainers.image.version']).to.match(/^0\.1\.0-1\.g/);
      const seconds = Number(await shop.git('log', '-1', '--format=%ct'));
      expect(Date.parse(labels['org.opencontainers.image.created'] ?? '')).to.equal(seconds * 1000);
    });

  it('is not built again because only the commit is another one', async () => {
    const shop = await fixture({ files });
    const [first] = await build(shop);
    await commit(shop, 'docs: nothing of the image');
    const again = await shop.again();
    const [second] = await build(again);
    expect([second?.outcome, second?.id]).to.deep.equal(['local', first?.id]);
  });
});
