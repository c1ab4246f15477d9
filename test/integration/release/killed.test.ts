import { expect } from 'chai';
import { ReleaseFixture } from '../../support/releaseFixture.js';

describe('a release stage that is killed', function () {
  this.timeout(120_000);
  let shop: ReleaseFixture;
  beforeEach(async () => (shop = await ReleaseFixture.start()));
  afterEach(() => shop.remove());

  /** One tag on the commit, one release, and nothing more to do. */
  const expectWhole = async (head: string) => {
    expect(shop.tags).to.deep.equal({ 'v0.1.0': head });
    expect(shop.released).to.deep.equal(['v0.1.0']);
    expect(shop.forge.releases[0]?.notes).to.match(/^### Features\n\n- begin/);
  };

  /** Right after what it leaves behind, by words of the git command or by what the forge was asked. */
  const STEPS: Readonly<
    Record<string, { readonly git?: string; readonly forge?: RegExp; readonly tags: number }>
  > = {
    'its tag was made in the clone': { git: 'tag --annotate', tags: 0 },
    'its tag was pushed': { git: 'push --atomic', tags: 1 },
    'the forge had been asked': { forge: /^GET .*releases/, tags: 1 },
    'the forge had made the release': { forge: /^POST .*releases/, tags: 1 },
  };
  for (const [when, { git = 'no such words', forge, tags }] of Object.entries(STEPS)) {
    for (const where of ['the same clone', 'a new clone'] as const) {
      it(`after ${when} is made whole by the next run in ${where}`, async () => {
        const clone = shop.clone();
        const head = clone.git('rev-parse', 'HEAD');
        const signal = await shop.killed(clone, git, (pid) => {
          shop.forge.answering = (what) => {
            if (forge?.test(what) === true) process.kill(pid, 'SIGKILL');
          };
        });
        shop.forge.answering = () => undefined;
        expect(signal).to.equal('SIGKILL');
        expect(Object.keys(shop.tags)).to.have.length(tags);
        const { exitCode, stderr } = await shop.stage(where === 'a new clone' ? shop.clone() : clone);
        expect(exitCode, stderr).to.equal(0);
        await expectWhole(head);
      });
    }
  }

  it('before its release at the forge is completed by the next version', async () => {
    const clone = shop.clone();
    expect(await shop.killed(clone, 'push --atomic')).to.equal('SIGKILL');
    shop.commit('fix: more');
    const { exitCode, stderr } = await shop.stage(shop.clone());
    expect(exitCode, stderr).to.equal(0);
    expect(shop.released).to.deep.equal(['v0.1.0', 'v0.1.1']);
  });
});
