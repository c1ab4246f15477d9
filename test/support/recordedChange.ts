import type { RecordedChange } from '../../runner/src/infrastructure/rules/lockHolder.js';

/** An apply that Jane began on agent-7, as the log of changes has it. */
export const recordedChange = (more: Partial<RecordedChange> = {}): RecordedChange => ({
  number: 12,
  kind: 'apply',
  startedAt: '2026-01-02T03:04:00.000Z',
  who: 'jane',
  process: { hostname: 'agent-7', pid: 4711 },
  ...more,
});
