import { expect } from 'chai';
import type { Context } from '../../../runner/src/context/context.js';
import { StackError } from '../../../runner/src/base/errors.js';
import type { ReleaseRecord } from '../../../runner/src/domain/records.js';
import { contractEnvironment, contractSummary } from '../../../runner/src/delivery/contract.js';
import { deployRelease } from '../../../runner/src/delivery/deploy.js';
import type { DeployRequest } from '../../../runner/src/delivery/deployRequest.js';
import { promoteRelease } from '../../../runner/src/delivery/promote.js';
import { rollbackEnvironment } from '../../../runner/src/delivery/rollback.js';
import type { Rollout } from '../../../runner/src/context/target.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { FakeTarget } from '../../support/fakeTarget.js';
import { rejection } from '../../support/rejection.js';
import { release } from '../../support/stateRecords.js';
import { stageOf } from '../../support/stage.js';

const CONFIG = `application: shop
images: { web: { repository: shop/web } }
environments:
  staging:
    targets:
      web:
        kind: ecs-service
        cluster: main
        service: web
        image: web
        migrate: { expand: { command: ./expand }, contract: { command: ./contract } }
  production:
    extends: staging
    promotion: { from: staging }
    targets: { web: { service: web-production, migrate: { contract: { approval: required } } } }
  shop:
    targets: { web: { kind: ecs-service, cluster: main, service: shop, image: web, migrate: { contract: { command: ./contract, after: bake }, database: orders } } }
  reporting:
    targets: { web: { kind: ecs-service, cluster: main, service: reporting, image: web, migrate: { command: ./expand, database: orders } } }
  late:
    extends: reporting
    promotion: { from: staging }
    targets: { web: { service: late, migrate: { contract: { command: ./contract, after: bake } } } }
`;

class MigratingTarget extends FakeTarget {
  readonly contracts: string[] = [];
  begun: Rollout['begun'];
  failing: Error | undefined;
  async migrate(run: ReleaseRecord, rollout: Rollout, of?: string) {
    this.contracts.push(`${of} in ${run.version}`);
    this.begun = rollout.begun;
    await rollout.journal('migrate', { startedBy: 'migrate/contract/1' });
    if (this.failing !== undefined) throw this.failing;
    return { taskDefinition: 'web:2', task: 'abc', exitCode: 0, seconds: 4 };
  }
}

