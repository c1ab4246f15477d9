import { expect } from 'chai';
import { keptColours } from '../../../runner/src/delivery/keptColours.js';
import { isOverdue, keptWords } from '../../../runner/src/domain/kept.js';
import type { DeploymentRecord } from '../../../runner/src/domain/records.js';
import { Ledger } from '../../../runner/src/state/ledger.js';
import { environmentStatusText } from '../../../runner/src/views/environmentStatus.js';
import { MemoryStore } from '../../support/memoryStore.js';
import { VirtualClock } from '../../support/virtualClock.js';

const MINUTE = 60_000;

describe('the old colour of a switch', () => {
  /** A deploy that has just kept blue for half an hour. */
  function world() {
    const clock = new VirtualClock();
    const ledger = new Ledger(new MemoryStore(), clock);
    const at = (minutes: number) => new Date(clock.now().getTime() + minutes * MINUTE).toISOString();
    const facts = { live: 'green', kept: 'blue', 'kept-since': at(0), 'kept-until': at(30) };
    const targets = { web: { kind: 'ecs-service', status: 'healthy', facts }, api: { kind: 'ecs-service' } };
    const healthy = { version: '1.4.0', status: 'healthy', targets } as unknown as DeploymentRecord;
    const drained = async (
      status: 'ok' | 'failed',
      targetNames = ['web'],
      kind: 'drain' | 'scale' = 'drain',
    ) => {
      const change = await ledger.changes.start('staging', { kind, targets: targetNames, who: 'tester' });
      await ledger.changes.finish('staging', change, status);
    };
    const kept = async () =>
      (await keptColours({ ledger }, 'staging', { healthy, latest: healthy })).map(({ target }) => target);
    return { clock, ledger, healthy, drained, kept };
  }

  it('is kept until somebody has drained it', async () => {
    const { clock, drained, kept } = world();
    await clock.sleep(MINUTE);
    expect(await kept()).to.deep.equal(['web']);
    await drained('failed');
    await drained('ok', ['api']);
    await drained('ok', ['web'], 'scale');
    expect(await kept()).to.deep.equal(['web']);
    await drained('ok');
    expect(await kept()).to.deep.equal([]);
  });

  it('is not what an earlier drain has ended', async () => {
    const { ledger, drained } = world();
    await drained('ok');
    const later = new VirtualClock(Date.parse('2026-11-03T13:00:00.000Z')).now().toISOString();
    const facts = { kept: 'blue', 'kept-since': later, 'kept-until': later };
    const healthy = { version: '1.5.0', targets: { web: { facts } } } as unknown as DeploymentRecord;
    expect(await keptColours({ ledger }, 'staging', { healthy })).to.have.length(1);
  });

  const moments: readonly (readonly [number, string, boolean])[] = [
    [0, 'web: blue is kept until 2026-11-03 12:30 UTC', false],
    [29, 'web: blue is kept until 2026-11-03 12:30 UTC', false],
    [30, 'web: blue was to be kept until 2026-11-03 12:30 UTC', true],
  ];
  for (const [minutes, words, over] of moments)
    it(`says so in status, after ${minutes} minutes: ${words}`, async () => {
      const { clock, ledger, healthy } = world();
      const kept = await keptColours({ ledger }, 'staging', { healthy });
      const nowMs = clock.now().getTime() + minutes * MINUTE;
      expect([keptWords(kept[0]!, nowMs), isOverdue(kept[0]!, nowMs)]).to.deep.equal([words, over]);
      const text = environmentStatusText([{ environment: 'staging', kept }], nowMs);
      expect(text).to.contain(`staging/${words}`);
      expect(text.includes('Next: node runner drain --env staging')).to.equal(over);
    });
});
