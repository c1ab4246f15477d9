import { expect } from 'chai';
import { createDatabaseSnapshots } from '../../../../runner/src/adapters/aws/databaseSnapshots.js';
import type { SnapshotConfig } from '../../../../runner/src/config/migrateSchema.js';
import type { Begun, Rollout } from '../../../../runner/src/context/target.js';
import { snapshotTaker } from '../../../../runner/src/delivery/snapshots/takeSnapshot.js';
import { interruptedBy } from '../../../../runner/src/base/interruption.js';
import type { EventBody } from '../../../../runner/src/events/events.js';
import { rejection } from '../../../support/rejection.js';
import { SnapshotsOfRds } from '../../../support/rds/snapshotsOfRds.js';
import { stageOf } from '../../../support/stage.js';
import { VirtualClock } from '../../../support/virtualClock.js';

const NAME = 'shop-staging-web-1-4-0-d7';
const ARN = `arn:aws:rds:eu-west-1:111111111111:snapshot:${NAME}`;

function world() {
  const clock = new VirtualClock();
  const rds = new SnapshotsOfRds(clock);
  const entries: Begun[] = [];
  const events: EventBody[] = [];
  const stop = new AbortController();
  const stage = stageOf('deploy:staging', { events: { emit: (event) => void events.push(event) } });
  const take = (
    config: Partial<SnapshotConfig> = { 'db-instance': 'orders' },
    over: Partial<Rollout> = {},
  ) => {
    const rollout: Rollout = {
      stage,
      signal: stop.signal,
      journal: async (action, data = {}) => void entries.push({ action, data }),
      deployment: 7,
      ...over,
    };
    const taker = snapshotTaker({
      application: 'shop',
      environment: 'staging',
      clock,
      of: async (database) => createDatabaseSnapshots(rds.clients(), database),
    });
    return taker({ config: { timeout: 3_600_000, ...config }, target: 'web', version: '1.4.0', rollout });
  };
  const told = () => events.flatMap((event) => (event.type === 'stage.progress' ? [event.message] : []));
  const checks = () => events.flatMap((event) => (event.type === 'stage.check' ? [event] : []));
  return { clock, rds, entries, events, stop, take, told, checks };
}

