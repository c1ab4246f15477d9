import { expect } from 'chai';
import {
  begunMigration,
  clientToken,
  judgeMigration,
  startedBy,
  startedByPrefix,
  type MigrationTask,
} from '../../../runner/src/domain/migration.js';

const task = (over: Partial<MigrationTask> = {}): MigrationTask => ({
  id: 'abc',
  taskDefinition: 'web:2',
  lastStatus: 'STOPPED',
  desiredStatus: 'STOPPED',
  stopCode: 'EssentialContainerExited',
  containers: [{ name: 'web', exitCode: 0 }],
  ended: ['web'],
  ...over,
});

describe('judging a migration', () => {
  it('calls it well only where its own container ended with 0', () => {
    expect(judgeMigration(task(), 'web')).to.deep.equal({ state: 'ended-well', othersRun: false });
    const failed = task({ containers: [{ name: 'web', exitCode: 1 }] });
    expect(judgeMigration(failed, 'web')).to.deep.include({
      state: 'failed',
      reason: 'container web exited with code 1',
    });
  });

  it('knows the end before the platform has taken the task down', () => {
    expect(judgeMigration(task({ lastStatus: 'DEPROVISIONING' }), 'web').state).to.equal('ended-well');
  });

  it('waits for the reason of an end that has begun', () => {
    const stopping = task({ lastStatus: 'RUNNING', stopCode: undefined as unknown as string });
    expect(judgeMigration(stopping, 'web').state).to.equal('running');
  });

  it('tells that others of its task run on where its container is not essential', () => {
    const others = task({
      lastStatus: 'RUNNING',
      desiredStatus: 'RUNNING',
      stopCode: '',
      containers: [{ name: 'web', exitCode: 0 }, { name: 'proxy' }],
    });
    expect(judgeMigration(others, 'web')).to.deep.equal({ state: 'ended-well', othersRun: true });
  });

  it('does not take the code 0 of a task that was stopped for success', () => {
    for (const stopCode of ['UserInitiated', 'SpotInterruption']) {
      const stopped = task({ stopCode, reason: 'by hand' });
      expect(judgeMigration(stopped, 'web')).to.deep.equal({
        state: 'failed',
        reason: 'task abc was stopped before it ended: by hand',
      });
    }
  });

  it('tells why a task never started', () => {
    const never = task({
      stopCode: 'TaskFailedToStart',
      reason: 'CannotPullContainerError: not found',
      containers: [{ name: 'web' }],
    });
    expect(judgeMigration(never, 'web')).to.deep.include({
      state: 'failed',
      reason: 'task abc was stopped: CannotPullContainerError: not found',
    });
  });

  it('names a container beside it that took the task down', () => {
    const beside = task({
      containers: [{ name: 'web' }, { name: 'proxy', exitCode: 0 }],
      reason: 'Essential container in task exited',
    });
    expect(judgeMigration(beside, 'web')).to.deep.equal({
      state: 'failed',
      reason: 'task abc was stopped: Essential container in task exited',
    });
  });
});

describe('the name of a migration’s task', () => {
  const place = { environment: 'staging', target: 'web', cluster: 'main', service: 'web' };

  it('is what the platform takes, however long the version is', () => {
    const prefix = startedByPrefix('12.345.6789-rc.1+build.20261122', place);
    expect(startedBy(prefix, 'web:2', new Date(0))).to.match(/^[A-Za-z0-9_/-]{36}$/);
  });

  it('differs by release, place and time', () => {
    const names = [
      startedBy(startedByPrefix('1.0.0', place), 'web:2', new Date(0)),
      startedBy(startedByPrefix('1.0.0', place), 'web:2', new Date(1)),
      startedBy(startedByPrefix('1.0.1', place), 'web:2', new Date(0)),
      startedBy(startedByPrefix('1.0.0', { ...place, environment: 'production' }), 'web:2', new Date(0)),
    ];
    expect(new Set(names).size).to.equal(4);
    expect(clientToken(names[0] as string, 'web:2')).to.equal(clientToken(names[0] as string, 'web:2'));
  });
});

describe('what a journal tells of a migration', () => {
  const migrate = (startedBy: string) => ({ action: 'migrate', data: { startedBy } });

  it('is nothing where none was begun', () => {
    expect(begunMigration([{ action: 'register' }])).to.equal(undefined);
  });

  it('is the last one, which has ended only where that is written after it', () => {
    const ended = { action: 'migrated', data: { task: 'abc', exitCode: 0 } };
    expect(begunMigration([migrate('one'), ended, migrate('two')])).to.deep.equal({ startedBy: 'two' });
    expect(begunMigration([migrate('one'), ended])?.ended).to.include({ task: 'abc' });
  });
});

describe('the end of a migration', () => {
  const running = { lastStatus: 'RUNNING', desiredStatus: 'RUNNING', stopCode: '' };

  it('has not come while its own container runs, whatever others of its task did', () => {
    const others = [{ name: 'init', exitCode: 0 }, { name: 'web' }];
    expect(judgeMigration(task({ ...running, ended: ['init'], containers: others }), 'web').state).to.equal(
      'running',
    );
    expect(
      judgeMigration(task({ ...running, ended: ['web'], containers: others }), 'web').state,
      'no exit code yet',
    ).to.equal('running');
    expect(judgeMigration(task({ ...running, ended: ['web'], containers: [] }), 'web').state).to.equal(
      'running',
    );
    expect(judgeMigration(task({ ...running, ended: [] }), 'web').state).to.equal('running');
  });

  it('is its own container’s, not the first one’s', () => {
    const containers = [
      { name: 'init', exitCode: 0 },
      { name: 'web', exitCode: 3 },
    ];
    expect(judgeMigration(task({ containers }), 'web').state).to.equal('failed');
    expect(judgeMigration(task({ containers: [...containers].reverse() }), 'init').state).to.equal(
      'ended-well',
    );
  });

  it('leaves no others running once the task has gone, or is going', () => {
    const gone = task({ lastStatus: 'STOPPED', desiredStatus: 'RUNNING' });
    expect(judgeMigration(gone, 'web')).to.deep.equal({ state: 'ended-well', othersRun: false });
    const going = task({ lastStatus: 'RUNNING', desiredStatus: 'STOPPED' });
    expect(judgeMigration(going, 'web')).to.deep.equal({ state: 'ended-well', othersRun: false });
  });

  it('is a failure where it never ran and nobody says why, with what is said', () => {
    const never = (reason?: string) =>
      judgeMigration(task({ containers: [{ name: 'other', exitCode: 0 }], reason }), 'web');
    expect(never()).to.deep.equal({ state: 'failed', reason: 'task abc was stopped: no reason given' });
    expect(never('no space')).to.deep.equal({ state: 'failed', reason: 'task abc was stopped: no space' });
    expect(judgeMigration(task({ containers: [] }), 'web').state).to.equal('failed');
  });

  it('is asked for again by a token that each task and revision has of its own', () => {
    const tokens = [clientToken('a', 'web:1'), clientToken('a', 'web:2'), clientToken('b', 'web:1')];
    expect(new Set(tokens).size).to.equal(3);
    for (const token of tokens) expect(token).to.match(/^[0-9a-f]{64}$/);
  });
});
