import { spawn } from 'node:child_process';
import { expect } from 'chai';
import type { Target } from '../../../runner/src/context/target.js';
import { deployRelease } from '../../../runner/src/delivery/deploy.js';
import type { ReleaseRecord } from '../../../runner/src/domain/records.js';
import type { Deployment } from '../../support/deployment.js';
import { directories, DIRECTORY_HOSTS } from '../../support/directoryFixture.js';
import { fleet, rollout } from '../../support/fleetFixture.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

const [FIRST = '', SECOND = ''] = DIRECTORY_HOSTS;

describe('a real fleet that runs releases from directories, when things go wrong', function () {
  this.timeout(300_000);
  const { root } = directories;
  let deployment: Deployment;
  let target: Target;
  const all = (version: string) => DIRECTORY_HOSTS.map((host) => `${host} ${version}`).join(' · ');
  const live = () => target.status();

  before(async () => {
    await directories.up();
    await directories.clear();
    deployment = await directories.deployment({ batch: '100%' });
    target = await fleet.target(deployment);
    await target.deploy(await directories.release('2.0.0'), rollout());
  });
  after(async () => {
    deployment.remove();
    await directories.clear();
  });

  /** Runs a script inside a host, which goes on without us. */
  const meanwhile = (host: string, script: string): void => {
    const child = spawn('docker', ['exec', fleet.container(host), 'sh', '-c', script], { stdio: 'ignore' });
    child.unref();
  };
  /** Deploys, and does something to a host as soon as it is being replaced. */
  const deployWhile = async (version: string, host: string, script: string) =>
    target.deploy(
      await directories.release(version),
      rollout({ onJournal: (line) => void (line === `replace ${host}` && meanwhile(host, script)) }),
    );

  it('changes nothing where another object stands in the place of the artifact', async () => {
    const release = await directories.release('2.1.0');
    const { key } = release.artifacts?.['app'] ?? { key: '' };
    await directories.put(key, Buffer.from('something else'));
    const journal: string[] = [];
    await rejection(target.deploy(release, rollout({ journal })), 'ARTIFACT_CHANGED');
    expect(journal.filter((line) => !line.startsWith('fetch'))).to.deep.equal([]);
    expect(await live()).to.include({ healthy: true, summary: all('2.0.0') });
  });

  it('changes nothing where a host has no such user', async () => {
    const other = await directories.deployment({ owner: 'nobody-here' });
    try {
      const deploying = (await fleet.target(other)).deploy(await directories.release('2.1.1'), rollout());
      const error = await rejection(deploying, 'DEPLOY_FAILED');
      expect(error.message).to.include('there is no user nobody-here on this host');
      expect(await live()).to.include({ healthy: true, summary: all('2.0.0') });
    } finally {
      other.remove();
    }
  });

  it('changes nothing where the disk of a host is full, and leaves nothing there', async () => {
    const big = { 'big.txt': '0'.repeat(30_000_000) };
    const release = await directories.release('2.2.0', 'good', big);
    // What is there stays there: the disk is put over a copy of it.
    const fill = [
      `cp -a ${root}/releases /tmp/releases`,
      `mount -t tmpfs -o size=8m,mode=755 tmpfs ${root}/releases`,
      `cp -a /tmp/releases/. ${root}/releases`,
    ];
    await fleet.inside(SECOND, 'sh', '-c', fill.join(' && '));
    const before = await directories.kept(SECOND);
    try {
      const error = await rejection(target.deploy(release, rollout()), 'DEPLOY_FAILED');
      expect(error.message).to.match(new RegExp(`^${SECOND}: .*No space left on device`));
      expect(error.evidence.join('\n')).to.include('nothing was changed there');
      expect(await live()).to.include({ healthy: true, summary: all('2.0.0') });
      expect(await directories.kept(SECOND)).to.deep.equal(before);
      const left = await fleet.inside(SECOND, 'ls', `${root}/releases`);
      expect(left.split('\n')).to.have.length(2 * before.length);
    } finally {
      await fleet.inside(SECOND, 'umount', `${root}/releases`);
    }
    await target.deploy(release, rollout());
    expect(await live()).to.include({ healthy: true, summary: all('2.2.0') });
  });

  it('goes on where sshd of a host restarts and ends all its sessions', async () => {
    const script = 'systemctl stop ssh; pkill -f "sshd[:] deploy"; sleep 4; systemctl start ssh';
    expect((await deployWhile('2.3.0', FIRST, script)).status).to.equal('healthy');
    expect(await live()).to.include({ healthy: true, summary: all('2.3.0') });
  });

  it('goes on where the network between this machine and a host is lost for 20 s', async () => {
    const rule = 'INPUT -p tcp --dport 22 -j DROP';
    const script = `iptables -I ${rule}; sleep 20; iptables -D ${rule}`;
    const begun = Date.now();
    expect((await deployWhile('2.4.0', FIRST, script)).status).to.equal('healthy');
    expect(Date.now() - begun).to.be.greaterThan(18_000);
    expect(await live()).to.include({ healthy: true, summary: all('2.4.0') });
  });

  it('lets one of two runs at once deploy, and tells the other who does', async () => {
    const releases = await Promise.all(['2.5.0', '2.5.1'].map((version) => directories.release(version)));
    const { ledger } = await deployment.context.state();
    for (const release of releases) await ledger.putRelease(release);
    const run = async (release: ReleaseRecord) => {
      const { context } = await deployment.again(fleet.env);
      const environment = await context.environment('staging');
      return deployRelease(context, {
        environment,
        release,
        kind: 'deploy',
        stage: stageOf('deploy:staging'),
      });
    };
    const ends = await Promise.allSettled(releases.map(run));
    const won = ends.findIndex(({ status }) => status === 'fulfilled');
    const lost = ends[1 - won];
    expect(lost).to.include({ status: 'rejected' });
    expect(lost?.status === 'rejected' ? lost.reason : undefined).to.include({ code: 'LOCKED' });
    expect(await live()).to.include({ healthy: true, summary: all(releases[won]?.version ?? '') });
  });
});
