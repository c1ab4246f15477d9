import { expect } from 'chai';
import type { DeploymentRecord } from '../../../runner/src/domain/records.js';
import { environmentStatusText } from '../../../runner/src/views/environmentStatus.js';

const record = (sequence: number, more: Partial<DeploymentRecord> = {}): DeploymentRecord => ({
  sequence,
  environment: 'staging',
  kind: 'deploy',
  version: `1.${sequence}.0`,
  status: 'healthy',
  startedAt: '2026-01-01T10:00:00.000Z',
  endedAt: '2026-01-01T10:01:00.000Z',
  who: 'ada',
  commit: 'c',
  ...more,
});

const NOW = Date.parse('2026-01-02T10:00:00.000Z');
const textOf = (...environments: Parameters<typeof environmentStatusText>[0]) =>
  environmentStatusText(environments, NOW);

describe('the status of environments', () => {
  it('shows what runs, since when, by whom and where', () => {
    const healthy = record(3, { url: 'https://shop.example' });
    const text = textOf({ environment: 'staging', healthy, latest: healthy });
    for (const word of ['staging', '1.3.0', '2026-01-01 10:01', 'ada', 'https://shop.example', 'ok']) {
      expect(text).to.contain(word);
    }
  });

  it('shows a later attempt that failed, with its reason', () => {
    const latest = record(4, { status: 'rolled-back', reason: 'web crashed' });
    const text = textOf({ environment: 'staging', healthy: record(3), latest });
    expect(text).to.contain('#4 1.4.0 rolled-back').and.to.contain('staging: #4 rolled-back: web crashed');
  });

  it('says what was cut off, and both ways on', () => {
    const cutOff = { sequence: 4, version: '1.4.0', who: 'ci', lastStep: 'web: update' };
    const text = textOf({ environment: 'staging', healthy: record(3), cutOff });
    expect(text).to.contain('was cut off after "web: update"');
    expect(text).to.contain('deploy --env staging --resume').and.to.contain('rollback --env staging');
  });

  it('says where the power is off, since when and by whom, and how it comes back', () => {
    const things = { services: [], instances: [], databases: [] };
    const power = { status: 'off' as const, since: '2026-01-01T20:00:00.000Z', who: 'ada', ...things };
    const text = textOf({ environment: 'staging', healthy: record(3), power });
    expect(text).to.contain('staging: powered off since 2026-01-01 20:00, by ada\n');
    expect(text).to.contain('  Next: node runner power on --env staging');
    const half = textOf({ environment: 'staging', power: { ...power, status: 'turning-off' } });
    expect(half).to.contain('being powered off').and.to.contain('node runner power off --env staging');
  });

  it('names who holds the lock', () => {
    const lock = { who: 'grace', since: '2026-01-01T10:00:00.000Z', command: 'deploy:staging' };
    expect(textOf({ environment: 'staging', lock })).to.contain('grace');
  });

  it('calls a target that is not healthy by its name', () => {
    const targets = [{ name: 'web', kind: 'fleet', healthy: false, summary: '1 of 2 hosts' }];
    expect(textOf({ environment: 'staging', targets })).to.contain('staging/web (fleet): NOT HEALTHY');
  });

  it('says where nothing was deployed yet', () => {
    expect(textOf({ environment: 'staging' })).to.contain('nothing deployed yet');
  });

  it('calls nothing ok where nothing was ever attempted, and nothing undeployed where an attempt failed', () => {
    const cells = (...environments: Parameters<typeof environmentStatusText>[0]) =>
      textOf(...environments)
        .split('\n')[1]
        ?.split(/\s{2,}/);
    expect(cells({ environment: 'staging' })).to.deep.equal([
      'staging',
      '-',
      'nothing deployed yet',
      '-',
      '-',
      '-',
    ]);
    const latest = record(1, { status: 'rolled-back' });
    expect(cells({ environment: 'staging', latest })).to.deep.equal([
      'staging',
      '-',
      'nothing healthy yet',
      '-',
      '#1 1.1.0 rolled-back',
      '-',
    ]);
  });

  it('calls an attempt running only while somebody works on it', () => {
    const latest = record(4, { status: 'running' });
    const lock = { who: 'grace', since: '2026-01-01T10:00:00.000Z', command: 'deploy:staging' };
    expect(textOf({ environment: 'staging', latest, lock })).to.contain('#4 1.4.0 running');
    expect(textOf({ environment: 'staging', latest })).to.contain('#4 1.4.0 cut-off');
  });

  it('says so where --live has no target to ask', () => {
    expect(textOf({ environment: 'staging', targets: [] })).to.contain('staging: has no targets');
  });

  it('says what the last check for drift found, and what to type', () => {
    const check = (more: object) => ({
      checkedAt: '2026-01-02T05:00:00.000Z',
      who: 'ci',
      headline: '',
      drifted: 0,
      ...more,
    });
    const lines = (drift: object | null) => {
      const text = textOf({ environment: 'staging', drift: drift === null ? null : check(drift) });
      return text.split('\n').at(-1);
    };
    expect(lines({})).to.equal('staging: drift: none, checked 5 h ago');
    expect(lines({ drifted: 2, checkedAt: '2026-01-02T09:59:30.000Z' })).to.equal(
      'staging: drift: 2 drifted, checked just now, type: node runner drift --env staging',
    );
    expect(lines({ checkedAt: '2025-12-30T10:00:00.000Z' })).to.equal(
      'staging: drift: none, checked 3 days ago',
    );
    expect(lines(null)).to.equal('staging: drift: never checked, type: node runner drift --env staging');
    const outdated = { by: 'apply' as const, at: '2026-01-02T09:45:00.000Z', who: 'ann' };
    expect(lines({ drifted: 1, outdated })).to.equal(
      'staging: drift: 1 drifted, checked 5 h ago; outdated by ann’s apply 15 min ago, type: node runner drift --env staging',
    );
  });

  it('says nothing of drift where there is no infrastructure', () => {
    expect(textOf({ environment: 'staging' })).not.to.contain('drift');
  });
});
