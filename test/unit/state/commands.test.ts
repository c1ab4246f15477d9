import { expect } from 'chai';
import type { CommandResult } from '../../../runner/src/events/commandResult.js';
import type { CommandDefinition, CommandInput } from '../../../runner/src/commands/command.js';
import { commands as historyCommands } from '../../../runner/src/commands/history.js';
import { commands as lockCommands } from '../../../runner/src/commands/lock.js';
import type { Context } from '../../../runner/src/context/context.js';
import { EventBus } from '../../../runner/src/events/events.js';
import type { DeploymentStatus } from '../../../runner/src/domain/records.js';
import { SecretRegistry } from '../../../runner/src/secrets/redact.js';
import { openState, type State } from '../../../runner/src/state/state.js';
import { MemoryStore } from '../../support/memoryStore.js';
import { rejection } from '../../support/rejection.js';
import { alice, draft, FakeClock } from '../../support/stateRecords.js';

describe('commands on the state', () => {
  let clock: FakeClock;
  let state: State;
  beforeEach(() => {
    clock = new FakeClock();
    state = openState(new MemoryStore(), { state: { location: 'memory', 'lock-expiry': 900_000 } }, clock);
  });

  describe('history', () => {
    it('says how to start where nothing was deployed', async () => {
      expect((await call('history')).text).to.contain('node runner deploy --env staging');
    });

    it('shows what was deployed, newest first, and why it failed', async () => {
      await deployed('1.0.0', 'healthy');
      await deployed('1.1.0', 'rolled-back', 'web: 500 from /health\nsecond line');
      const { text, data } = await call('history');
      expect(text?.split('\n')).to.deep.equal([
        'SEQ  WHEN (UTC)        VERSION  KIND    STATUS       TOOK   WHO           REASON',
        '2    2026-11-03 12:01  1.1.0    deploy  rolled-back  1m15s  alice@laptop  web: 500 from /health',
        '1    2026-11-03 12:00  1.0.0    deploy  healthy      1m15s  alice@laptop',
      ]);
      expect(data).to.have.nested.property('deployments[0].version', '1.1.0');
      expect(data).to.not.have.property('before');
    });

    it('pages, and says how to get the next page', async () => {
      for (const version of ['1.0.0', '1.1.0', '1.2.0']) await deployed(version, 'healthy');
      const { text, data } = await call('history', { limit: '2' });
      expect(text).to.contain('node runner history --env staging --before 2');
      expect(data).to.have.property('before', 2);
      expect((await call('history', { before: '2' })).data).to.have.nested.property('deployments.length', 1);
    });

    it('tells a deployment that was cut off from one that runs', async () => {
      await state.ledger.startDeployment(draft('1.0.0'));
      await state.ledger.startDeployment(draft('1.1.0'));
      expect((await call('history')).text).to.match(/1\.1\.0 .* cut-off[^]*1\.0\.0 .* cut-off/);
      const held = await state.locks.acquire('staging', alice);
      expect((await call('history')).text).to.match(/1\.1\.0 .* running[^]*1\.0\.0 .* cut-off/);
      await held.release();
    });

    it('shows all environments together where none is named, newest first', async () => {
      expect((await call('history', {}, null)).text).to.contain('Nothing was deployed yet');
      await deployed('1.0.0', 'healthy');
      await deployed('1.0.0', 'healthy', undefined, 'production');
      await deployed('1.1.0', 'healthy');
      const { text, data } = await call('history', { limit: '2' }, null);
      expect(text?.split('\n').slice(0, 3)).to.deep.equal([
        'ENVIRONMENT  SEQ  WHEN (UTC)        VERSION  KIND    STATUS   TOOK   WHO           REASON',
        'staging      2    2026-11-03 12:02  1.1.0    deploy  healthy  1m15s  alice@laptop',
        'production   1    2026-11-03 12:01  1.0.0    deploy  healthy  1m15s  alice@laptop',
      ]);
      expect(text).to.contain('Older ones');
      expect(data).to.have.nested.property('deployments.length', 2);
    });

    it('counts in one environment for the next page', async () => {
      const { next } = await rejection(call('history', { before: '7' }, null), 'USAGE');
      expect(next).to.equal('node runner history --env staging --before 7');
    });

    it('refuses a limit that is no number', async () => {
      for (const limit of ['0', '-1', 'all', '1.5', '1001'])
        await rejection(call('history', { limit }), 'USAGE');
      await rejection(call('history', { before: 'x' }), 'USAGE');
    });
  });

  describe('lock', () => {
    it('shows who holds each environment', async () => {
      await state.locks.hold('production', { ...alice, reason: 'migration' }, 3_600_000);
      clock.advance(60_000);
      const { text, data } = await call('lock status', {}, undefined);
      expect(text?.split('\n')).to.deep.equal([
        'ENVIRONMENT  LOCK    WHO           COMMAND               FOR  EXPIRES (UTC)        RUN OR REASON',
        'staging      free',
        'production   locked  alice@laptop  deploy --env staging  1m   2026-11-03 13:00:00  https://ci.example/job/7',
      ]);
      expect(data).to.have.nested.property('[1].locked', true);
    });

    it('keeps deploys away until it is released', async () => {
      const { text } = await call('lock acquire', { for: '2h', reason: 'migration' });
      expect(text).to.contain('staging is locked until 2026-11-03 14:00:00 UTC');
      await rejection(state.locks.acquire('staging', alice), 'LOCKED');
      expect((await call('lock release')).text).to.equal(
        'staging is free; it was held by bob@desk (lock acquire --env staging).',
      );
      expect((await call('lock release')).text).to.equal('staging is not locked.');
    });

    it('takes the lock of others only by force', async () => {
      const held = await state.locks.acquire('staging', { ...alice, who: 'bob@desk' });
      const error = await rejection(call('lock release'), 'LOCKED');
      expect(error.next).to.contain('--force');
      expect((await call('lock release', { force: true })).text).to.contain('staging is free');
      await held.release();
    });

    it('leaves what an expired run left for the next run to find, unless forced', async () => {
      await state.locks.hold('staging', alice, 1000);
      clock.advance(2000);
      expect((await call('lock release')).text).to.equal('staging is not locked.');
      const held = await state.locks.acquire('staging', alice);
      expect(held.tookOver?.who).to.equal('alice@laptop');
      await held.release();
    });

    it('changes nothing on a dry run', async () => {
      expect((await call('lock acquire', {}, 'staging', true)).text).to.equal('Would lock staging for 1h.');
      expect(await state.locks.holder('staging')).to.equal(undefined);
      await state.locks.hold('staging', { who: 'bob@desk', command: 'lock acquire' }, 60_000);
      expect((await call('lock release', {}, 'staging', true)).text).to.equal(
        'Would free staging, held by bob@desk.',
      );
      expect(await state.locks.holder('staging')).to.not.equal(undefined);
    });

    it('refuses a time that is no duration', async () => {
      for (const time of ['0s', 'long', '']) await rejection(call('lock acquire', { for: time }), 'USAGE');
    });
  });

  function call(
    name: string,
    options: CommandInput['options'] = {},
    environment: string | null | undefined = 'staging',
    dryRun = false,
  ): Promise<CommandResult> {
    const definitions: readonly CommandDefinition[] = [...historyCommands, ...lockCommands];
    const definition = definitions.find((item) => item.name === name) as CommandDefinition;
    const context = {
      options: { environment: name === 'lock status' ? undefined : (environment ?? undefined), dryRun },
      clock,
      who: 'bob@desk',
      signal: new AbortController().signal,
      secrets: new SecretRegistry(),
      events: new EventBus(() => clock.now()),
      config: () => Promise.resolve({ environments: { staging: {}, production: {} } }),
      environment: () => Promise.resolve({ name: environment, config: {} }),
      state: () => Promise.resolve(state),
    };
    const input = { arguments: [], options };
    return definition.run(context as unknown as Context, input, async () => definitions);
  }

  async function deployed(
    version: string,
    status: DeploymentStatus,
    reason?: string,
    environment = 'staging',
  ): Promise<void> {
    const record = await state.ledger.startDeployment(draft(version, { environment }));
    clock.advance(75_000);
    await state.ledger.finishDeployment({ ...record, status, ...(reason === undefined ? {} : { reason }) });
  }
});
