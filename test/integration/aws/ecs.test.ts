import { expect } from 'chai';
import { busyAccount } from '../../support/aws/faults.js';
import { limits } from '../../support/aws/limits.js';
import { inPages } from '../../support/aws/pages.js';
import { CRASHES, Shop } from '../../support/aws/shop.js';
import { forgottenTasks, slowDeletes } from '../../support/aws/slowDeletes.js';
import { staleReads } from '../../support/aws/staleReads.js';

/** The delivery of an ECS service on an emulator that is made to behave as AWS does. */
describe('an ECS service on something like AWS', function () {
  this.timeout(180_000);
  let shop: Shop;

  before(async () => {
    shop = await Shop.open({ desired: 3, migrate: "{ command: [sh, -c, 'echo migrated'] }" });
    shop.proxy.use(busyAccount(), limits(), inPages(2), staleReads(), slowDeletes(), forgottenTasks());
  });
  after(() => shop.close());

  it('is deployed though the first look afterwards shows what was before', async () => {
    const { stderr } = await shop.run(0, 'deploy', '--env', 'staging');
    expect(stderr).to.contain('migrated');
    expect((await shop.run(0, 'status', '--env', 'staging', '--live')).stdout).to.contain('3/3 tasks');
  });

  it('is promoted, by its digest, to a service that is as late', async () => {
    await shop.run(0, 'promote', '--env', 'production');
    expect((await shop.run(0, 'status', '--env', 'production', '--live')).stdout).to.contain('3/3 tasks');
  });

  it('tells the last words of a release that crashes, and goes back', async () => {
    shop.change('crashes', CRASHES);
    const { stderr } = await shop.run(3, 'deploy', '--env', 'staging');
    expect(stderr).to.contain('DATABASE_URL is not set');
    expect((await shop.run(0, 'status', '--env', 'staging', '--live')).stdout).to.contain('3/3 tasks');
  });

  it('is rolled back on demand', async () => {
    shop.change('works');
    await shop.run(0, 'deploy', '--env', 'staging');
    await shop.run(0, 'rollback', '--env', 'staging');
    expect((await shop.run(0, 'status', '--env', 'staging', '--live')).stdout).to.contain('3/3 tasks');
  });
});
