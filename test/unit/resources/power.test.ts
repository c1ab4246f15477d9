import { expect } from 'chai';
import { AccountCli } from '../../support/account/accountCli.js';
import { readPower } from '../../../runner/src/state/powerRecords.js';
import { draft } from '../../support/stateRecords.js';
import type { HeldDatabase } from '../../support/account/account.js';

const CONFIG = `application: shop
branches: { develop: staging }
images: { web: { repository: shop/web } }
environments:
  staging:
    aws: { region: eu-west-1 }
    inventory: { tags: { application: shop } }
    power: { hours: ["mon-fri 07:00-20:00"], timezone: Europe/Berlin, keep: [bastion, nobody] }
    targets:
      web: { kind: ecs-service, cluster: main, service: shop-web, image: web, timeout: 1m }
  bare: { aws: { region: eu-west-1 } }
  production:
    extends: staging
    promotion: { from: staging }
    targets: { web: { service: shop-production } }
`;
const TAGS = { application: 'shop', environment: 'staging' };
/** Tuesday noon, and at night. */
const NOON = Date.parse('2026-11-03T12:00:00.000Z');
const NIGHT = Date.parse('2026-11-03T22:00:00.000Z');

describe('the power of an environment', function () {
  this.timeout(30_000);
  let cli: AccountCli;
  before(async () => (cli = await AccountCli.start(CONFIG)));
  beforeEach(() => {
    cli.reset(NOON);
    fill();
  });
  after(() => cli.stop());

  const database = (over: Partial<HeldDatabase> = {}): HeldDatabase => {
    const one: HeldDatabase = {
      ...{ kind: 'instance', id: 'orders', status: 'available', ahead: [], tags: TAGS },
      ...over,
    };
    cli.account.databases.push(one);
    return one;
  };
  const fill = () => {
    cli.account.services.set('shop-web', { desired: 2, running: 2 });
    cli.account.services.set('shop-production', { desired: 2, running: 2 });
    cli.account.ec2.add({ name: 'agent' });
    cli.account.ec2.add({ name: 'bastion' });
    cli.account.ec2.add({ name: 'foreign', tags: { application: 'shop', environment: 'production' } });
    cli.account.ec2.add({ name: 'asg', tags: { ...TAGS, 'aws:autoscaling:groupName': 'shop-asg' } });
    database();
    database({ id: 'other', tags: { application: 'blog', environment: 'staging' } });
  };
  const state = () => ({
    tasks: cli.account.services.get('shop-web')?.desired,
    instances: cli.account.ec2.instances.map(({ state: now, ahead }) => ahead.at(-1) ?? now).join(' '),
    databases: cli.account.databases.map(({ status, ahead }) => ahead.at(-1) ?? status).join(' '),
  });
  const ON = { tasks: 2, instances: 'running running running running', databases: 'available available' };
  const OFF = { tasks: 0, instances: 'stopped running running running', databases: 'stopped available' };
  const power = (...words: string[]) => cli.run('power', ...words, '--env', 'staging');

  it('goes off in the order that nothing stands without what it needs, and comes back as it was', async () => {
    const off = await power('off');
    expect(off.exitCode, off.stderr).to.equal(0);
    expect(state()).to.deep.equal(OFF);
    expect(cli.account.changes()).to.deep.equal([
      'ECS.UpdateService',
      'EC2.StopInstances',
      'RDS.StopDBInstance',
    ]);
    expect(off.stderr + off.stdout)
      .to.contain('web with 2 tasks')
      .and.contain('agent')
      .and.contain('orders');
    cli.account.asked.length = 0;
    const on = await power('on');
    expect(on.exitCode, on.stderr).to.equal(0);
    expect(state()).to.deep.equal(ON);
    expect(cli.account.changes()).to.deep.equal([
      'RDS.StartDBInstance',
      'EC2.StartInstances',
      'ECS.UpdateService',
    ]);
    const { stdout } = await cli.run('history', '--env', 'staging', '--changes');
    expect(stdout).to.contain('power off').and.contain('power on');
  });

  it('gives the bounds of autoscaling back', async () => {
    cli.account.services.set('shop-web', { desired: 3, running: 3, bounds: { min: 2, max: 6 } });
    expect((await power('off')).exitCode).to.equal(0);
    expect(cli.account.services.get('shop-web')).to.deep.equal({
      ...{ desired: 0, running: 0, bounds: { min: 0, max: 0 } },
    });
    expect((await power('on')).exitCode).to.equal(0);
    expect(cli.account.services.get('shop-web')).to.deep.equal({
      ...{ desired: 3, running: 3, bounds: { min: 2, max: 6 } },
    });
  });

  it('stops clusters of databases as a whole', async () => {
    database({ kind: 'cluster', id: 'ledger' });
    await power('off');
    expect(cli.account.changes()).to.include('RDS.StopDBCluster');
    await power('on');
    expect(cli.account.databases.every(({ status }) => status === 'available')).to.equal(true);
  });

  it('is not changed by --dry-run', async () => {
    const { stdout, exitCode } = await power('off', '--dry-run');
    expect(exitCode).to.equal(0);
    expect(stdout)
      .to.contain('web with 2 tasks; instance agent')
      .and.contain('bastion stays on')
      .and.contain('autoscaling group shop-asg')
      .and.contain('nothing here is called nobody')
      .and.contain('Nothing was changed.');
    expect(cli.account.changes()).to.deep.equal([]);
  });

  for (const cut of ['EC2.StopInstances', 'RDS.StopDBInstance'])
    it(`comes back in full where ${cut} failed, and goes on from there`, async () => {
      cli.account.refused.set(cut.split('.')[1] as string, 'InternalFailure_Refused');
      const off = await power('off');
      expect(off.exitCode).to.equal(1);
      expect(off.stderr).to.contain('POWER_FAILED').and.contain('power on --env staging');
      expect((await power('status')).stdout).to.contain('half off');
      cli.account.refused.clear();
      // The service has no tasks by now: the two that it had are remembered.
      expect((await power('off')).exitCode).to.equal(0);
      expect(state()).to.deep.equal(OFF);
      expect((await power('on')).exitCode).to.equal(0);
      expect(state()).to.deep.equal(ON);
    });

  it('leaves out what was deleted since', async () => {
    await power('off');
    cli.account.ec2.instances.splice(0, 1);
    cli.account.databases.splice(0, 1);
    const on = await power('on');
    expect(on.exitCode, on.stderr).to.equal(0);
    expect(state().tasks).to.equal(2);
  });

  it('is not touched while the lock is held', async () => {
    await cli.run('lock', 'acquire', '--env', 'staging', '--for', '1h');
    expect((await power('off')).exitCode).to.equal(4);
    expect(cli.account.changes()).to.deep.equal([]);
  });

  it('is not touched while a deployment that was cut off may go back to what there is', async () => {
    const { ledger, journal } = await cli.state();
    await journal.open(await ledger.startDeployment(draft('1.0.0')), {});
    for (const to of ['off', 'on']) {
      const { exitCode, stderr } = await power(to);
      expect(exitCode).to.equal(1);
      expect(stderr).to.contain('DEPLOY_CUT_OFF');
    }
    expect(cli.account.changes()).to.deep.equal([]);
  });

  it('is written down before anything stops', async () => {
    cli.account.refused.set('UpdateService', 'ServerException');
    expect((await power('off')).exitCode).to.equal(1);
    const { store } = await cli.state();
    const record = await readPower(store, 'staging');
    expect(record).to.deep.include({ status: 'turning-off', services: [{ target: 'web', count: 2 }] });
    expect(record?.instances.map(({ name }) => name)).to.deep.equal(['agent']);
    expect(record?.databases).to.deep.equal([{ id: 'orders', kind: 'db-instance' }]);
  });

  it('is not guessed where its record cannot be read', async () => {
    const { store } = await cli.state();
    await store.put('power/staging.json', '{"status":"off"}');
    const { exitCode, stderr } = await power('on');
    expect(exitCode).to.equal(1);
    expect(stderr).to.contain('STATE_UNREADABLE');
    expect(cli.account.changes()).to.deep.equal([]);
  });

  it('of a protected environment needs its name', async () => {
    const refused = await cli.run('power', 'off', '--env', 'production');
    expect(refused.exitCode).to.equal(1);
    expect(refused.stderr).to.contain('RESOURCE_PROTECTED').and.contain('--confirm production');
    const said = await cli.run('power', 'off', '--env', 'production', '--confirm', 'production');
    expect(said.exitCode, said.stderr).to.equal(0);
  });

  describe('by its schedule', () => {
    it('is left alone within its hours, without a lock', async () => {
      await cli.run('lock', 'acquire', '--env', 'staging', '--for', '1h');
      const { exitCode, stdout } = await power('follow');
      expect(exitCode).to.equal(0);
      expect(stdout).to.contain('it is on, as the schedule says');
    });

    it('goes off outside of them and on again within', async () => {
      cli.clock.jump(NIGHT);
      expect((await power('follow')).exitCode).to.equal(0);
      expect(state()).to.deep.equal(OFF);
      expect((await power('follow')).stdout).to.contain('it is off, as the schedule says');
      cli.clock.jump(NOON + 86_400_000);
      expect((await power('follow')).exitCode).to.equal(0);
      expect(state()).to.deep.equal(ON);
    });

    it('leaves it for as long as somebody said', async () => {
      cli.clock.jump(NIGHT);
      await power('on', '--for', '3h');
      expect((await power('follow')).stdout).to.contain('until');
      expect(state()).to.deep.equal(ON);
      cli.clock.jump(NIGHT + 4 * 3_600_000);
      await power('follow');
      expect(state()).to.deep.equal(OFF);
    });

    it('stops again what RDS started after seven days', async () => {
      cli.clock.jump(NIGHT);
      await power('follow');
      (cli.account.databases[0] as HeldDatabase).status = 'available';
      (cli.account.databases[0] as HeldDatabase).ahead = [];
      await power('follow');
      expect(state()).to.deep.equal(OFF);
      await power('on');
      expect(state()).to.deep.equal(ON);
    });

    it('is refused where there is none', async () => {
      const { exitCode, stderr } = await cli.run('power', 'follow', '--env', 'bare');
      expect(exitCode).to.equal(2);
      expect(stderr).to.contain('power: { hours');
    });
  });

  it('is told with what the schedule saves', async () => {
    const { stdout, exitCode, stderr } = await power('status');
    expect(exitCode, stderr).to.equal(0);
    expect(stdout)
      .to.contain('staging is on')
      .and.contain('Off for 103 of 168 hours a week')
      .and.contain('an estimate')
      .and.contain('2 tasks of 0.5 vCPU, 1 GiB');
    await power('off');
    // What would come back is what is saved.
    const off = await power('status');
    expect(off.stdout).to.contain('staging is off').and.contain('2 tasks of 0.5 vCPU, 1 GiB');
  });
});