describe('contract steps', () => {
  let place: Deployment;
  let web: MigratingTarget;
  const withTargets = (context: Context): Context => ({ ...context, targets: async () => [web] });
  const ledger = async () => (await place.context.state()).ledger;
  const about = async (environment: string) => ({
    environment: await place.context.environment(environment),
    stage: stageOf(`deploy:${environment}`, place.context),
  });
  const deploy = async (version: string, environment = 'staging', more: Partial<DeployRequest> = {}) =>
    deployRelease(withTargets(place.context), {
      ...(await about(environment)),
      release: release(version),
      kind: 'deploy',
      ...more,
    });
  const contract = async (environment = 'staging', approvedBy: readonly string[] = [], mayWait = false) =>
    contractEnvironment(withTargets(place.context), {
      ...(await about(environment)),
      only: [],
      approvedBy,
      mayWait,
    });
  const rollback = async (version?: string, forcedReason?: string) =>
    rollbackEnvironment(withTargets(place.context), {
      ...(await about('staging')),
      ...(version === undefined ? {} : { version }),
      ...(forcedReason === undefined ? {} : { forcedReason }),
    });

  beforeEach(async () => {
    place = await deployment({ 'automation-stack.yml': CONFIG });
    web = new MigratingTarget('web');
    for (const version of ['1.1.0', '1.2.0', '1.3.0', '1.4.0', '1.5.0'])
      await (await ledger()).putRelease(release(version));
  });
  afterEach(() => place.remove());

  it('run one release later, in the image of what runs, and stand in the ledger', async () => {
    await deploy('1.2.0');
    expect((await contract()).left).to.deep.equal({ web: 'no release ran there before' });
    await deploy('1.3.0');
    const result = await contract();
    expect(web.contracts).to.deep.equal(['1.2.0 in 1.3.0']);
    expect(contractSummary(result)).to.equal('staging: the contract of 1.2.0 is done (web)');
    const [record] = await (await ledger()).contracts.all('staging');
    expect(record).to.include({ target: 'web', version: '1.2.0', ranIn: '1.3.0', status: 'ok', task: 'abc' });
    expect(record).to.include({ startedBy: 'migrate/contract/1' });
    expect((await contract()).left['web']).to.contain('the contract of 1.2.0 was done on');
    expect(web.contracts).to.have.length(1);
  });

  describe('bar the way back', () => {
    beforeEach(async () => {
      for (const version of ['1.1.0', '1.2.0', '1.3.0']) await deploy(version);
      await contract();
    });

    it('of every verb, by name, and leave what is not older alone', async () => {
      const error = await rejection(rollback('1.1.0'), 'SCHEMA_CONTRACTED');
      expect(error.message).to.match(
        /^release 1\.1\.0 needs what the contract of 1\.2\.0 removed on \d{4}-\d\d-\d\d$/,
      );
      await rejection(deploy('1.1.0'), 'SCHEMA_CONTRACTED');
      expect(web.running).to.equal('1.3.0');
      await rollback();
      expect(web.running).to.equal('1.2.0');
      await rejection(rollback(), 'SCHEMA_CONTRACTED');
    });

    it('unless somebody forces it, which is recorded', async () => {
      await rollback('1.1.0', 'the column was put back by hand');
      expect(web.running).to.equal('1.1.0');
      const [last] = await (await ledger()).deployments('staging');
      expect(last).to.include({ kind: 'rollback', forcedReason: 'the column was put back by hand' });
    });

    it('but not that of a deploy that fails', async () => {
      web.failDeploy = new StackError('DEPLOY_FAILED', 'web crashed');
      await rejection(deploy('1.4.0'), 'DEPLOY_ROLLED_BACK');
      expect(web.running).to.equal('1.3.0');
    });
  });

  it('bar it too where they failed half way, and are run again', async () => {
    for (const version of ['1.1.0', '1.2.0', '1.3.0']) await deploy(version);
    web.failing = new StackError('MIGRATION_FAILED', 'the contract of 1.2.0 failed');
    await rejection(contract(), 'MIGRATION_FAILED');
    expect((await rejection(rollback('1.1.0'), 'SCHEMA_CONTRACTED')).message).to.contain('may have removed');
    web.failing = undefined;
    await contract();
    expect((await (await ledger()).contracts.all('staging')).map(({ status }) => status)).to.deep.equal([
      'ok',
      'failed',
    ]);
  });

  it('go on with the task of a run that was killed', async () => {
    for (const version of ['1.2.0', '1.3.0']) await deploy(version);
    const { contracts } = await ledger();
    const draft = { target: 'web', version: '1.2.0', madeAt: release('1.2.0').createdAt, ranIn: '1.3.0' };
    const record = await contracts.start('staging', { ...draft, who: 'somebody' });
    await contracts.update('staging', {
      ...record,
      startedBy: 'migrate/contract/7',
      host: 'web-1',
      snapshot: 'arn:1',
    });
    await contract();
    expect(web.begun).to.deep.equal([
      { action: 'snapshot-there', data: { snapshot: 'arn:1' } },
      { action: 'migrate', data: { startedBy: 'migrate/contract/7', host: 'web-1' } },
    ]);
    expect(await contracts.all('staging')).to.have.length(1);
  });

  it('wait for an approval where it is asked for', async () => {
    for (const version of ['1.2.0', '1.3.0']) {
      await deploy(version);
      await deploy(version, 'production', { kind: 'promote' });
    }
    await rejection(contract('production'), 'APPROVAL_REQUIRED');
    await contract('production', ['ada']);
    const [record] = await (await ledger()).contracts.all('production');
    expect(record).to.include({ version: '1.2.0', approvedBy: 'ada' });
  });

  it('wait while the environment that releases come from is behind them', async () => {
    for (const version of ['1.2.0', '1.3.0', '1.4.0'])
      await deploy(version, 'production', { kind: 'promote' });
    await deploy('1.2.0');
    const error = await rejection(contract('production', ['ada']), 'SCHEMA_CONTRACTED');
    expect(error.message).to.contain('staging is where its releases come from and still runs 1.2.0');
    const waits = await contract('production', ['ada'], true);
    expect(waits.left['web']).to.contain('still runs 1.2.0');
    expect(web.contracts).to.deep.equal([]);
  });

  describe('of a database that environments share', () => {
    it('wait for the others, and bar their way back', async () => {
      await deploy('1.2.0', 'reporting');
      await deploy('1.3.0', 'shop');
      const error = await rejection(contract('shop'), 'SCHEMA_CONTRACTED');
      expect(error.message).to.contain('reporting shares its database and still runs 1.2.0');
      await deploy('1.3.0', 'reporting');
      await contract('shop');
      expect(web.contracts).to.deep.equal(['1.3.0 in 1.3.0']);
      const refused = await rejection(deploy('1.2.0', 'reporting'), 'SCHEMA_CONTRACTED');
      expect(refused.evidence[0]).to.contain('of shop, which has the same database');
    });

    it('are not outrun by a promotion', async () => {
      await deploy('1.2.0', 'reporting');
      await deploy('1.3.0');
      const promotion = async (forcedReason?: string) =>
        promoteRelease(withTargets(place.context), {
          ...(await about('late')),
          version: '1.3.0',
          ...(forcedReason === undefined ? {} : { forcedReason }),
        });
      const error = await rejection(promotion(), 'PROMOTION_REFUSED');
      expect(error.message).to.equal(
        'the contract of 1.3.0 would follow, and reporting shares its database and still runs 1.2.0',
      );
      await promotion('reporting is switched off');
      expect((await (await ledger()).current('late')).healthy?.version).to.equal('1.3.0');
    });
  });
});
