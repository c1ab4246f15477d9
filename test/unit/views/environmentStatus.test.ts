import { expect } from 'chai';
import type { DeploymentRecord } from '../../../runner/src/core/release.js';
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

describe('the status of environments', () => {
  it('shows what runs, since when, by whom and where', () => {
    const healthy = record(3, { url: 'https://shop.example' });
    const text = environmentStatusText([{ environment: 'staging', healthy, latest: healthy }]);
    for (const word of ['staging', '1.3.0', '2026-01-01 10:01', 'ada', 'https://shop.example', 'ok']) {
      expect(text).to.contain(word);
    }
  });

  it('shows a later attempt that failed, with its reason', () => {
    const latest = record(4, { status: 'rolled-back', reason: 'web crashed' });
    const text = environmentStatusText([{ environment: 'staging', healthy: record(3), latest }]);
    expect(text).to.contain('#4 1.4.0 rolled-back').and.to.contain('staging: #4 rolled-back: web crashed');
  });

  it('says what was cut off, and both ways on', () => {
    const cutOff = { sequence: 4, version: '1.4.0', who: 'ci', lastStep: 'web: update' };
    const text = environmentStatusText([{ environment: 'staging', healthy: record(3), cutOff }]);
    expect(text).to.contain('was cut off after "web: update"');
    expect(text).to.contain('deploy --env staging --resume').and.to.contain('rollback --env staging');
  });

  it('names who holds the lock', () => {
    const lock = { who: 'grace', since: '2026-01-01T10:00:00.000Z', command: 'deploy:staging' };
    expect(environmentStatusText([{ environment: 'staging', lock }])).to.contain('grace');
  });

  it('calls a target that is not healthy by its name', () => {
    const targets = [{ name: 'web', kind: 'fleet', healthy: false, summary: '1 of 2 hosts' }];
    expect(environmentStatusText([{ environment: 'staging', targets }])).to.contain(
      'staging/web (fleet): NOT HEALTHY',
    );
  });

  it('says where nothing was deployed yet', () => {
    expect(environmentStatusText([{ environment: 'staging' }])).to.contain('nothing deployed yet');
  });
});
