import { expect } from 'chai';
import type { Rollout } from '../../../../../runner/src/context/target.js';
import { StackError } from '../../../../../runner/src/base/errors.js';
import { FakeFleet } from '../../../../support/fakeFleet.js';
import { rejection } from '../../../../support/rejection.js';

describe('a fleet', () => {
  let fleet: FakeFleet;
  const deploy = (version: string, settings = {}, digest?: string) =>
    fleet.target(settings).deploy(fleet.release(version, digest), fleet.rollout());

  beforeEach(async () => {
    fleet = new FakeFleet();
    await deploy('1.0.0');
    fleet.log.length = 0;
  });

  it('brings the image everywhere first, then goes batch by batch: drain, play, watch, register on each host', async () => {
    const record = await deploy('1.1.0');
    expect(fleet.log.splice(0, 2)).to.deep.equal([
      'journal fetch web-1,web-2,web-3,web-4',
      'play fetched 1.1.0 on web-1,web-2,web-3,web-4',
    ]);
    const steps = (host: string) => [
      `journal drain ${host}`,
      `drain ${host}`,
      `journal replace ${host}`,
      `play present 1.1.0 on ${host}`,
      `journal register ${host}`,
      `register ${host}`,
    ];
    for (const host of fleet.hosts.keys())
      expect(fleet.log.filter((line) => line.endsWith(host))).to.deep.equal(steps(host));
    const second = fleet.log.findIndex((line) => /web-[34]$/.test(line));
    expect(fleet.log.slice(0, second).filter((line) => line.startsWith('register'))).to.have.length(2);
    expect(record).to.deep.include({
      kind: 'fleet',
      status: 'healthy',
      digest: 'sha256:1.1.0',
      facts: { hosts: '4' },
    });
    expect(fleet.serving()).to.equal('web-1,web-2,web-3,web-4');
  });

  it('lets a host serve while another of its batch is still replaced', async () => {
    let release = () => {};
    const slow = new Promise<void>((resolve) => (release = resolve));
    fleet.whilePlaying = async (hosts, state) => {
      if (state === 'present' && hosts.includes('web-1')) await slow;
    };
    const deploying = deploy('1.1.0');
    await fleet.logged('register web-2');
    expect(fleet.log).not.to.include('register web-1');
    expect(fleet.log.filter((line) => line.includes('web-3'))).to.deep.equal([
      'journal fetch web-1,web-2,web-3,web-4',
      'play fetched 1.1.0 on web-1,web-2,web-3,web-4',
    ]);
    release();
    await deploying;
    expect(fleet.serving()).to.equal('web-1,web-2,web-3,web-4');
  });

  it('is not over before every job of its batch is, though one makes it impossible', async () => {
    let release = () => {};
    const slow = new Promise<void>((resolve) => (release = resolve));
    fleet.whilePlaying = async (hosts, state) => {
      if (state !== 'present') return;
      if (hosts.includes('web-2')) throw new StackError('PLAYBOOK_FAILED', 'Ansible did not run deploy.yml');
      await slow;
    };
    const deploying = rejection(deploy('1.1.0'), 'PLAYBOOK_FAILED').then(() => fleet.log.push('over'));
    await fleet.logged('play present 1.1.0 on web-1');
    release();
    await deploying;
    expect(fleet.log.slice(-2)).to.deep.equal(['register web-1', 'over']);
  });

  it('does nothing where all hosts run it healthy, also under another version of the same content', async () => {
    expect((await deploy('1.0.0')).status).to.equal('unchanged');
    expect((await deploy('1.0.1', {}, 'sha256:1.0.0')).status).to.equal('unchanged');
    expect(fleet.log).to.deep.equal([]);
  });

  it('replaces containers whose settings changed, though the image did not', async () => {
    await deploy('1.0.0', { environment: { LOG_LEVEL: 'debug' } });
    expect(fleet.log).to.include('play present 1.0.0 on web-1');
  });

  it('goes on where a killed deploy stopped: does what is left, and registers what drained', async () => {
    const second = new AbortController();
    let plays = 0;
    fleet.onPlay = () => {
      plays += 1;
      if (plays === 4) second.abort(new Error('killed'));
      second.signal.throwIfAborted();
    };
    await fleet
      .target()
      .deploy(fleet.release('1.1.0'), fleet.rollout(second.signal))
      .catch(() => undefined);
    expect(fleet.versions()).to.equal('1.1.0 1.1.0 1.0.0 1.0.0');
    expect(fleet.serving()).to.equal('web-1,web-2');
    fleet.onPlay = () => undefined;
    fleet.log.length = 0;
    await deploy('1.1.0');
    expect(fleet.log.join('; ')).not.to.include('web-1');
    expect(fleet.versions()).to.equal('1.1.0 1.1.0 1.1.0 1.1.0');
    expect(fleet.serving()).to.equal('web-1,web-2,web-3,web-4');
  });

  it('registers hosts that run the release, but were left outside the target group', async () => {
    for (const host of fleet.hosts.values()) host.registered = host.host.name !== 'web-2';
    expect((await deploy('1.0.0')).status).to.equal('unchanged');
    expect(fleet.log).to.deep.equal(['journal register web-2', 'register web-2']);
  });

  it('stops at the first batch that fails, with reasons and log lines, and serves with the old again', async () => {
    fleet.behaviours.set('* 1.1.0', 'crashes');
    const error = await rejection(deploy('1.1.0'), 'DEPLOY_FAILED');
    expect(error.message).to.equal('web-1: the container ended with exit code 3 (and 1 more of 4 hosts)');
    expect(error.evidence).to.deep.equal([
      'web-1: the container ended with exit code 3; back on what ran before, healthy',
      'web-1 | no database',
      'web-2: the container ended with exit code 3; back on what ran before, healthy',
      'web-2 | no database',
    ]);
    expect(fleet.versions()).to.equal('1.0.0 1.0.0 1.0.0 1.0.0');
    expect(fleet.serving()).to.equal('web-1,web-2,web-3,web-4');
  });

  it('brings back a host that falls ill while it is watched', async () => {
    fleet.behaviours.set('web-2 1.1.0', 'falls ill');
    const error = await rejection(deploy('1.1.0'), 'DEPLOY_FAILED');
    expect(error.message).to.equal('web-2: was healthy, then failed 2 times in a row: HTTP 500');
    expect(error.evidence).to.include('web-2 | last words');
    expect(fleet.log).to.include('journal bring back web-2').and.to.include('play restored 1.0.0 on web-2');
    expect(fleet.versions()).to.equal('1.1.0 1.0.0 1.0.0 1.0.0');
    expect(fleet.serving()).to.equal('web-1,web-2,web-3,web-4');
  });

  it('sees a crash between two probes, because the engine started the container again', async () => {
    fleet.behaviours.set('web-1 1.1.0', 'crashes now and then');
    const error = await rejection(deploy('1.1.0'), 'DEPLOY_FAILED');
    expect(error.message).to.equal('web-1: the container ended and was started again 3 times');
    expect(fleet.versions()).to.equal('1.0.0 1.1.0 1.0.0 1.0.0');
  });

  it('goes on past failures that are allowed, and records them', async () => {
    fleet.behaviours.set('web-1 1.1.0', 'crashes');
    const record = await deploy('1.1.0', { 'max-failed': 1 });
    expect(record.status).to.equal('partial');
    expect(record.facts).to.deep.equal({ hosts: '3 of 4' });
    expect(record.hosts?.behind).to.deep.equal([
      { host: 'web-1', version: '1.0.0', cause: 'unhealthy', reason: 'the container ended with exit code 3' },
    ]);
    expect(fleet.versions()).to.equal('1.0.0 1.1.0 1.1.0 1.1.0');
  });

  it('fails though failures are allowed when no host is left', async () => {
    fleet.behaviours.set('* 1.1.0', 'crashes');
    await rejection(deploy('1.1.0', { 'max-failed': 4 }), 'DEPLOY_FAILED');
  });

  it('changes nothing when a host is down before it begins', async () => {
    (fleet.hosts.get('web-4') as { reachable: boolean }).reachable = false;
    const error = await rejection(deploy('1.1.0'), 'DEPLOY_FAILED');
    expect(error.evidence[0]).to.equal(
      'web-4: does not answer on SSH: connection refused; nothing was changed there',
    );
    expect(fleet.log).to.deep.equal([]);
  });

  it('takes no host out of service for an image that cannot be pulled', async () => {
    fleet.behaviours.set('web-3 1.1.0', 'has no image');
    const error = await rejection(deploy('1.1.0'), 'DEPLOY_FAILED');
    expect(error.message).to.equal('web-3: task "Do it": manifest unknown');
    expect(error.evidence[0]).to.include('nothing was changed there');
    expect(fleet.log.join()).not.to.include('drain');
    expect(fleet.versions()).to.equal('1.0.0 1.0.0 1.0.0 1.0.0');
  });

  it('keeps a host that was lost in the middle out of the target group', async () => {
    fleet.behaviours.set('web-2 1.1.0', 'loses the host');
    const error = await rejection(deploy('1.1.0'), 'DEPLOY_FAILED');
    expect(error.evidence).to.include(
      'web-2: task "Do it": Connection closed; it is unknown what runs there now',
    );
    expect(fleet.serving()).to.equal('web-1,web-3,web-4');
  });

  it('leaves and re-registers a host whose playbook failed before the container was touched', async () => {
    fleet.behaviours.set('web-2 1.1.0', 'breaks the playbook');
    const error = await rejection(deploy('1.1.0'), 'DEPLOY_FAILED');
    expect(error.message).to.equal('web-2: task "Do it": the disk is full');
    expect(error.where).to.equal('/p.yml:3');
    expect(error.evidence[0]).to.include('nothing was changed there');
    expect(fleet.serving()).to.equal('web-1,web-2,web-3,web-4');
  });

  it('brings back a host that the load balancer does not serve', async () => {
    fleet.behaviours.set('web-1 1.1.0', 'is not served');
    const error = await rejection(deploy('1.1.0'), 'DEPLOY_FAILED');
    expect(error.message).to.equal('web-1: shop does not send requests to it: its health check fails');
    expect(fleet.versions()).to.equal('1.0.0 1.1.0 1.0.0 1.0.0');
  });

  it('works without a load balancer', async () => {
    await deploy('1.1.0', { 'target-group': undefined });
    expect(fleet.log.filter((line) => !/^(play|journal (fetch|replace))/.test(line))).to.deep.equal([]);
  });

  it('goes back to a snapshot in batches, and once more changes nothing', async () => {
    const target = fleet.target();
    const snapshot = JSON.parse(JSON.stringify(await target.snapshot())) as Record<string, unknown>;
    await deploy('1.1.0');
    fleet.log.length = 0;
    expect(await target.restore(snapshot, fleet.rollout())).to.include({
      status: 'rolled-back',
      digest: 'sha256:1.0.0',
    });
    expect(fleet.log.filter((line) => line.startsWith('play'))).to.deep.equal(
      [1, 2, 3, 4].map((host) => `play restored 1.0.0 on web-${host}`),
    );
    expect(fleet.serving()).to.equal('web-1,web-2,web-3,web-4');
    fleet.log.length = 0;
    await target.restore(snapshot, fleet.rollout());
    expect(fleet.log).to.deep.equal([]);
  });

  it('goes back to nothing where nothing ran, and serves nothing then', async () => {
    fleet = new FakeFleet(2);
    const snapshot = await fleet.target().snapshot();
    expect(snapshot).to.deep.equal({ hosts: { 'web-1': null, 'web-2': null } });
    await deploy('1.0.0');
    await fleet.target().restore(snapshot, fleet.rollout());
    expect(fleet.versions()).to.equal('- -');
    expect(fleet.serving()).to.equal('');
  });

  it('cannot call it going back when a host that may have changed is lost', async () => {
    const target = fleet.target();
    const snapshot = await target.snapshot();
    fleet.behaviours.set('web-3 1.1.0', 'loses the host');
    await rejection(target.deploy(fleet.release('1.1.0'), fleet.rollout()), 'DEPLOY_FAILED');
    const error = await rejection(target.restore(snapshot, fleet.rollout()), 'DEPLOY_FAILED');
    expect(error.message).to.include('web-3: does not answer');
    expect(fleet.versions()).to.match(/^1\.0\.0 1\.0\.0 \S+ 1\.0\.0$/);
  });

  it('goes back though a host is lost that it never touched', async () => {
    const target = fleet.target({ batch: 1 });
    const snapshot = await target.snapshot();
    fleet.behaviours.set('web-1 1.1.0', 'crashes');
    await rejection(target.deploy(fleet.release('1.1.0'), fleet.rollout()), 'DEPLOY_FAILED');
    (fleet.hosts.get('web-4') as { reachable: boolean }).reachable = false;
    expect((await target.restore(snapshot, fleet.rollout())).status).to.equal('rolled-back');
  });

  describe('that another process deployed', () => {
    /** Four hosts, of which the first was replaced; then the last one is lost. */
    const left = async (begun: Rollout['begun']) => {
      const snapshot = await fleet.target().snapshot();
      await fleet.target({ batch: 1, 'max-failed': 0 }).deploy(fleet.release('1.1.0'), fleet.rollout());
      (fleet.hosts.get('web-4') as { reachable: boolean }).reachable = false;
      return fleet
        .target()
        .restore(snapshot, { ...fleet.rollout(), ...(begun === undefined ? {} : { begun }) });
    };
    const replaced = (...hosts: unknown[]) => ({ action: 'replace', data: { hosts } });

    it('goes back though a host is lost that the journal does not name', async () => {
      const begun = [
        { action: 'fetch', data: { hosts: ['web-1', 'web-4'] } },
        replaced('web-1'),
        replaced('web-2'),
      ];
      expect((await left(begun)).status).to.equal('rolled-back');
      expect(fleet.versions()).to.match(/^1\.0\.0 1\.0\.0 1\.0\.0 /);
    });

    it('goes back though a host is lost where the journal has no entry at all', async () => {
      expect((await left([])).status).to.equal('rolled-back');
    });

    for (const [what, begun] of Object.entries({
      'was replaced': [replaced('web-1', 'web-4')],
      'was drained': [{ action: 'drain', data: { hosts: ['web-4'], from: 'web' } }],
      'may stand in an entry that cannot be read': [
        replaced('web-1'),
        { action: 'an entry that cannot be read' },
      ],
      'may stand in an entry of the wrong type': [replaced('web-1', 4)],
    })) {
      it(`does not say that it is back where the lost host ${what}`, async () => {
        await rejection(left(begun), 'DEPLOY_FAILED');
      });
    }
  });

  it('says so where its snapshot is none of a fleet', async () => {
    for (const snapshot of [{}, { hosts: null }, { kind: 'ecs-service' }, { hosts: [] }])
      await rejection(fleet.target().restore(snapshot, fleet.rollout()), 'ROLLBACK_FAILED');
  });

  it('brings a host back although the journal cannot be written', async () => {
    fleet.behaviours.set('web-1 1.1.0', 'falls ill');
    const rollout: Rollout = {
      ...fleet.rollout(),
      journal: async (action) => {
        if (action === 'bring back') throw new Error('the disk is full');
      },
      journalRollback: async () => undefined,
    };
    const target = fleet.target({ batch: 4, 'max-failed': 1 });
    await target.deploy(fleet.release('1.1.0'), rollout).catch(() => undefined);
    expect(fleet.versions()).to.match(/^1\.0\.0 /);
  });

  it('never removes what ran before, though it does not get healthy any more', async () => {
    const target = fleet.target();
    const snapshot = await target.snapshot();
    await deploy('1.1.0');
    for (const name of fleet.hosts.keys()) fleet.behaviours.set(`${name} 1.0.0`, 'never answers');
    await rejection(target.restore(snapshot, fleet.rollout()), 'DEPLOY_FAILED');
    expect(fleet.versions()).to.equal('1.0.0 1.0.0 1.0.0 1.0.0');
  });

  it('tells what runs where', async () => {
    (fleet.hosts.get('web-3') as { reachable: boolean }).reachable = false;
    (fleet.hosts.get('web-4') as { running: unknown }).running = undefined;
    const status = await fleet.target().status();
    expect(status).to.include({ kind: 'fleet', healthy: false });
    expect(status.summary).to.equal(
      'web-1 1.0.0 · web-2 1.0.0 · web-3 unreachable · web-4 nothing (not healthy)',
    );
  });

  it('refuses a release that has no image for it', async () => {
    const error = await rejection(deploy('1.1.0', { image: 'api' }), 'RELEASE_UNKNOWN');
    expect(error.evidence).to.deep.equal(['its images: web']);
  });
});
