import { expect } from 'chai';
import type { TargetSnapshot } from '../../../runner/src/domain/records.js';
import type { Target } from '../../../runner/src/context/target.js';
import type { Deployment } from '../../support/deployment.js';
import { fleet, fleetApps, HOSTS, rollout } from '../../support/fleetFixture.js';
import { rejection } from '../../support/rejection.js';

describe('deploying to a real fleet', function () {
  this.timeout(300_000);
  const digests = { one: '', two: '', crashing: '', late: '', unhealthy: '' };
  let deployment: Deployment;
  let target: Target;
  const versions = async () => (await target.status()).summary;
  const all = (version: string) => HOSTS.map((host) => `${host} ${version}`).join(' · ');

  before(async () => {
    await fleet.provisioned();
    digests.one = await fleet.image(fleetApps.good);
    digests.two = await fleet.image(fleetApps.good);
    digests.crashing = await fleet.image(fleetApps.crashing);
    digests.late = await fleet.image(fleetApps.crashingLater);
    digests.unhealthy = await fleet.image(fleetApps.unhealthy);
    deployment = await fleet.deployment({}, { environment: { GREETING: 'it is "$1.0.0"' } });
    target = await fleet.target(deployment);
  });
  after(() => deployment.remove());

  it('brings a release to every host, in batches of half of them, and says so as it goes', async () => {
    await target.restore({ hosts: Object.fromEntries(HOSTS.map((host) => [host, null])) }, rollout());
    expect((await target.status()).healthy).to.equal(false);
    deployment.events.length = 0;
    const journal: string[] = [];
    const record = await target.deploy(
      fleet.release('1.0.0', digests.one),
      rollout({ journal, context: deployment.context }),
    );
    expect(record).to.include({ kind: 'fleet', status: 'healthy', digest: digests.one });
    expect(record.facts).to.deep.equal({ hosts: '4' });
    expect(await versions()).to.equal(all('1.0.0'));
    expect(journal[0]).to.equal(`fetch ${HOSTS.join()}`);
    // The hosts of a batch do not wait for each other.
    const [first, second] = [journal.slice(1, 3), journal.slice(3)].map((batch) => [...batch].sort());
    expect(first).to.deep.equal(['replace test-fleet-0', 'replace test-fleet-1']);
    expect(second).to.deep.equal(['replace test-fleet-2', 'replace test-fleet-3']);
    const phases = deployment.events.flatMap((event) =>
      event.type === 'stage.progress' && event.subject === 'test-fleet-3' ? [event.phase] : [],
    );
    expect(phases).to.deep.equal(['pull', 'replace', 'watch', 'healthy']);
  });

  it('gives the container its environment exactly, and keeps its values out of argv and the journal', async () => {
    const inspected = await fleet.inside('test-fleet-0', 'docker', 'inspect', 'shop-web');
    expect(inspected).to.include(JSON.stringify('GREETING=it is "$1.0.0"'));
    expect(inspected).to.include('"Name": "unless-stopped"').and.to.include('"Init": true');
    const journal = await fleet.inside('test-fleet-0', 'journalctl', '--no-pager', '--output', 'cat');
    expect(journal).not.to.include('it is "$1.0.0"');
  });

  it('does nothing, and starts no Ansible, where every host runs the release already', async () => {
    deployment.events.length = 0;
    const journal: string[] = [];
    const record = await target.deploy(
      fleet.release('1.0.0', digests.one),
      rollout({ journal, context: deployment.context }),
    );
    expect(record.status).to.equal('unchanged');
    expect(journal).to.deep.equal([]);
    // All that is told is which hosts it is about.
    expect(deployment.events.map(({ type }) => type)).to.deep.equal(['stage.fact']);
    expect(deployment.events[0]).to.deep.include({ name: 'hosts of web', value: HOSTS.join(', ') });
  });

  it('touches nothing where the image is not in the registry', async () => {
    const journal: string[] = [];
    const missing = fleet.release('1.0.1', `sha256:${'0'.repeat(64)}`);
    const error = await rejection(target.deploy(missing, rollout({ journal })), 'DEPLOY_FAILED');
    expect(error.message).to.include('task "Pull the image by its digest"');
    expect(error.evidence.join('\n')).to.match(/manifest.*(unknown|not found)/i);
    expect(journal).to.deep.equal([`fetch ${HOSTS.join()}`]);
    expect(await versions()).to.equal(all('1.0.0'));
  });

  for (const [name, reason] of [
    ['crashing', /the container ended with exit code 3/],
    ['unhealthy', /not healthy after 8 s \(health\.timeout\): \/health answers: HTTP 404/],
    ['late', /the container ended and was started again once|was healthy, then failed 2 times in a row/],
  ] as const) {
    it(`rolls a ${name} image back on every host that got it, with the reason and the last log lines`, async () => {
      const probing = await fleet.deployment(
        {},
        { environment: { GREETING: 'it is "$1.0.0"' }, health: bakedHealth(name) },
      );
      try {
        const watched = await fleet.target(probing);
        const error = await rejection(
          watched.deploy(fleet.release('1.1.0', digests[name]), rollout()),
          'DEPLOY_FAILED',
        );
        expect(error.message).to.match(reason);
        expect(error.evidence.join('\n')).to.match(
          /DATABASE_URL is not set|cannot open the store|lost the database/,
        );
        for (const host of ['test-fleet-0', 'test-fleet-1']) {
          expect(error.evidence.join('\n')).to.match(
            new RegExp(`${host}: .*back on what ran before, healthy`),
          );
        }
        expect(await versions()).to.equal(all('1.0.0'));
      } finally {
        probing.remove();
      }
    });
  }

  it('goes back to a snapshot by the containers that were set aside', async () => {
    const snapshot = await target.snapshot();
    await target.deploy(fleet.release('1.2.0', digests.two), rollout());
    expect(await versions()).to.equal(all('1.2.0'));
    const before = await fleet.inside(
      'test-fleet-0',
      'docker',
      'inspect',
      '--format',
      '{{.Id}}',
      'shop-web-previous',
    );
    const record = await target.restore(JSON.parse(JSON.stringify(snapshot)) as TargetSnapshot, rollout());
    expect(record).to.include({ status: 'rolled-back', digest: digests.one });
    expect(await versions()).to.equal(all('1.0.0'));
    const now = await fleet.inside('test-fleet-0', 'docker', 'inspect', '--format', '{{.Id}}', 'shop-web');
    expect(now).to.equal(before);
    expect(await fleet.inside('test-fleet-0', 'docker', 'ps', '--all', '--format', '{{.Names}}')).to.equal(
      'shop-web',
    );
  });

  it('goes back by the image where the container itself is gone', async () => {
    const snapshot = await target.snapshot();
    await target.deploy(fleet.release('1.2.0', digests.two), rollout());
    await fleet.inside('test-fleet-0', 'docker', 'rm', 'shop-web-previous');
    await target.restore(snapshot, rollout());
    expect(await versions()).to.equal(all('1.0.0'));
  });

  it('survives as many failed hosts as allowed, and leaves those on what they ran', async () => {
    const lenient = await fleet.deployment(
      {},
      { 'max-failed': 1, vars: { app_container_options: ['--volume=/etc/hostname:/host:ro'] } },
    );
    try {
      const tolerant = await fleet.target(lenient);
      const picky = await fleet.image(`grep -q test-fleet-1 /host && exit 9; ${fleetApps.good}`);
      const record = await tolerant.deploy(fleet.release('1.3.0', picky), rollout());
      expect(record.status).to.equal('partial');
      expect(record.facts?.['hosts']).to.equal('3 of 4');
      expect(record.hosts?.behind).to.deep.equal([
        {
          host: 'test-fleet-1',
          version: '1.0.0',
          cause: 'unhealthy',
          reason: 'the container ended with exit code 9',
        },
      ]);
      expect(await versions()).to.equal(
        all('1.3.0').replace('test-fleet-1 1.3.0', 'test-fleet-1 1.0.0 (not healthy)'),
      );
    } finally {
      lenient.remove();
    }
  });
});

function bakedHealth(name: string): Record<string, unknown> {
  const window = name === 'late' ? '8s' : '1s';
  return { path: '/health', for: window, interval: '500ms', timeout: '8s' };
}
