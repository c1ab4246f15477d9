import { expect } from 'chai';
import { Shop } from '../../support/aws/shop.js';

/** A schema that grows before a release and shrinks one release later, by the built runner on the emulator. */
describe('the contract step of an ECS service, on the emulator', function () {
  this.timeout(180_000);
  let shop: Shop;
  const contract = (exitCode: number) =>
    shop.run(exitCode, 'migrate', '--env', 'staging', '--phase', 'contract');
  const deploy = async () => (await shop.run(0, 'deploy', '--env', 'staging')).stderr;
  const versions: string[] = [];

  before(async () => {
    shop = await Shop.open({
      migrate:
        "{ expand: { command: [sh, -c, 'echo expanded'] }, contract: { command: [sh, -c, 'test x$AUTOMATION_STACK_CONTRACT != x'] } }",
    });
    for (const change of ['adds a column', 'reads only that', 'goes on']) {
      shop.change(change);
      expect(await deploy()).to.contain('expanded');
      const { stdout } = await shop.run(0, 'history', '--env', 'staging', '--json');
      versions.push(/"version":\s?"([^"]+)"/.exec(stdout)?.[1] as string);
    }
  });
  after(() => shop.close());

  it('runs in what runs, for the release before, and only once', async () => {
    const { stderr } = await contract(0);
    expect(stderr).to.contain(`the contract of ${versions[1]} is done`);
    expect((await contract(0)).stderr).to.contain(`the contract of ${versions[1]} was done on`);
  });

  it('bars the way back to what needs what is gone, not to what does not', async () => {
    const { stderr } = await shop.run(1, 'rollback', '--env', 'staging', '--to', versions[0] as string);
    expect(stderr).to.contain(`release ${versions[0]} needs what the contract of ${versions[1]} removed on`);
    await shop.run(1, 'deploy', '--env', 'staging', '--release', versions[0] as string);
    await shop.run(0, 'rollback', '--env', 'staging');
    const forced = ['--to', versions[0] as string, '--force', 'the column is back'];
    await shop.run(0, 'rollback', '--env', 'staging', ...forced);
  });
});
