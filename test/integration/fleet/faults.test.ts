import { expect } from 'chai';
import type { Target } from '../../../runner/src/context/target.js';
import type { Deployment } from '../../support/deployment.js';
import { fleet, fleetApps, HOSTS, killDuring, rollout } from '../../support/fleetFixture.js';
import { rejection } from '../../support/rejection.js';

describe('a real fleet when things go wrong', function () {
  this.timeout(300_000);
  let good: string;
  let better: string;
  let deployment: Deployment;
  let target: Target;
  const summary = async () => (await target.status()).summary;
  const all = (version: string) => HOSTS.map((host) => `${host} ${version}`).join(' · ');

  before(async () => {
    await fleet.provisioned();
    good = await fleet.image(fleetApps.good);
    better = await fleet.image(fleetApps.good);
    deployment = await fleet.deployment();
    target = await fleet.target(deployment);
  });
  beforeEach(() => target.deploy(fleet.release('2.0.0', good), rollout()));
  after(() => deployment.remove());

  it('touches nothing when a host is down before the deploy', async () => {
    const thaw = await fleet.freeze('test-fleet-3');
    try {
      const journal: string[] = [];
      const error = await rejection(
        target.deploy(fleet.release('2.1.0', better), rollout({ journal })),
        'DEPLOY_FAILED',
      );
      expect(error.message).to.match(/^test-fleet-3: does not answer on SSH: connection refused/);
      expect(error.evidence.join('\n')).to.include('nothing was changed there');
      expect(journal).to.deep.equal([]);
      expect(await summary())
        .to.include('test-fleet-0 2.0.0')
        .and.to.include('test-fleet-3 unreachable');
    } finally {
      await thaw();
    }
  });

  it('records a host that goes down in the middle, and brings the others back', async () => {
    const snapshot = await target.snapshot();
    let thaw: (() => Promise<void>) | undefined;
    const journal: string[] = [];
    const failing = rollout({
      journal,
      // Down after the first batch, before its own.
      onJournal: async (line) => {
        if (line === 'replace test-fleet-3') thaw = await fleet.freeze('test-fleet-3');
      },
    });
    try {
      const error = await rejection(target.deploy(fleet.release('2.1.0', better), failing), 'DEPLOY_FAILED');
      expect(error.evidence.join('\n')).to.match(/test-fleet-3: .*; it is unknown what runs there now/);
      const back = await rejection(target.restore(snapshot, rollout()), 'DEPLOY_FAILED');
      expect(back.message).to.match(/^test-fleet-3: /);
      expect(await summary()).to.match(/test-fleet-0 2\.0\.0 · test-fleet-1 2\.0\.0 · test-fleet-2 2\.0\.0/);
    } finally {
      await thaw?.();
    }
    await target.restore(snapshot, rollout());
    expect(await summary()).to.equal(all('2.0.0'));
  });

  it('goes back when it is interrupted in the middle of a batch', async () => {
    const snapshot = await target.snapshot();
    const abort = new AbortController();
    const interrupted = rollout({
      signal: abort.signal,
      onJournal: (line) => {
        if (line.startsWith('replace test-fleet-0'))
          setTimeout(() => abort.abort(new Error('interrupted')), 2500);
      },
    });
    const error = await target.deploy(fleet.release('2.1.0', better), interrupted).then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error?.message).to.equal('interrupted');
    await target.restore(snapshot, rollout());
    expect(await summary()).to.equal(all('2.0.0'));
    for (const host of HOSTS) {
      expect(await fleet.inside(host, 'docker', 'ps', '--all', '--filter', 'name=-next', '--quiet')).to.equal(
        '',
      );
    }
  });

  it('does not look at a host for its way back before a replacement that is under way has ended', async () => {
    const snapshot = await target.snapshot();
    const host = HOSTS[1];
    const lock = '/run/lock/automation-stack-app-container';
    await fleet.inside(
      host,
      'sh',
      '-c',
      `rm -f /tmp/ended; flock ${lock} sh -c 'sleep 5; touch /tmp/ended' & sleep 1`,
    );
    await target.restore(snapshot, rollout());
    expect(await fleet.inside(host, 'ls', '/tmp/ended')).to.equal('/tmp/ended');
  });

  it('is resumed after SIGKILL in the middle of a batch, without doing twice what is done', async () => {
    await killDuring(deployment, fleet.release('2.2.0', better), 'test-fleet-2');
    const journal: string[] = [];
    const record = await target.deploy(fleet.release('2.2.0', better), rollout({ journal }));
    expect(record.status).to.equal('healthy');
    expect(journal.join()).not.to.include('test-fleet-0');
    expect(await summary()).to.equal(all('2.2.0'));
  });

  it('is undone after SIGKILL by another process, from the snapshot alone', async () => {
    const snapshot = JSON.parse(JSON.stringify(await target.snapshot())) as Record<string, unknown>;
    await killDuring(deployment, fleet.release('2.3.0', await fleet.image(fleetApps.good)), 'test-fleet-0');
    const other = await fleet.target(await deployment.again());
    await other.restore(snapshot, rollout());
    expect(await summary()).to.equal(all('2.0.0'));
  });
});
