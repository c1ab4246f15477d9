import { expect } from 'chai';
import type { Target } from '../../../runner/src/context/target.js';
import type { ReleaseRecord } from '../../../runner/src/domain/records.js';
import type { Deployment } from '../../support/deployment.js';
import { directories, DIRECTORY_HOSTS as HOSTS } from '../../support/directoryFixture.js';
import { fleet, killDuring, rollout } from '../../support/fleetFixture.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

const [FIRST = ''] = HOSTS;

describe('a real fleet that runs releases from directories', function () {
  this.timeout(300_000);
  const { root } = directories;
  let deployment: Deployment;
  let target: Target;
  let first: ReleaseRecord;
  const versions = async () => (await target.status()).summary;
  const all = (version: string) => HOSTS.map((host) => `${host} ${version}`).join(' · ');
  const on = (...argv: string[]) => fleet.inside(FIRST, ...argv);
  const current = () => on('readlink', '--canonicalize', `${root}/current`);

  before(async () => {
    await directories.up();
    await directories.clear();
    deployment = await directories.deployment({ environment: { GREETING: "it's ${release:version}" } });
    target = await fleet.target(deployment);
    first = await directories.release('1.0.0');
  });
  after(async () => {
    deployment.remove();
    await directories.clear();
    directories.close();
  });

  it('brings a release to every host and switches to it, batch by batch', async () => {
    expect((await target.status()).healthy).to.equal(false);
    const journal: string[] = [];
    const record = await target.deploy(first, rollout({ journal }));
    expect(record).to.include({ kind: 'fleet', status: 'healthy' });
    expect(journal[0]).to.equal(`fetch ${HOSTS.join()}`);
    expect(journal.slice(1)).to.deep.equal(HOSTS.map((host) => `replace ${host}`));
    expect(await target.status()).to.include({ healthy: true, summary: all('1.0.0') });
    expect(await directories.answer(FIRST)).to.equal("1.0.0 it's 1.0.0");
    expect(await on('stat', '--format', '%U %a', `${root}/current/server.py`)).to.equal('root 644');
    expect(await on('stat', '--format', '%U:%G %a', `${root}/current/.env`)).to.equal('root:www-data 640');
    expect(await on('journalctl', '--no-pager', '--output', 'cat')).not.to.include("it's 1.0.0");
  });

  it('does nothing where every host runs the release already', async () => {
    const journal: string[] = [];
    expect((await target.deploy(first, rollout({ journal }))).status).to.equal('unchanged');
    expect(journal).to.deep.equal([]);
  });

  it('lists what runs, and restarts it by its unit', async () => {
    const operations = await target.operations?.();
    const { signal } = new AbortController();
    const pid = () => on('systemctl', 'show', '--property', 'MainPID', '--value', 'shop.service');
    const before = await pid();
    const [task] = (await operations?.tasks(signal)) ?? [];
    expect(task).to.include({ id: FIRST, version: '1.0.0', status: 'running', health: 'healthy' });
    expect(task?.startedAt).to.match(/^20\d\d-/);
    const record = await operations?.restart?.({ stage: stageOf('restart:staging'), signal });
    expect(record).to.include({ status: 'healthy' });
    expect(await pid()).not.to.equal(before);
    expect(operations?.cannot).to.have.keys('logs', 'exec', 'task', 'scale');
  });

  it('goes back by the switch alone, and keeps what releases share', async () => {
    const snapshot = await target.snapshot();
    const before = await current();
    await target.deploy(await directories.release('1.1.0'), rollout());
    expect(await versions()).to.equal(all('1.1.0'));
    const made = await on('stat', '--format', '%i %W', before);
    await target.restore(snapshot, rollout());
    expect(await current()).to.equal(before);
    expect(await on('stat', '--format', '%i %W', before)).to.equal(made);
    expect(await versions()).to.equal(all('1.0.0'));
    expect((await on('cat', `${root}/shared/data/starts`)).split('\n')).to.include.members([
      '1.0.0',
      '1.1.0',
    ]);
  });

  it('switches back where the new release crashes or stays unhealthy, and shows its last words', async () => {
    const before = await current();
    const crash = await rejection(
      target.deploy(await directories.release('1.2.0', 'crashing'), rollout()),
      'DEPLOY_FAILED',
    );
    expect(crash.message).to.match(/^test-fleet-0: the unit shop\.service failed/);
    expect(crash.evidence.join('\n'))
      .to.include('DATABASE_URL is not set')
      .and.to.include('back on what ran before');
    const ill = await rejection(
      target.deploy(await directories.release('1.2.0', 'unhealthy'), rollout()),
      'DEPLOY_FAILED',
    );
    expect(ill.message).to.match(/not healthy after 8 s .*HTTP 500/);
    expect(await current()).to.equal(before);
    expect(await target.status()).to.include({ healthy: true, summary: all('1.0.0') });
    expect(await on('find', root, '-maxdepth', '1', '-name', 'next')).to.equal('');
  });

  it('keeps so many releases, and never removes the one in use', async () => {
    const used = (await current()).replace(/.*\//, '');
    for (const version of ['1.3.0', '1.3.1']) {
      await rejection(
        target.deploy(await directories.release(version, 'crashing'), rollout()),
        'DEPLOY_FAILED',
      );
      const kept = await directories.kept(FIRST);
      expect(kept.length).to.be.at.most(3);
      expect(kept).to.include(used);
    }
  });

  it('is made whole after SIGKILL while hosts switch, and what the killed run left is used or gone', async () => {
    const release = await directories.release('1.4.0');
    await killDuring(deployment, release, FIRST, 'switch');
    const journal: string[] = [];
    expect((await target.deploy(release, rollout({ journal }))).status).to.equal('healthy');
    expect(await versions()).to.equal(all('1.4.0'));
    for (const host of HOSTS)
      expect(await fleet.inside(host, 'find', root, '-name', 'next', '-o', '-name', '*.tar.gz')).to.equal('');
  });

  it('redoes a release that an earlier run left half unpacked', async () => {
    const release = await directories.release('1.5.0');
    await target.deploy(release, rollout());
    const half = await current();
    await target.deploy(await directories.release('1.5.1'), rollout());
    await on('rm', `${half}.json`, `${half}/server.py`);
    await target.deploy(release, rollout());
    expect(await versions()).to.equal(all('1.5.0'));
    expect(await on('ls', `${half}/server.py`)).to.equal(`${half}/server.py`);
  });

  it('migrates once, in the release and before any host is switched, and touches none where that fails', async () => {
    const migrating = async (script: string) => {
      const migrate = { command: ['sh', '-c', script], timeout: '30s' };
      const environment = { GREETING: "it's ${release:version}" };
      const made = await directories.deployment({ migrate, environment });
      try {
        return await (await fleet.target(made)).deploy(await directories.release('1.6.0'), rollout());
      } finally {
        made.remove();
      }
    };
    const before = await versions();
    const failed = await rejection(migrating('echo "no such table"; exit 3'), 'MIGRATION_FAILED');
    expect(failed.message).to.include('exited with code 3');
    expect(failed.evidence.join('\n')).to.include('no such table');
    expect(await versions()).to.equal(before);
    const script = [
      'test "$(readlink /srv/shop-web/current)" != "releases/$(basename "$PWD")"',
      'echo "$GREETING as $(id -un)" >> data/migrated',
    ].join(' && ');
    const { facts } = await migrating(script);
    expect(facts?.['migration']).to.match(/^shop-web-migrate-[0-9a-f]{8} on test-fleet-0$/);
    expect(await on('cat', `${root}/shared/data/migrated`)).to.equal("it's 1.6.0 as www-data");
    const [, second = ''] = HOSTS;
    expect(await fleet.inside(second, 'ls', `${root}/shared/data`)).not.to.include('migrated');
    expect(await versions()).to.equal(all('1.6.0'));
  });

  it('goes back to nothing where nothing ran', async () => {
    await target.restore({ hosts: Object.fromEntries(HOSTS.map((host) => [host, null])) }, rollout());
    expect((await target.status()).summary).to.include(`${FIRST} nothing`);
    expect(await on('systemctl', 'is-active', 'shop.service').catch(() => 'inactive')).to.equal('inactive');
  });
});
