import { expect } from 'chai';
import { isTagged, leftOutFailure, reachedHosts } from '../../../../runner/src/hosts/rules/reachedHosts.js';
import type { HostRecap } from '../../../../runner/src/hosts/rules/ansibleEvents.js';

const recap = (ok: number, skipped: number) => ({ ok, skipped }) as HostRecap;
const totals = { done: recap(1, 0), skipped: recap(0, 3) };
const worked = new Set(['skipped']);
const reached = (options: Parameters<typeof reachedHosts>[2]) =>
  reachedHosts(['done', 'skipped', 'unknown'], { totals, worked }, options);

describe('the hosts that playbooks worked on', () => {
  it('are those on which a task ran', () => expect(reached({})).to.deep.equal(['done']));
  it('are with an empty list of tags the same', () => expect(reached({ tags: [] })).to.deep.equal(['done']));
  it('are with tags those on which a task with one ran', () =>
    expect(reached({ tags: ['x'] })).to.deep.equal(['skipped']));
  it('are in a dry run also those whose tasks it had to skip', () => {
    expect(reached({ dryRun: true })).to.deep.equal(['done', 'skipped']);
    expect(reached({ dryRun: false })).to.deep.equal(['done']);
    expect(reached({ dryRun: true, tags: ['x'] })).to.deep.equal(['skipped']);
  });
  it('are chosen by tags where there are some', () =>
    expect([isTagged({}), isTagged({ tags: [] }), isTagged({ tags: ['x'] })]).to.deep.equal([
      false,
      false,
      true,
    ]));
});

describe('hosts that no task reached', () => {
  it('are told by the first, and how many more', () => {
    const failure = leftOutFailure(['a', 'b', 'c'], ['b'], ['site.yml', 'x.yml'], {});
    expect(failure).to.include({
      code: 'PLAYBOOK_FAILED',
      message: 'a (and 1 more of 3 hosts): no task of site.yml, x.yml ran there',
      where: 'site.yml, x.yml',
    });
    expect(failure.evidence.map((line) => line.split(':')[0])).to.deep.equal(['a', 'c', 'b']);
    expect(failure.evidence[2]).to.equal('b: done');
    expect(failure.evidence[0]).to.contain('no play names it');
    expect(failure.next).to.contain('--limit');
  });

  it('are told with the tags that were asked for', () => {
    expect(leftOutFailure(['a'], [], ['site.yml'], { tags: ['x', 'y'] }).message).to.equal(
      'a: no task with a tag of x, y of site.yml ran there',
    );
    expect(leftOutFailure([], [], ['site.yml'], {}).message).to.contain('the environment');
  });
});
