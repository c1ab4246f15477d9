import { expect } from 'chai';
import type { DeploymentKind, TargetRecord } from '../../../../../runner/src/domain/records.js';
import { FakeFleet } from '../../../../support/fakeFleet.js';
import { rejection } from '../../../../support/rejection.js';

const LENIENT = { 'max-failed': 1 };

describe('a fleet that may leave hosts behind', () => {
  let fleet: FakeFleet;
  /** What the ledger would say. */
  let known: { version: string; target?: TargetRecord } | undefined;

  const rollout = (kind: DeploymentKind = 'deploy') => ({ ...fleet.rollout(), kind, known });
  const deploy = async (version: string, settings: object = LENIENT, kind: DeploymentKind = 'deploy') => {
    const record = await fleet.target({ ...settings }).deploy(fleet.release(version), rollout(kind));
    known = { version, target: record };
    return record;
  };
  const catchUp = (version = known?.version ?? '') => deploy(version, {}, 'catch-up');
  const host = (name: string) => fleet.hosts.get(name) as { reachable: boolean; registered: boolean };
  const lose = (name: string) => (host(name).reachable = false);
  const find = (name: string) => (host(name).reachable = true);

  beforeEach(async () => {
    fleet = new FakeFleet(3);
    known = undefined;
    await deploy('1.0.0');
    fleet.log.length = 0;
  });

  it('tells which host is behind, on which version and why, and keeps it out of the target group', async () => {
    lose('web-1');
    const record = await deploy('1.1.0');
    expect(record).to.deep.include({ status: 'partial', digest: 'sha256:1.1.0' });
    expect(record.hosts).to.deep.equal({
      total: 3,
      behind: [
        {
          host: 'web-1',
          version: '1.0.0',
          cause: 'unreachable',
          reason: 'web-1 does not answer on SSH: connection refused',
          words: 'does not answer on SSH: connection refused',
        },
      ],
    });
    expect(fleet.log).to.include('journal keep out web-1').and.to.include('drain web-1');
    expect(fleet.serving()).to.equal('web-2,web-3');
  });

  for (const [behaviour, cause, version] of [
    ['crashes', 'unhealthy', '1.0.0'],
    ['has no image', 'image', '1.0.0'],
    ['breaks the playbook', 'playbook', '1.0.0'],
    ['loses the host', 'unreachable', '1.0.0'],
    ['skips its tasks', 'not-replaced', '1.0.0'],
    ['is left out', 'not-replaced', '1.0.0'],
    ['falls ill', 'unhealthy', '1.0.0'],
    ['is not served', 'not-served', '1.0.0'],
  ] as const) {
    it(`keeps a host out where the release ${behaviour}`, async () => {
      fleet.behaviours.set('web-2 1.1.0', behaviour);
      const record = await deploy('1.1.0');
      expect(record.status).to.equal('partial');
      expect(record.hosts?.behind.map((one) => [one.host, one.cause, one.version])).to.deep.equal([
        ['web-2', cause, version],
      ]);
      expect(fleet.serving()).to.equal('web-1,web-3');
    });
  }

  it('is partial still where the same release comes again and the host is still away', async () => {
    lose('web-1');
    await deploy('1.1.0');
    const again = await deploy('1.1.0');
    expect(again.status).to.equal('partial');
    expect(again.hosts?.behind.map((one) => one.version)).to.deep.equal(['1.0.0']);
    expect(fleet.serving()).to.equal('web-2,web-3');
  });

  it('brings a host that came back forward when the same release comes again', async () => {
    lose('web-1');
    await deploy('1.1.0');
    find('web-1');
    expect((await deploy('1.1.0')).status).to.equal('healthy');
    expect(fleet.versions()).to.equal('1.1.0 1.1.0 1.1.0');
    expect(fleet.serving()).to.equal('web-1,web-2,web-3');
  });

  it('catches up: the hosts that are behind, and no other', async () => {
    lose('web-1');
    await deploy('1.1.0');
    find('web-1');
    fleet.log.length = 0;
    const record = await catchUp();
    expect(record).to.deep.include({ status: 'healthy', hosts: { total: 3, behind: [] } });
    expect(fleet.log.join(' ')).not.to.match(/web-[23]/);
    expect(fleet.log).to.include('play present 1.1.0 on web-1').and.to.include('register web-1');
    expect(fleet.serving()).to.equal('web-1,web-2,web-3');
  });

  it('puts a host into service that runs the release already, without replacing it', async () => {
    lose('web-1');
    await deploy('1.1.0');
    // A rollback brings the others back to what it runs; it is away still.
    await deploy('1.0.0', LENIENT, 'rollback');
    expect(known?.target?.status).to.equal('partial');
    expect(fleet.serving()).to.equal('web-2,web-3');
    find('web-1');
    fleet.log.length = 0;
    expect((await catchUp()).status).to.equal('unchanged');
    expect(fleet.log).to.deep.equal(['journal register web-1', 'register web-1']);
  });

  it('serves with a host that was behind as soon as a rollback brings the others to what it runs', async () => {
    fleet.behaviours.set('web-2 1.1.0', 'crashes');
    await deploy('1.1.0');
    expect(fleet.serving()).to.equal('web-1,web-3');
    const record = await deploy('1.0.0', LENIENT, 'rollback');
    expect(record.status).to.equal('healthy');
    expect(fleet.serving()).to.equal('web-1,web-2,web-3');
  });

  it('takes nothing from the others where a host cannot catch up, whatever max-failed says', async () => {
    lose('web-1');
    await deploy('1.1.0');
    const record = await catchUp();
    expect(record.status).to.equal('partial');
    expect(record.hosts?.behind.map((one) => one.host)).to.deep.equal(['web-1']);
    find('web-1');
    fleet.behaviours.set('web-1 1.1.0', 'crashes');
    expect((await catchUp()).hosts?.behind.map((one) => one.cause)).to.deep.equal(['unhealthy']);
    expect(fleet.versions()).to.equal('1.0.0 1.1.0 1.1.0');
    expect(fleet.serving()).to.equal('web-2,web-3');
  });

  it('does not catch up to other settings than the others have', async () => {
    lose('web-1');
    await deploy('1.1.0');
    find('web-1');
    fleet.log.length = 0;
    const error = await rejection(
      fleet.target({ environment: { LOG: 'debug' } }).deploy(fleet.release('1.1.0'), rollout('catch-up')),
      'CONFIG_INVALID',
    );
    expect(error.next).to.include('deploy --env staging --release 1.1.0');
    expect(fleet.log).to.deep.equal([]);
  });

  it('looks for who is behind: away, on another version, new, or back and out of service', async () => {
    const target = fleet.target();
    const behind = async () =>
      ((await target.behind(fleet.release('1.1.0'), known)) ?? []).map((one) => `${one.host} ${one.version}`);
    lose('web-1');
    await deploy('1.1.0');
    expect(await behind()).to.deep.equal(['web-1 1.0.0']);
    find('web-1');
    expect(await behind()).to.deep.equal(['web-1 1.0.0']);
    (fleet.hosts.get('web-3') as { running: unknown }).running = undefined;
    expect(await behind()).to.deep.equal(['web-1 1.0.0', 'web-3 null']);
    await catchUp();
    expect(await behind()).to.deep.equal([]);
  });

  it('goes back from the next release to where each host was, and lets no host serve that was behind', async () => {
    fleet.behaviours.set('web-1 1.1.0', 'crashes');
    await deploy('1.1.0');
    const target = fleet.target();
    const snapshot = JSON.parse(JSON.stringify(await target.snapshot(known))) as Record<string, unknown>;
    fleet.behaviours.set('web-3 1.2.0', 'crashes');
    await rejection(target.deploy(fleet.release('1.2.0'), rollout()), 'DEPLOY_FAILED');
    await target.restore(snapshot, rollout('rollback'));
    expect(fleet.versions()).to.equal('1.0.0 1.1.0 1.1.0');
    expect(fleet.serving()).to.equal('web-2,web-3');
  });

  it('lets a host that is away serve again where the deploy that took it out is undone', async () => {
    const target = fleet.target(LENIENT);
    const snapshot = await target.snapshot(known);
    lose('web-1');
    await target.deploy(fleet.release('1.1.0'), rollout());
    expect(fleet.serving()).to.equal('web-2,web-3');
    const before = { ...snapshot, hosts: { ...(snapshot['hosts'] as object), 'web-1': 'unreachable' } };
    await target.restore(before, rollout('rollback'));
    expect(fleet.serving()).to.equal('web-1,web-2,web-3');
  });

  it('does not wait, while it undoes, for a host that was away before the deploy began', async () => {
    const target = fleet.target(LENIENT);
    lose('web-1');
    const snapshot = await target.snapshot(known);
    await target.deploy(fleet.release('1.1.0'), rollout());
    fleet.asked.splice(0);
    await target.restore(snapshot, rollout('rollback'));
    expect([...new Set(fleet.asked)].sort()).to.deep.equal(['web-2', 'web-3']);
  });
});
