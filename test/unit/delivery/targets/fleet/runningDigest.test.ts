import { expect } from 'chai';
import { parseContent, type Container } from '../../../../../runner/src/delivery/targets/fleet/containers.js';
import { missingProof, proofOf } from '../../../../../runner/src/delivery/targets/fleet/runningDigest.js';
import { judgeHosts, type HostStatus } from '../../../../../runner/src/delivery/targets/fleet/fleetStatus.js';
import { FakeFleet, type Behaviour } from '../../../../support/fakeFleet.js';
import { rejection } from '../../../../support/rejection.js';

const container = (more: Partial<Container> = {}): Container => ({
  image: 'r/web@sha256:a',
  state: 'running',
  definition: 'd1',
  digest: 'sha256:a',
  version: '1.0.0',
  content: ['sha256:a'],
  ...more,
});

describe('what a host has to prove', () => {
  const proof = { digests: ['sha256:a'], definition: 'd1' };

  for (const [name, found, reason] of [
    ['nothing', {}, 'it does not run there'],
    ['a stopped container', { current: container({ state: 'exited' }) }, 'it is exited'],
    ['a container on probation beside it', { current: container(), candidate: container() }, /cut off/],
    [
      'another image under the right labels',
      { current: container({ content: ['sha256:b'] }) },
      /it runs sha256:b/,
    ],
    ['an image without a known digest', { current: container({ content: [] }) }, /without a known digest/],
    ['other settings', { current: container({ definition: 'd2' }) }, /other settings/],
  ] as const) {
    it(`is not proven by ${name}`, () => {
      expect(missingProof(found, proof)).to.match(new RegExp(reason));
    });
  }

  it('is proven by the image that the engine names, also where a playbook of one’s own writes no labels', () => {
    expect(missingProof({ current: container() }, proof)).to.equal(undefined);
    expect(missingProof({ current: container({ definition: '', digest: '', version: '' }) }, proof)).to.equal(
      undefined,
    );
  });

  it('is nothing where nothing is meant to run', () => {
    expect(missingProof({}, undefined)).to.equal(undefined);
    expect(missingProof({ current: container() }, undefined)).to.equal('something runs there');
  });

  it('is what ran before for a host that goes back, by its label only where nothing else was recorded', () => {
    expect(proofOf(container({ content: ['sha256:b'] })).digests).to.deep.equal(['sha256:b']);
    const { content: _, ...old } = container();
    expect(proofOf(old).digests).to.deep.equal(['sha256:a']);
  });

  it('is read from the engine: containers by name, images by id', () => {
    const content = parseContent(
      '/shop-web|sha256:1\n/shop-web-previous|sha256:2\n',
      'sha256:1|r/web@sha256:a mirror/web@sha256:a \nsha256:2|\n',
    );
    expect([...content]).to.deep.equal([
      ['shop-web', ['sha256:a']],
      ['shop-web-previous', []],
    ]);
  });
});

