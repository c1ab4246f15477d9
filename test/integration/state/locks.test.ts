import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../runner/src/adapters/process/clock.js';
import { Locks } from '../../../runner/src/state/locks.js';
import { openAt } from '../../support/stateStores.js';
import { Workers, type Worker } from '../../support/workers.js';

describe('the lock among processes', function () {
  this.timeout(60_000);
  let workers: Workers;
  let directory: string;
  before(async () => (workers = await Workers.compile('stateWorker')));
  after(() => workers.remove());
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'automation-stack-lock-'))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  async function race(count: number): Promise<readonly Worker[]> {
    const racers = Array.from({ length: count }, () => workers.start(['lock', directory]));
    await Promise.all(racers.map((racer) => racer.printed(1)));
    for (const racer of racers) racer.child.stdin?.write('go\n');
    await Promise.all(racers.map((racer) => racer.printed(2)));
    return racers;
  }

  async function end(racers: readonly Worker[]): Promise<void> {
    for (const racer of racers) racer.child.stdin?.end();
    await Promise.all(racers.map((racer) => racer.ended));
  }

  it('goes to exactly one of twenty that race for it', async () => {
    const racers = await race(20);
    const said = racers.map((racer) => racer.lines[1]).sort();
    expect(said).to.deep.equal([...Array<string>(19).fill('LOCKED'), 'won']);
    await end(racers);
    const [next] = await race(1);
    expect(next?.lines[1], 'it was given back').to.equal('won');
    await end([next as Worker]);
  });

  it('is taken over at once from a process that was killed, again by exactly one', async () => {
    const [victim] = (await race(1)) as [Worker];
    victim.child.kill('SIGKILL');
    await victim.ended;
    const racers = await race(10);
    const said = racers.map((racer) => racer.lines[1]).sort();
    expect(said).to.deep.equal([
      ...Array<string>(9).fill('LOCKED'),
      `took over from runner ${victim.child.pid}`,
    ]);
    await end(racers);
  });

  it('names the process that holds it, which can end although it renews it', async () => {
    const locks = new Locks(await openAt(directory), systemClock, 900_000);
    const [holder] = (await race(1)) as [Worker];
    expect((await locks.holder('staging'))?.process?.pid).to.equal(holder.child.pid);
    await end([holder]);
    expect(await locks.holder('staging')).to.equal(undefined);
  });
});
