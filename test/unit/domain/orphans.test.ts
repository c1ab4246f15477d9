import { expect } from 'chai';
import { labelTags } from '../../../runner/src/domain/deliveryTags.js';
import type { Instance } from '../../../runner/src/domain/instance.js';
import { orphansAmong } from '../../../runner/src/domain/orphans.js';

const NOW = Date.parse('2026-11-03T12:00:00Z');
const of = (id: string, environment = 'staging', state: Instance['state'] = 'running'): Instance => ({
  ...{ id, state },
  tags: labelTags({
    ...{ application: 'shop', environment, target: 'web', version: '1.0.0' },
    ...{ digest: 'sha256:0', definition: 'd', run: '12-9f3c', slot: 0 },
  }),
});
const recorded = (facts: Readonly<Record<string, string>> | undefined, isOpen = false) => ({
  staging: {
    targets: {
      web: { kind: 'instances', status: 'healthy' as const, ...(facts === undefined ? {} : { facts }) },
    },
    isOpen,
  },
});
const found = (instances: readonly Instance[], records: ReturnType<typeof recorded>) =>
  orphansAmong(instances, records, NOW).map(({ instance, why }) => `${instance.id}: ${why}`);

describe('orphans among instances', () => {
  it('are those that no record has', () => {
    const facts = {
      ...{ live: 'i-1, i-2', kept: '0.9.0', 'kept-instances': 'i-3' },
      ...{ 'kept-since': '2026-11-03T00:00:00Z', 'kept-until': '2026-11-04T00:00:00Z' },
    };
    const all = ['i-1', 'i-2', 'i-3', 'i-4'].map((id) => of(id));
    expect(found(all, recorded(facts))).to.deep.equal(['i-4: no record has it; deployment 12 launched it']);
    const overdue = { ...facts, 'kept-until': '2026-11-03T11:30:00.000Z' };
    expect(found(all, recorded(overdue))).to.deep.equal([
      'i-3: it was to be kept until 2026-11-03 11:30 UTC',
      'i-4: no record has it; deployment 12 launched it',
    ]);
    expect(found([of('i-1')], recorded(undefined))).to.deep.equal([
      'i-1: its target has no record of instances',
    ]);
  });

  it('are none while a run is at work, of what is gone, or of what is not ours to judge', () => {
    expect(found([of('i-4')], recorded({ live: 'i-1' }, true))).to.deep.equal([]);
    expect(found([of('i-4', 'staging', 'terminated')], recorded({ live: 'i-1' }))).to.deep.equal([]);
    expect(found([of('i-4', 'production')], recorded({ live: 'i-1' }))).to.deep.equal([]);
    expect(found([{ ...of('i-4'), tags: { Name: 'bastion' } }], recorded({ live: 'i-1' }))).to.deep.equal([]);
  });
});
