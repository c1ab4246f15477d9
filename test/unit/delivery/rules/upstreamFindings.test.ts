import { expect } from 'chai';
import type { StackError } from '../../../../runner/src/base/errors.js';
import type { DeploymentRecord } from '../../../../runner/src/domain/records.js';
import {
  upstreamError,
  standingOf,
  type UpstreamStanding,
} from '../../../../runner/src/delivery/rules/upstreamFindings.js';

const deployment = (change: Partial<DeploymentRecord> = {}): DeploymentRecord => ({
  sequence: 7,
  environment: 'staging',
  kind: 'deploy',
  version: '1.4.0',
  previous: '1.3.0',
  status: 'healthy',
  startedAt: '2026-11-22T04:00:00.000Z',
  endedAt: '2026-11-22T04:10:00.000Z',
  who: 'jane@build-1',
  commit: 'c',
  ...change,
});
const auth = (record?: DeploymentRecord, change: Partial<UpstreamStanding> = {}): UpstreamStanding => ({
  application: 'auth',
  environment: 'staging',
  standing: standingOf('staging', record, undefined),
  ...(record === undefined ? {} : { deployment: record }),
  location: 's3://delivery/auth',
  neededBy: ['shop'],
  known: true,
  ...change,
});
const held = (...upstream: UpstreamStanding[]) => upstreamError('staging', upstream) as StackError;

describe('what an application needs', () => {
  it('lets it go where the last deployment is healthy, a rollback too', () => {
    expect(upstreamError('staging', [auth(deployment())])).to.equal(undefined);
    expect(upstreamError('staging', [auth(deployment({ kind: 'rollback', version: '1.3.0' }))])).to.equal(
      undefined,
    );
  });

  it('is not asked where it has no environment of that name', () => {
    expect(standingOf('staging', undefined, ['production'])).to.equal('elsewhere');
    expect(upstreamError('staging', [auth(undefined, { standing: 'elsewhere' })])).to.equal(undefined);
  });

  for (const [status, words] of [
    ['failed', 'failed'],
    ['rolled-back', 'was rolled back'],
    ['interrupted', 'was interrupted'],
    ['cut-off', 'was cut off'],
  ] as const) {
    it(`holds it back where the last deployment ${words}, saying when, by whom and why`, () => {
      const error = held(auth(deployment({ status, reason: 'web crashed with exit code 1\nmore' })));
      expect(error).to.include({ code: 'UPSTREAM_FAILED', category: 'service', exitCode: 1 });
      expect(error.message).to.equal(
        `held back: auth 1.4.0 ${words} in staging: web crashed with exit code 1`,
      );
      expect(error.evidence.join('\n')).to.contain(
        'deployment 7 by jane@build-1, ended 2026-11-22 04:10 UTC',
      );
      expect(error.evidence.join('\n')).to.contain('needed by shop; recorded in s3://delivery/auth');
      expect(error.next).to.contain('--force REASON');
    });
  }

  it('says what to type where its sources are here', () => {
    const failed = deployment({ status: 'rolled-back' });
    expect(held(auth(failed, { directory: '/src/auth' })).next)
      .to.contain('`node runner deploy -C /src/auth --env staging`')
      .and.to.contain('--release 1.3.0');
    expect(held(auth({ ...failed, kind: 'promote' })).next).to.contain(
      'In auth: `node runner promote --env staging`',
    );
    expect(held(auth({ ...failed, status: 'cut-off' })).next)
      .to.contain('--resume')
      .and.to.contain('node runner rollback');
  });

  it('holds it back where it was never deployed there', () => {
    const error = held(auth());
    expect(error).to.include({ code: 'UPSTREAM_MISSING', category: 'service', exitCode: 1 });
    expect(error.message).to.equal('held back: auth was never deployed to staging');
    const unknown = held(auth(undefined, { known: false }));
    expect(unknown.message).to.contain('nothing of it is recorded');
    expect(unknown.evidence.join()).to.contain('s3://delivery/auth');
    expect(unknown.next).to.contain('correct its place');
  });

  it('names who is deploying it, as a lock would', () => {
    const error = held(
      auth(deployment({ status: 'running', runUrl: 'https://ci.example/7', endedAt: undefined! })),
    );
    expect(error).to.include({ code: 'UPSTREAM_RUNNING', category: 'locked', exitCode: 4 });
    expect(error.message).to.equal('held back: auth 1.4.0 is being deployed to staging by jane@build-1');
    expect(error.evidence.join('\n')).to.contain('since 2026-11-22 04:00 UTC, https://ci.example/7');
    expect(error.next).to.contain('--wait 10m');
  });

  it('tells the worst first and every other with it', () => {
    const running = auth(deployment({ status: 'running' }), { application: 'mail' });
    const failed = auth(deployment({ status: 'failed' }));
    const error = held(running, auth(deployment(), { application: 'db' }), failed);
    expect(error.code).to.equal('UPSTREAM_FAILED');
    expect(error.message).to.contain('auth 1.4.0 failed').and.to.contain('(and mail)').and.not.contain('db');
    expect(error.evidence.join('\n')).to.contain('mail 1.4.0 is being deployed');
  });
});
