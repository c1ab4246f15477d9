import { expect } from 'chai';
import { StackError } from '../../../runner/src/base/errors.js';
import type { Rollout } from '../../../runner/src/context/target.js';
import { crash } from '../../support/fakeTarget.js';
import { rejection } from '../../support/rejection.js';
import { Stand } from '../../support/stand.js';

const ARN = 'arn:aws:rds:eu-west-1:111111111111:snapshot:shop-staging-web-0-3-0-d2';
const CLUSTER = 'arn:aws:rds:eu-west-1:111111111111:cluster-snapshot:shop-staging-web-0-3-0-d2';
const COMMAND = `aws rds restore-db-instance-from-db-snapshot --db-instance-identifier NEW-NAME --db-snapshot-identifier ${ARN} --region eu-west-1`;

describe('a deployment that kept the database before its migration', () => {
  let stand: Stand;
  const keeps = (then: (rollout: Rollout) => Promise<void> = async () => undefined, snapshot = ARN) => {
    stand.targets[0]!.midway = async (rollout) => {
      await rollout.journal('snapshot-there', { snapshot, engine: 'aurora-postgresql' });
      await rollout.journal('migrated', { task: 'abc', exitCode: 0, seconds: 2 });
      await then(rollout);
    };
  };
  const entries = async () => (await stand.state.journal.unfinished('staging'))?.entries ?? [];
  const kept = async () => (await stand.state.ledger.current('staging')).latest?.migrations;

  beforeEach(async () => {
    stand = await Stand.make();
    await stand.deploy('0.2.0');
  });
  afterEach(() => stand.place.remove());

  it('knows its snapshot, and who goes back is told how to restore it', async () => {
    keeps();
    await stand.deploy('0.3.0');
    expect(await kept()).to.deep.equal([
      { target: 'web', snapshot: ARN, engine: 'aurora-postgresql', at: stand.clock.now().toISOString() },
      { target: 'web', task: 'abc', at: stand.clock.now().toISOString() },
    ]);
    await stand.rollback();
    const notice = stand.events.find((event) => event.type === 'notice' && event.next !== undefined);
    expect(notice).to.deep.include({
      message: 'what the migration of 0.3.0 changed in the database stays',
      next: `The database of web as it was before: \`${COMMAND}\` (a new database).`,
    });
  });

  it('tells it where it fails and goes back by itself, by cause', async () => {
    keeps(() => Promise.reject(crash()));
    const failed = await rejection(stand.deploy('0.3.0'), 'DEPLOY_ROLLED_BACK');
    expect(failed.next).to.equal(
      `Look at the log. The database of web as it was before: \`${COMMAND}\` (a new database).`,
    );
    expect(await kept()).to.have.lengthOf(2);
    const broken = new StackError('MIGRATION_FAILED', 'the migration failed', { next: 'Deploy again' });
    keeps(() => Promise.reject(broken), CLUSTER);
    const migrated = await rejection(stand.deploy('0.4.0'), 'MIGRATION_FAILED');
    expect(migrated.next).to.contain('Deploy again. The database of web');
    expect(migrated.next).to.contain(
      `restore-db-cluster-from-snapshot --db-cluster-identifier NEW-NAME --engine aurora-postgresql --snapshot-identifier ${CLUSTER}`,
    );
  });

  it('keeps that in its record, also where a killed one is undone or gone over', async () => {
    for (const how of ['undone', 'gone over'] as const) {
      const version = how === 'undone' ? '0.3.0' : '0.4.0';
      keeps(() => new Promise(() => undefined));
      void stand.deploy(version).catch(() => undefined);
      while ((await entries()).length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
      await stand.processEnds();
      stand.targets[0]!.midway = async () => undefined;
      const { sequence } = (await stand.state.ledger.current('staging')).latest!;
      await (how === 'undone' ? stand.rollback() : stand.rollback('0.2.0'));
      const record = await stand.state.ledger.deployment('staging', sequence);
      expect(record?.migrations?.[0], how).to.include({ snapshot: ARN });
    }
  });
});
