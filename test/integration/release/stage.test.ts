import { expect } from 'chai';
import { ReleaseFixture, TOKEN } from '../../support/releaseFixture.js';

describe('the stage release', function () {
  this.timeout(60_000);
  let shop: ReleaseFixture;
  beforeEach(async () => (shop = await ReleaseFixture.start()));
  afterEach(() => shop.remove());

  it('tags the commit in origin without another commit, and makes the release at the forge', async () => {
    const head = shop.commit('fix(web): a bug');
    const { exitCode, stdout, stderr } = await shop.stage(shop.clone());
    expect(exitCode, stdout + stderr).to.equal(0);
    expect(shop.tags).to.deep.equal({ 'v0.1.0': head });
    expect(shop.seed.git('ls-remote', 'origin', 'refs/heads/main')).to.contain(head);
    const [release] = shop.forge.releases;
    expect(release).to.deep.include({ tag: 'v0.1.0', name: 'v0.1.0' });
    expect(release?.notes).to.match(
      /^### Features\n\n- begin \(\w{7}\)\n\n### Fixes\n\n- \*\*web:\*\* a bug/,
    );
    expect(stdout + stderr).not.to.include(TOKEN);
  });
});
