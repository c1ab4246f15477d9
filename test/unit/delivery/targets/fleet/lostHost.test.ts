import { expect } from 'chai';
import { FakeFleet } from '../../../../support/fakeFleet.js';

const LOST = 'web-2';
const settings = { health: { for: '2s', interval: '1s', timeout: '4s' }, drain: '1s' };
/** More than a deploy ever reaches out for one host. */
const MOST = 60;

/** Loses a host at the nth time that it is reached out for. @returns whether it ever came to that */
function loseAt(fleet: FakeFleet, nth: number): () => boolean {
  let times = 0;
  fleet.onReach = (host) => {
    if (host === LOST && (times += 1) === nth) setReachable(fleet, false);
  };
  return () => times >= nth;
}

const setReachable = (fleet: FakeFleet, reachable: boolean) => {
  const host = fleet.hosts.get(LOST);
  if (host !== undefined) host.reachable = reachable;
};

describe('a host of a fleet that is lost at any step of a deploy', () => {
  let fleet: FakeFleet;
  const deploy = (more: Record<string, unknown> = {}) =>
    fleet.target({ ...settings, ...more }).deploy(fleet.release('1.1.0'), fleet.rollout());
  const everywhere = (version: string) => [version, version, version, version].join(' ');

  /** Begins anew for each step, until a deploy ends before it. */
  const atEveryStep = async (work: (nth: number) => Promise<void>): Promise<number> => {
    for (let nth = 1; nth < MOST; nth += 1) {
      fleet = new FakeFleet();
      await fleet.target(settings).deploy(fleet.release('1.0.0'), fleet.rollout());
      const isReached = loseAt(fleet, nth);
      await work(nth);
      if (!isReached()) return nth - 1;
    }
    throw new Error('a deploy has no end');
  };

  it('leaves a fleet that goes back whole once the host is there again', async () => {
    const steps = await atEveryStep(async (nth) => {
      const target = fleet.target(settings);
      const snapshot = await fleet.target(settings).snapshot();
      const failed = await target.deploy(fleet.release('1.1.0'), fleet.rollout()).then(
        () => false,
        () => true,
      );
      fleet.onReach = () => undefined;
      setReachable(fleet, true);
      if (failed) await target.restore(snapshot, fleet.rollout());
      expect(fleet.versions(), `step ${nth}`).to.equal(everywhere(failed ? '1.0.0' : '1.1.0'));
      expect(fleet.serving(), `step ${nth}`).to.equal('web-1,web-2,web-3,web-4');
    });
    expect(steps).to.be.greaterThan(8);
  });

  it('never serves what is unknown, and is caught up later, where it may stay behind', async () => {
    const steps = await atEveryStep(async (nth) => {
      const record = await deploy({ 'max-failed': 1 });
      const lost = fleet.hosts.get(LOST);
      if (record.status === 'partial') {
        expect(
          record.hosts?.behind.map(({ host }) => host),
          `step ${nth}`,
        ).to.deep.equal([LOST]);
        expect(lost?.registered, `step ${nth}`).to.equal(false);
      }
      fleet.onReach = () => undefined;
      setReachable(fleet, true);
      const known = { version: '1.1.0', target: record };
      const kind = 'catch-up' as const;
      await fleet.target(settings).deploy(fleet.release('1.1.0'), { ...fleet.rollout(), known, kind });
      expect(fleet.versions(), `step ${nth}`).to.equal(everywhere('1.1.0'));
      expect(fleet.serving(), `step ${nth}`).to.equal('web-1,web-2,web-3,web-4');
    });
    expect(steps).to.be.greaterThan(8);
  });

  it('leaves a deploy that goes on whole once the host is there again', async () => {
    await atEveryStep(async (nth) => {
      await deploy().catch(() => undefined);
      fleet.onReach = () => undefined;
      setReachable(fleet, true);
      await deploy();
      expect(fleet.versions(), `step ${nth}`).to.equal(everywhere('1.1.0'));
      expect(fleet.serving(), `step ${nth}`).to.equal('web-1,web-2,web-3,web-4');
    });
  });
});
