import { expect } from 'chai';
import { reachedHosts } from '../../../runner/src/hosts/rules/reachedHosts.js';

const recap = { ok: 0, changed: 0, failed: 0, unreachable: 0, skipped: 0, rescued: 0 };

describe('hosts that a provisioning reached', () => {
  const hosts = ['a', 'b'];
  const facts = {
    totals: { a: { ...recap, ok: 1 }, b: { ...recap, skipped: 4 } },
    worked: new Set<string>(),
  };

  it('are those of the recap where something was done', () => {
    expect(reachedHosts(hosts, { totals: {}, worked: new Set() }, {})).to.deep.equal([]);
    expect(reachedHosts(hosts, facts, {})).to.deep.equal(['a']);
  });

  it('count in a dry run also where all was skipped, which says nothing then', () => {
    expect(reachedHosts(hosts, facts, { dryRun: true })).to.deep.equal(['a', 'b']);
    expect(reachedHosts(['c'], facts, { dryRun: true })).to.deep.equal([]);
  });

  it('are with tags those where a task that was asked for ran, not those whose facts were gathered', () => {
    expect(reachedHosts(hosts, facts, { tags: ['docker'] })).to.deep.equal([]);
    expect(reachedHosts(hosts, { ...facts, worked: new Set(['a']) }, { tags: ['docker'] })).to.deep.equal([
      'a',
    ]);
  });
});