describe('a snapshot before a migration', () => {
  it('is named and tagged by what it is for, waited for, and told with how to restore it', async () => {
    const { rds, entries, take, told, checks } = world();
    await take();
    expect(rds.snapshots).to.have.lengthOf(1);
    expect(rds.snapshots[0]).to.deep.include({
      id: NAME,
      of: 'orders',
      tags: {
        'automation-stack:application': 'shop',
        'automation-stack:environment': 'staging',
        'automation-stack:target': 'web',
        'automation-stack:version': '1.4.0',
        'automation-stack:deployment': '7',
      },
    });
    // The journal names it before it is begun.
    expect(entries).to.deep.equal([
      { action: 'snapshot', data: { snapshot: NAME, of: 'orders' } },
      { action: 'snapshot-there', data: { snapshot: ARN, engine: 'postgres' } },
    ]);
    expect(told()[0]).to.equal(`${NAME} of orders: 0 %`);
    expect(told().at(-1)).to.match(/is available after 1m/);
    expect(checks()[0]).to.deep.include({ subject: 'web', name: 'snapshot', status: 'ok' });
    expect(checks()[0]?.evidence).to.deep.equal([
      `${NAME} of orders, 20 GiB`,
      `aws rds restore-db-instance-from-db-snapshot --db-instance-identifier NEW-NAME --db-snapshot-identifier ${ARN} --region eu-west-1`,
    ]);
  });

  it('is made of a cluster just so, also where that is named by its ARN', async () => {
    const { rds, take, checks } = world();
    await take({ 'db-cluster': 'arn:aws:rds:eu-west-1:111111111111:cluster:Ledger' });
    expect(rds.snapshots[0]).to.include({ id: NAME, of: 'ledger', isCluster: true });
    expect(checks()[0]?.evidence[1])
      .to.contain('restore-db-cluster-from-snapshot')
      .and.to.contain('aurora-postgresql');
  });

  it('is made once, though answers are lost and calls are throttled', async () => {
    const { rds, take } = world();
    rds.fault = (_, nth) => (nth === 1 ? 'lose' : nth === 2 ? 'throttle' : undefined);
    await take();
    expect(rds.ids()).to.deep.equal([NAME]);
  });

  it('waits for a database that does something else', async () => {
    const { clock, rds, take, told } = world();
    rds.busyUntilMs = clock.now().getTime() + 90_000;
    await take();
    expect(rds.ids()).to.deep.equal([NAME]);
    expect(told()[0]).to.contain('orders does something else now');
  });

  for (const killedAfter of ['CreateDBSnapshot', 'DescribeDBSnapshots'] as const)
    it(`is gone on with where a run was killed after ${killedAfter}`, async () => {
      const { rds, entries, stop, take } = world();
      rds.fault = (action) => {
        if (action === killedAfter) stop.abort(interruptedBy('SIGTERM'));
        return undefined;
      };
      await rejection(take(), 'INTERRUPTED');
      expect(rds.ids()).to.deep.equal([NAME]);
      rds.fault = () => undefined;
      const begun = [...entries];
      await take(undefined, { begun, signal: new AbortController().signal });
      expect(rds.ids()).to.deep.equal([NAME]);
    });

  it('is not made again where it was there when the run was killed', async () => {
    const { rds, entries, take } = world();
    await take();
    rds.asked.length = 0;
    await take(undefined, { begun: [...entries] });
    expect(rds.asked).to.deep.equal([]);
  });

  it('of a migration by itself is another each time, and one that was left unfinished is gone on with', async () => {
    const { clock, rds, stop, take } = world();
    const alone = { deployment: undefined } as unknown as Partial<Rollout>;
    rds.fault = (action, nth) => {
      // Its first look is for one that was left; the second is at how far it is.
      if (action === 'DescribeDBSnapshots' && nth === 2) stop.abort(interruptedBy('SIGTERM'));
      return undefined;
    };
    await rejection(take(undefined, alone), 'INTERRUPTED');
    const [left] = rds.ids();
    expect(left).to.match(/^shop-staging-web-1-4-0-\d{14}$/);
    rds.fault = () => undefined;
    const signal = new AbortController().signal;
    await take(undefined, { ...alone, signal });
    expect(rds.ids()).to.deep.equal([left]);
    await clock.sleep(1000);
    await take(undefined, { ...alone, signal });
    expect(rds.ids()).to.have.lengthOf(2);
  });

  const FAILURES: Record<string, readonly [(rds: SnapshotsOfRds) => void, RegExp]> = {
    'there is no such database': [(rds) => rds.instances.clear(), /orders not found/],
    'RDS gives it up': [(rds) => rds.failing.add(0), /RDS calls it failed/],
    'it takes too long': [(rds) => (rds.takesMs = 1e9), /was not available within 10m.*snapshot\.timeout/],
    'the database is busy for too long': [
      (rds) => (rds.busyUntilMs = Number.MAX_SAFE_INTEGER),
      /did not let it begin within 10m/,
    ],
    'its name is taken by one of somebody else': [
      (rds) => rds.add({ id: NAME }),
      /that was made for something else/,
    ],
  };
  for (const [name, [prepare, reason]] of Object.entries(FAILURES))
    it(`fails, and says that nothing was migrated, where ${name}`, async () => {
      const { rds, entries, take, checks } = world();
      prepare(rds);
      const failure = await rejection(take({ 'db-instance': 'orders', timeout: 600_000 }), 'SNAPSHOT_FAILED');
      expect(failure.message).to.match(reason);
      expect(failure.next).to.contain('Nothing was migrated');
      expect(checks()[0]).to.include({ status: 'failed' });
      expect(entries.map(({ action }) => action)).not.to.include('snapshot-there');
    });

  it('that failed leaves its name for the next attempt', async () => {
    const { rds, entries, take } = world();
    rds.failing.add(0);
    await rejection(take(), 'SNAPSHOT_FAILED');
    await take(undefined, { begun: [...entries] });
    expect(rds.ids()).to.deep.equal([NAME]);
  });

  it('keeps the newest of ours, and those of others', async () => {
    const { rds, take, told } = world();
    const tags = {
      'automation-stack:application': 'shop',
      'automation-stack:environment': 'staging',
      'automation-stack:target': 'web',
    };
    const at = (day: number) => Date.parse(`2026-10-0${day}T00:00:00Z`);
    for (const day of [3, 1, 2]) rds.add({ id: `ours-${day}`, tags, beganMs: at(day) });
    rds.add({ id: 'by-hand', beganMs: at(1) });
    rds.add({ id: 'rds:orders-1', type: 'automated', tags, beganMs: at(1) });
    rds.add({
      id: 'production',
      tags: { ...tags, 'automation-stack:environment': 'production' },
      beganMs: at(1),
    });
    rds.add({ id: 'of-another', of: 'invoices', tags, beganMs: at(1) });
    await take({ 'db-instance': 'orders', keep: 2 });
    expect(rds.ids()).to.have.members([
      'ours-3',
      'by-hand',
      'rds:orders-1',
      'production',
      'of-another',
      NAME,
    ]);
    expect(told()).to.include('ours-1 is deleted: 2 newer ones are kept');
  });

  it('is no failure where older ones cannot be deleted', async () => {
    const { rds, take, told } = world();
    rds.add({
      id: 'older',
      tags: {
        'automation-stack:application': 'shop',
        'automation-stack:environment': 'staging',
        'automation-stack:target': 'web',
      },
    });
    rds.fault = (action) => (action === 'DeleteDBSnapshot' ? 'deny' : undefined);
    await take({ 'db-instance': 'orders', keep: 1 });
    expect(told().at(-1)).to.contain('older snapshots could not be deleted');
  });
});