describe('a playbook that ends well and does not do what was asked', () => {
  let fleet: FakeFleet;
  const deploy = (version: string, settings = {}) =>
    fleet.target(settings).deploy(fleet.release(version), fleet.rollout());

  beforeEach(async () => {
    fleet = new FakeFleet();
    await deploy('1.0.0');
  });

  for (const [behaviour, reason] of [
    ['is left out', /^web-1: no play worked on it/],
    ['skips its tasks', /^web-1: the playbook succeeded, but it runs sha256:1\.0\.0, not sha256:1\.1\.0/],
    ['brings another image', /^web-1: the playbook succeeded, but it runs sha256:pinned, not sha256:1\.1\.0/],
    [
      'keeps the settings',
      /^web-1: the playbook succeeded, but it runs the right release with other settings/,
    ],
  ] as [Behaviour, RegExp][]) {
    it(`is a failure of every host where it ${behaviour}, which then serves what ran before`, async () => {
      fleet.behaviours.set('* 1.1.0', behaviour);
      const error = await rejection(deploy('1.1.0'), 'DEPLOY_FAILED');
      expect(error.message).to.match(reason);
      expect(fleet.versions()).to.equal('1.0.0 1.0.0 1.0.0 1.0.0');
      expect(fleet.serving()).to.equal('web-1,web-2,web-3,web-4');
    });
  }

  it('is a failure of one host where it works on part of the batch only', async () => {
    fleet.behaviours.set('web-2 1.1.0', 'is left out');
    const error = await rejection(deploy('1.1.0'), 'DEPLOY_FAILED');
    expect(error.message).to.equal('web-2: no play worked on it');
    expect(error.evidence[0]).to.include('nothing was changed there');
  });

  it('is never called a way back', async () => {
    const target = fleet.target();
    const snapshot = await target.snapshot();
    await deploy('1.1.0');
    fleet.behaviours.set('* 1.0.0', 'skips its tasks');
    const error = await rejection(target.restore(snapshot, fleet.rollout()), 'DEPLOY_FAILED');
    expect(error.message).to.match(/it runs sha256:1\.1\.0, not sha256:1\.0\.0/);
    expect(error.evidence.join()).to.include('the playbook did not restore what ran before');
  });

  it('is not called unchanged by the labels alone', async () => {
    for (const host of fleet.hosts.values()) {
      if (host.running !== undefined) host.running = { ...host.running, content: ['sha256:by hand'] };
    }
    expect((await deploy('1.0.0')).status).to.equal('healthy');
    expect(fleet.log.filter((line) => line.startsWith('play present 1.0.0'))).to.have.length(8);
  });
});

describe('the health of a fleet', () => {
  const host = (name: string, more: Partial<HostStatus> = {}): HostStatus => ({
    host: name,
    version: '1.0.0',
    digest: 'sha256:a',
    definition: 'd1',
    healthy: true,
    ...more,
  });
  const ledger = { version: '1.0.0', digest: 'sha256:a' };
  const newer = { version: '1.1.0', digest: 'sha256:b', definition: 'd2' };

  it('is there where every host runs what the ledger says, whatever name the content had before', () => {
    const status = judgeHosts([host('a'), host('b', { version: '0.9.0' })], ledger);
    expect(status).to.include({ healthy: true, digest: 'sha256:a', summary: 'a 1.0.0 · b 1.0.0' });
  });

  for (const [name, hosts, expected, summary] of [
    ['two versions run', [host('a'), host('b', newer)], ledger, 'a 1.0.0 · b 1.1.0 (not healthy)'],
    [
      'two versions run and the ledger is empty',
      [host('a'), host('b', newer)],
      undefined,
      /b 1\.1\.0.*not healthy/,
    ],
    ['all run another version', [host('a', newer), host('b', newer)], ledger, /a 1\.1\.0 \(not healthy\)/],
    [
      'another image runs under the same name',
      [host('a'), host('b', { digest: 'sha256:c' })],
      ledger,
      'a 1.0.0 · b 1.0.0 (sha256:c) (not healthy)',
    ],
    [
      'one host has other settings',
      [host('a'), host('b'), host('c', { definition: 'd9' })],
      ledger,
      /c 1\.0\.0 with other settings \(not healthy\)/,
    ],
    [
      'one host runs what no digest is known of',
      [host('a'), { ...host('b'), digest: undefined }],
      ledger,
      /b .*not healthy/,
    ],
    [
      'one host is unreachable',
      [host('a'), { host: 'b', version: 'unreachable', healthy: false }],
      ledger,
      'a 1.0.0 · b unreachable',
    ],
  ] as [string, HostStatus[], typeof ledger | undefined, string | RegExp][]) {
    it(`is not there where ${name}`, () => {
      const status = judgeHosts(hosts, expected);
      expect(status.healthy).to.equal(false);
      if (typeof summary === 'string') expect(status.summary).to.equal(summary);
      else expect(status.summary).to.match(summary);
    });
  }
});
