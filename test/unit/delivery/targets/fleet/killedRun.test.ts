import { expect } from 'chai';
import type { Begun, Rollout } from '../../../../../runner/src/context/target.js';
import { FakeFleet } from '../../../../support/fakeFleet.js';

const settings = { health: { for: '2s', interval: '1s', timeout: '4s' }, drain: '1s' };
/** More than a deploy ever does. */
const MOST = 400;

/** A run that is killed at its nth step: of what comes then, nothing happens any more. */
function killAt(fleet: FakeFleet, nth: number) {
  const begun: Begun[] = [];
  let steps = 0;
  const step = () => {
    steps += 1;
    if (steps >= nth) throw new Error('killed');
  };
  fleet.onReach = step;
  const rollout: Rollout = {
    ...fleet.rollout(),
    journal: async (action, data) => {
      step();
      begun.push({ action, ...(data === undefined ? {} : { data }) });
    },
  };
  return { rollout, begun, isOver: () => steps < nth };
}

describe('a run of a fleet that is killed at any step', () => {
  let fleet: FakeFleet;

  const atEveryStep = async (
    makeWhole: (begun: readonly Begun[], snapshot: Record<string, unknown>) => Promise<unknown>,
    expected: string,
  ): Promise<number> => {
    for (let nth = 1; nth < MOST; nth += 1) {
      fleet = new FakeFleet();
      await fleet.target(settings).deploy(fleet.release('1.0.0'), fleet.rollout());
      const snapshot = { ...(await fleet.target(settings).snapshot()) };
      const { rollout, begun, isOver } = killAt(fleet, nth);
      await fleet
        .target(settings)
        .deploy(fleet.release('1.1.0'), rollout)
        .catch(() => undefined);
      fleet.onReach = () => undefined;
      if (isOver()) return nth - 1;
      await makeWhole(begun, snapshot);
      expect(fleet.versions(), `step ${nth}`).to.equal([1, 2, 3, 4].map(() => expected).join(' '));
      expect(fleet.serving(), `step ${nth}`).to.equal('web-1,web-2,web-3,web-4');
    }
    throw new Error('a deploy has no end');
  };

  it('is gone on with to its end', async () => {
    const steps = await atEveryStep(
      (begun) => fleet.target(settings).deploy(fleet.release('1.1.0'), { ...fleet.rollout(), begun }),
      '1.1.0',
    );
    expect(steps).to.be.greaterThan(60);
  });

  it('is undone by another', async () => {
    const steps = await atEveryStep(
      (begun, snapshot) => fleet.target(settings).restore(snapshot, { ...fleet.rollout(), begun }),
      '1.0.0',
    );
    expect(steps).to.be.greaterThan(60);
  });
});
