import { expect } from 'chai';
import { StackError } from '../../../../../runner/src/base/errors.js';
import type { Begun, Rollout } from '../../../../../runner/src/context/target.js';
import type { TargetRecord } from '../../../../../runner/src/domain/records.js';
import { FakeFleet } from '../../../../support/fakeFleet.js';
import { rejection } from '../../../../support/rejection.js';

const MIGRATES = {
  migrate: { command: './manage migrate', timeout: '1m' },
  environment: { DATABASE: 'shop' },
};
/** A process that is gone: what it asked for last is never answered, and nothing of it runs on. */
class Kill {
  private tell: () => void = () => undefined;
  readonly happened = new Promise<'killed'>((resolve) => (this.tell = () => resolve('killed')));

  now(): Promise<never> {
    this.tell();
    return new Promise(() => undefined);
  }
}
const looks = (argv: readonly string[]) => argv.includes('{{json .State}}');

describe('the migration of a fleet', () => {
  let fleet: FakeFleet;
  let entries: Begun[];

  const rollout = (over: Partial<Rollout> = {}): Rollout => {
    const plain = fleet.rollout();
    return {
      ...plain,
      journal: async (action, data = {}) => {
        await plain.journal(action, data);
        entries.push({ action, data });
      },
      ...over,
    };
  };
  const deploy = (
    version = '1.1.0',
    over: Partial<Rollout> = {},
    settings: object = {},
  ): Promise<TargetRecord> =>
    fleet.target({ ...MIGRATES, ...settings }).deploy(fleet.release(version), rollout(over));
  const output = () => fleet.events.flatMap((event) => (event.type === 'stage.output' ? [event.line] : []));
  /** A deploy that is killed while it waits for its migration. */
  const killedInMigration = async (version = '1.1.0') => {
    const kill = new Kill();
    fleet.onCommand = (_, argv) => (looks(argv) ? kill.now() : undefined);
    expect(await Promise.race([deploy(version), kill.happened])).to.equal('killed');
    fleet.onCommand = () => undefined;
  };
  const messages = () =>
    fleet.events.flatMap((event) => (event.type === 'stage.progress' ? [event.message] : []));

  beforeEach(async () => {
    fleet = new FakeFleet(3);
    entries = [];
    await fleet.target().deploy(fleet.release('1.0.0'), fleet.rollout());
    fleet.log.length = 0;
    fleet.events.length = 0;
  });

  it('runs on one host, once, with the release’s image and variables, before any host leaves the balancer', async () => {
    const record = await deploy();
    expect(record).to.deep.include({ status: 'healthy' });
    expect(record.facts?.['migration']).to.match(/^shop-web-migrate-\w{8} on web-1$/);
    expect(fleet.migrations.started).to.have.lengthOf(1);
    const order = fleet.log.filter((line) => /journal|drain/.test(line));
    expect(order.indexOf('journal migrated web-1')).to.be.lessThan(order.indexOf('drain web-1'));
    expect(order.indexOf('journal fetch web-1,web-2,web-3')).to.be.lessThan(
      order.indexOf('journal migrate web-1'),
    );
    expect(output()).to.deep.equal(['applying 0042']);
    // It ended well, and is not kept.
    expect(fleet.migrations.containers).to.deep.equal([]);
    expect(entries.find(({ action }) => action === 'migrated')?.data).to.deep.include({
      host: 'web-1',
      exitCode: 0,
    });
  });

  it('is not run again where the release is there already, on some of them or all', async () => {
    await deploy();
    await deploy();
    fleet.behaviours.set('web-2 1.2.0', 'never answers');
    await deploy('1.2.0', {}, { 'max-failed': 1 });
    fleet.behaviours.clear();
    await deploy('1.2.0', {}, { 'max-failed': 1 });
    expect(fleet.migrations.started).to.have.lengthOf(2);
  });

  it('is not run by a rollback, nor where only hosts that are behind catch up', async () => {
    await deploy('1.1.0', { kind: 'rollback' });
    fleet.hosts.get('web-2')!.running = undefined;
    await deploy('1.1.0', { kind: 'catch-up' });
    expect(fleet.migrations.started).to.deep.equal([]);
  });

  it('that fails leaves all hosts as they are, and tells its last words', async () => {
    fleet.migrations.does = { takesMs: 2000, exitCode: 3, says: ['applying 0042', 'duplicate column'] };
    const failure = await rejection(deploy(), 'MIGRATION_FAILED');
    expect(failure.message).to.equal('the migration failed: the container exited with code 3');
    expect(failure.evidence.slice(-2)).to.deep.equal(['applying 0042', 'duplicate column']);
    expect(failure.next).to.contain('No host was changed');
    expect(fleet.log.join()).not.to.contain('drain').and.not.to.contain('play present');
    // The next one takes its place.
    fleet.migrations.does = { takesMs: 2000 };
    await deploy();
    expect(fleet.migrations.containers).to.deep.equal([]);
  });

  for (const obeys of [true, false])
    it(`is stopped at its timeout, ${obeys ? 'and asked to end first' : 'also where it does not obey'}`, async () => {
      fleet.migrations.does = { obeys, says: ['waiting'] };
      const failure = await rejection(deploy(), 'MIGRATION_FAILED');
      expect(failure.message).to.contain('stopped after 1m').and.to.contain('migrate.timeout');
      expect(failure.evidence).to.deep.equal(['waiting']);
      expect(fleet.migrations.containers[0]?.name).to.match(/-stopped$/);
    });

  it('is stopped by a signal, which says so', async () => {
    const controller = new AbortController();
    fleet.migrations.does = { obeys: true };
    const reason = new StackError('INTERRUPTED', 'interrupted by SIGTERM');
    fleet.onCommand = (_, argv) => {
      if (looks(argv)) controller.abort(reason);
    };
    expect(await rejection(deploy('1.1.0', { signal: controller.signal }), 'INTERRUPTED')).to.equal(reason);
    expect(fleet.migrations.containers[0]?.ended).to.include({ exitCode: 0 });
    // It ended with 0, and did not end well: it is run again.
    fleet.onCommand = () => undefined;
    fleet.migrations.does = { takesMs: 1000 };
    await deploy('1.1.0', { begun: [...entries] });
    expect(fleet.migrations.started).to.have.lengthOf(2);
  });

  it('is neither doubled nor lost, wherever a run is killed', async () => {
    const count = async (killAt: number) => {
      fleet = new FakeFleet(3);
      entries = [];
      await fleet.target().deploy(fleet.release('1.0.0'), fleet.rollout());
      const kill = new Kill();
      let step = 0;
      const dies = () => ((step += 1) === killAt ? kill.now() : undefined);
      fleet.onCommand = dies;
      const journal: Rollout['journal'] = async (action, data = {}) => {
        await dies();
        entries.push({ action, data });
        await dies();
      };
      const ended = await Promise.race([deploy('1.1.0', { journal }), kill.happened]);
      fleet.onCommand = () => undefined;
      await fleet.clock.sleep(killAt % 2 === 0 ? 0 : 10_000);
      await deploy('1.1.0', { begun: [...entries] });
      expect(fleet.migrations.mostAtOnce, `killed at ${killAt}`).to.equal(1);
      expect(fleet.migrations.started, `killed at ${killAt}`).to.have.lengthOf(1);
      expect(fleet.versions()).to.equal('1.1.0 1.1.0 1.1.0');
      return ended === 'killed';
    };
    let killAt = 1;
    while (await count(killAt)) killAt += 1;
    expect(killAt).to.be.greaterThan(30);
  });

  it('of a run that was killed is stopped when that is undone', async () => {
    fleet.migrations.does = { obeys: true };
    const before = await fleet.target(MIGRATES).snapshot();
    await killedInMigration();
    await fleet.target(MIGRATES).restore(before, rollout({ begun: [...entries] }));
    expect(fleet.migrations.containers[0]?.name).to.match(/-stopped$/);
    expect(messages().join()).to.contain('stopping shop-web-migrate-');
  });

  it('keeps others from beginning where its host went away, until that answers', async () => {
    const host = fleet.hosts.get('web-1')!;
    fleet.migrations.does = {};
    fleet.onCommand = (_, argv) => {
      if (looks(argv)) host.reachable = false;
    };
    const target = fleet.target({ ...MIGRATES, 'max-failed': 1 });
    const before = await target.snapshot();
    const failure = await rejection(target.deploy(fleet.release('1.1.0'), rollout()), 'MIGRATION_FAILED');
    expect(failure.message).to.contain('whether it still runs there, is not known');
    const back = await rejection(target.restore(before, rollout({ begun: [] })), 'MIGRATION_FAILED');
    expect(back.message).to.contain('may still run');
    const over = { earlier: [...entries] };
    await rejection(deploy('1.1.0', over, { 'max-failed': 1 }), 'MIGRATION_FAILED');
    expect(fleet.migrations.started).to.have.lengthOf(1);
    host.reachable = true;
    fleet.onCommand = () => undefined;
    await fleet.target(MIGRATES).restore(before, rollout({ begun: [...entries] }));
    fleet.migrations.does = { takesMs: 1000 };
    await deploy('1.1.0', over);
    expect(fleet.migrations.mostAtOnce).to.equal(1);
  });

  it('does not begin beside one of another release', async () => {
    fleet.migrations.does = {};
    await killedInMigration();
    const failure = await rejection(deploy('1.2.0'), 'MIGRATION_FAILED');
    expect(failure.message).to.contain('the one of 1.1.0 still runs: shop-web-migrate-');
  });

  it('runs by itself, and contracts with what runs', async () => {
    const contract = {
      ...MIGRATES,
      migrate: { ...MIGRATES.migrate, contract: { command: './manage contract' } },
    };
    const alone = await fleet.target(contract).migrate(fleet.release('1.1.0'), rollout());
    expect(alone).to.include({ host: 'web-1', exitCode: 0 });
    expect(fleet.versions()).to.equal('1.0.0 1.0.0 1.0.0');
    await rejection(
      fleet.target(contract).migrate(fleet.release('1.1.0'), rollout(), '1.0.0'),
      'STATE_CONFLICT',
    );
    await deploy('1.1.0', {}, contract);
    let input = '';
    fleet.onCommand = () => {
      input = fleet.migrations.containers[0]?.input ?? input;
    };
    await fleet.target(contract).migrate(fleet.release('1.1.0'), rollout(), '1.0.0');
    expect(input).to.equal('DATABASE=shop\nAUTOMATION_STACK_CONTRACT=1.0.0\n');
  });

  it('comes after its snapshot, which keeps it from beginning where it fails', async () => {
    const settings = { migrate: { ...MIGRATES.migrate, snapshot: { 'db-instance': 'orders' } } };
    fleet.takeSnapshot = async ({ rollout: asking, version }) => {
      expect(version).to.equal('1.1.0');
      await asking.journal('snapshot-there', { snapshot: 'arn:1' });
    };
    await deploy('1.1.0', {}, settings);
    const order = entries.map(({ action }) => action);
    expect(order.indexOf('snapshot-there')).to.be.lessThan(order.indexOf('migrate'));
    fleet.takeSnapshot = () => Promise.reject(new StackError('SNAPSHOT_FAILED', 'no quota'));
    await rejection(deploy('1.2.0', {}, settings), 'SNAPSHOT_FAILED');
    expect(fleet.migrations.started).to.have.lengthOf(1);
    expect(fleet.versions()).to.equal('1.1.0 1.1.0 1.1.0');
  });
});
