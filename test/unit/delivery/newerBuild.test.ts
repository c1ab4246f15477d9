import { expect } from 'chai';
import { refuseOlderBuild } from '../../../runner/src/delivery/newerBuild.js';
import type { State } from '../../../runner/src/state/state.js';
import { rejection } from '../../support/rejection.js';

const url = (job: string, number: number) => `https://jenkins.example.com/job/${job}/${number}/`;

describe('a build that comes where a newer build of its job has been', () => {
  const ask = (own: string | undefined, last: string | undefined) =>
    refuseOlderBuild(
      own === undefined ? { runUrl: undefined } : { runUrl: own },
      { ledger: { current: async () => ({ latest: { runUrl: last } }) } } as unknown as State,
      { name: 'staging' },
    );

  it('ends there, as superseded', async () => {
    const error = await rejection(ask(url('shop/job/main', 7), url('shop/job/main', 12)), 'SUPERSEDED');
    expect(error.message).to.equal('the newer build #12 of this job has deployed to staging already');
  });

  for (const [what, own, last] of [
    ['it is the newer one itself', url('shop', 12), url('shop', 7)],
    ['it has been there itself', url('shop', 12), url('shop', 12)],
    ['the other one is of another job', url('shop', 7), url('rollback', 12)],
    ['nobody has been there', url('shop', 7), undefined],
    ['the last one came from a laptop', url('shop', 7), undefined],
    ['it is no build', undefined, url('shop', 12)],
    ['addresses are of another form', 'https://ci.example.com/runs/7', 'https://ci.example.com/runs/12'],
  ] as const) {
    it(`goes on where ${what}`, () => ask(own, last));
  }
});
