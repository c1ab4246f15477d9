import { expect } from 'chai';
import type { TargetSnapshot } from '../../../../../../runner/src/domain/records.js';
import { releasedArtifact, scalingWorld } from '../../../../../support/instances/instancesWorld.js';

const FIRST = releasedArtifact('a', '1.0.0');
const NEXT = releasedArtifact('b', '1.1.0');
const SERVING = (version: string) => Array.from({ length: 3 }, () => `${version} running serving`);

async function settle() {
  const world = scalingWorld();
  world.aws.begin();
  for (const release of [FIRST]) {
    const { target, rollout } = world.process();
    await target.deploy(release, rollout);
  }
  return world;
}
let settled: ReturnType<typeof settle> | undefined;

/** A group of three that serves 1.0.0. */
async function prepared() {
  const { aws, clock } = await (settled ??= settle());
  const world = scalingWorld({}, clock.now().getTime());
  world.aws.adopt(aws);
  return world;
}

describe('an autoscaling group whose deploy is killed at any step', function () {
  this.timeout(60_000);

  /** @param laterMs how long nobody looks: the group goes on by itself */
  async function killed(dieAt: number, laterMs: number, isBad: boolean) {
    const world = await prepared();
    if (isBad) world.aws.answers = ({ tags }) => tags['automation-stack:version'] !== '1.1.0';
    const first = world.process({}, dieAt);
    const before = JSON.parse(JSON.stringify(await first.target.snapshot())) as TargetSnapshot;
    const isEnded = await first.live(first.target.deploy(NEXT, first.rollout));
    if (laterMs > 0) await world.clock.sleep(laterMs);
    return { world, before, isEnded };
  }

  for (const [when, laterMs] of [
    ['at once', 0],
    ['when the group has gone on by itself', 120_000],
  ] as const) {
    it(`is gone on with ${when}`, async () => {
      for (let dieAt = 0; ; dieAt += 1) {
        const { world, isEnded } = await killed(dieAt, laterMs, false);
        if (isEnded) return expect(dieAt).to.be.above(6);
        const { aws, entries, process } = world;
        const { target, rollout } = process({ begun: [...entries] });
        const record = await target.deploy(NEXT, rollout);
        const context = `killed at ${dieAt}`;
        expect(record.status, context).to.equal('healthy');
        expect(aws.stand(), context).to.deep.equal(SERVING('1.1.0'));
        expect(aws.launchesFrom, context).to.equal('1.1.0');
        expect(aws.versions, context).to.have.length(2);
        expect(aws.outages, context).to.deep.equal([]);
      }
    });

    for (const isBad of [false, true])
      it(`is undone ${when}${isBad ? ', also where the release is bad' : ''}`, async () => {
        for (let dieAt = 0; ; dieAt += 1) {
          const { world, before, isEnded } = await killed(dieAt, laterMs, isBad);
          const { aws, entries, process } = world;
          const { target, rollout } = process({ kind: 'rollback', begun: [...entries] });
          await target.restore(before, rollout);
          const context = `killed at ${dieAt}`;
          expect(aws.stand(), context).to.deep.equal(SERVING('1.0.0'));
          expect(aws.launchesFrom, context).to.equal('1.0.0');
          // Nobody but the group itself judges what it goes on with while no run is at work.
          if (!isBad || laterMs === 0) expect(aws.outages, context).to.deep.equal([]);
          if (isEnded) return expect(dieAt).to.be.above(6);
        }
      });
  }

  it('is undone also where undoing is killed at any step', async () => {
    let most = 0;
    for (const dieAt of [5, 7, Infinity]) {
      for (let again = 0; ; again += 1) {
        const { world, before } = await killed(dieAt, 5000, true);
        const { aws, entries, process } = world;
        const undoing = process({ kind: 'rollback', begun: [...entries] }, again);
        const isEnded = await undoing.live(undoing.target.restore(before, undoing.rollout));
        if (!isEnded) {
          const last = process({ kind: 'rollback', begun: [...entries] });
          await last.target.restore(before, last.rollout);
        }
        expect(aws.stand(), `killed at ${dieAt} and ${again}`).to.deep.equal(SERVING('1.0.0'));
        most = Math.max(most, again);
        if (isEnded) break;
      }
    }
    expect(most).to.be.above(3);
  });

  for (const fault of ['throttle', 'lose'] as const)
    it(`ends well where any request is ${fault === 'lose' ? 'answered and the answer lost' : 'throttled'}`, async () => {
      for (let nth = 1; ; nth += 1) {
        const world = await prepared();
        const { aws, process } = world;
        const from = aws.asked.length;
        aws.fault = (_, asked) => (asked === from + nth ? fault : undefined);
        const { target, rollout } = process();
        const record = await target.deploy(NEXT, rollout);
        expect(record.status, `${fault} at ${nth}`).to.equal('healthy');
        expect(aws.stand(), `${fault} at ${nth}`).to.deep.equal(SERVING('1.1.0'));
        expect(aws.versions).to.have.length(2);
        // The polls at the end are all alike.
        if (nth > 25) return;
      }
    });
});
