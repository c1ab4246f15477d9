import { expect } from 'chai';
import { ecsWorld } from '../../../../support/ecsWorld.js';

/** What the platform itself takes, in seconds. */
const TIMES = [
  0.5, 1, 1.9, 2, 2.2, 2.5, 3, 4, 5, 6, 8, 10, 12, 14, 18, 20, 22, 25, 30, 35, 40, 45, 50, 60, 75, 90, 120,
];

/** A deploy of a changed image without a bake window, whose new tasks run after half of that time. */
async function deployed(kind: 'worker' | 'web', seconds: number) {
  const { ecs, target, release, rollout, clock } = ecsWorld(kind, { config: { health: { for: '0s' } } });
  ecs.courses = [{ runningMs: seconds * 500, completedMs: seconds * 1000 }];
  await target.snapshot();
  let movedMs = 0;
  const journal = async () => void (movedMs = clock.now().getTime());
  expect(await target.deploy(release, { ...rollout, journal })).to.include({ status: 'healthy' });
  return { calls: ecs.calls.length, wallMs: clock.now().getTime() - movedMs };
}

/** Eight calls, and one more for each further ten seconds that have begun. */
const budget = (seconds: number) => 8 + Math.max(0, Math.ceil((seconds - 2) / 10));

describe('an ECS service: what a changed deploy costs beside the platform’s own time', () => {
  for (const seconds of TIMES) {
    it(`of ${seconds} s`, async () => {
      const worker = await deployed('worker', seconds);
      expect(worker.calls).to.be.at.most(budget(seconds));
      // Where each task is asked by its address: two calls tell, before anything is changed, whether what runs answers
      // from here; one tells in the end that tasks still run which were found before the platform was stable.
      const web = await deployed('web', seconds);
      expect(web.calls).to.be.at.most(budget(seconds) + (seconds <= 2.2 ? 1 : 3));
      for (const { wallMs } of [worker, web]) expect(wallMs - seconds * 1000).to.be.at.most(12_000);
    });
  }

  it('of two seconds is a quarter of that time at most, and eight or nine calls', async () => {
    const worker = await deployed('worker', 2);
    expect(worker.calls).to.equal(7);
    const web = await deployed('web', 2);
    expect(web.calls).to.equal(9);
    for (const { wallMs } of [worker, web]) expect(wallMs).to.be.at.most(2500);
  });
});
