import { expect } from 'chai';
import { proofWords } from '../../../../runner/src/delivery/rules/proof.js';

describe('what a verdict rests on', () => {
  const watched = '10s';

  it('is what answered, and what other checks say', () => {
    expect(
      proofWords({ watched, answered: '12 tasks', targets: '2/2 targets healthy', checked: true }),
    ).to.equal('12 tasks answer, 2/2 targets healthy, healthy by its containers’ own checks');
    expect(proofWords({ watched, answered: 'its URL' })).to.equal('its URL answers');
    expect(proofWords({ watched, answered: 'one of 2 tasks' })).to.equal('one of 2 tasks answers');
    expect(proofWords({ watched, answered: '2 tasks behind it' })).to.equal('2 tasks behind it answers');
  });

  it('is that it kept running where nothing else tells, and why nothing was seen', () => {
    expect(proofWords({ watched })).to.equal('its tasks kept running for 10s');
    expect(proofWords({ watched, unseen: 'no network leads there' })).to.equal(
      'its tasks kept running for 10s; not probed, as no network leads there',
    );
    expect(proofWords({ watched, targets: '1/1 targets healthy', unseen: 'x' })).to.equal(
      '1/1 targets healthy; not probed, as x',
    );
  });
});
