import { expect } from 'chai';
import {
  behindOf,
  behindWords,
  statusOfTargets,
  hasRun,
  hostsInService,
  isInService,
  isProven,
  unprovenOf,
  unprovenWords,
} from '../../../runner/src/domain/behind.js';
import type { DeploymentRecord } from '../../../runner/src/domain/records.js';

const ended = (status: DeploymentRecord['status'], ...targets: readonly string[]) =>
  ({
    status,
    targets: Object.fromEntries(targets.map((one, index) => [`target-${index}`, { status: one }])),
  }) as unknown as DeploymentRecord;

describe('a deployment to roll back to', () => {
  it('is one whose release ran on a target at least, though another wants nothing to run', () => {
    expect(hasRun(ended('healthy', 'healthy'))).to.equal(true);
    expect(hasRun(ended('partial', 'healthy'))).to.equal(true);
    expect(hasRun(ended('unproven', 'unproven', 'healthy'))).to.equal(true);
    expect(hasRun(ended('unproven', 'unproven', 'unchanged'))).to.equal(true);
  });

  it('is none whose release ran nowhere, or that failed', () => {
    expect(hasRun(ended('unproven', 'unproven'))).to.equal(false);
    expect(hasRun(ended('failed', 'healthy'))).to.equal(false);
  });
});

describe('how a deployment ended', () => {
  const behind = (...hosts: readonly string[]) => ({
    status: 'healthy',
    hosts: { total: 3, behind: hosts.map((host) => ({ host, version: host === 'old' ? '1.0.0' : null })) },
  });
  const of = (targets: object) => ({ targets }) as unknown as DeploymentRecord;
  const [web, api, none] = [behind('old', 'lost'), behind(), { status: 'unproven' }];

  it('is in service where it is proven, or where nothing could prove it', () => {
    const words = ['running', 'healthy', 'partial', 'unproven', 'failed', 'rolled-back', 'cut-off'] as const;
    expect(words.filter(isInService)).to.deep.equal(['healthy', 'partial', 'unproven']);
    expect(words.filter(isProven)).to.deep.equal(['healthy', 'partial']);
  });

  it('is told by its targets: unproven before partial before healthy', () => {
    expect(statusOfTargets({ web, none } as never)).to.equal('unproven');
    expect(statusOfTargets({ web, api } as never)).to.equal('partial');
    expect(statusOfTargets({ api } as never)).to.equal('healthy');
  });

  it('names the hosts that are behind, with their targets', () => {
    expect(behindOf(of({ web, api, none }))).to.deep.equal([
      { target: 'web', host: 'old', version: '1.0.0' },
      { target: 'web', host: 'lost', version: null },
    ]);
    expect(behindOf({})).to.deep.equal([]);
    expect(behindWords(web.hosts.behind as never)).to.equal('old behind on 1.0.0, lost behind');
  });

  it('counts the hosts of targets that have one behind', () => {
    expect(hostsInService(of({ web, other: behind('x'), api, none }))).to.equal('3 of 6 hosts');
    expect(hostsInService({})).to.equal('0 of 0 hosts');
  });

  it('names the targets that want no task', () => {
    expect(unprovenWords(of({ none, web }))).to.equal('nothing shows that it works: none wants 0 tasks');
    expect(unprovenWords(of({ none, more: none }))).to.equal(
      'nothing shows that it works: none, more want 0 tasks',
    );
    expect(unprovenOf({})).to.deep.equal([]);
  });

  it('has run nowhere where nothing is known of its targets', () => {
    expect(hasRun({ status: 'unproven' })).to.equal(false);
  });
});
