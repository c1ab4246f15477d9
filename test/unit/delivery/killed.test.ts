import { expect } from 'chai';
import { StackError } from '../../../runner/src/base/errors.js';
import { readLastRun } from '../../../runner/src/delivery/unfinished.js';
import { crash, FakeTarget } from '../../support/fakeTarget.js';
import { MortalStore, Stand } from '../../support/stand.js';
import { MemoryStore } from '../../support/memoryStore.js';

/** A target that stands still when the process that moves it is dead. */
class Mortal extends FakeTarget {
  constructor(
    name: string,
    running: string,
    private readonly store: MortalStore,
  ) {
    super(name, running);
  }

  override async deploy(...args: Parameters<FakeTarget['deploy']>) {
    await this.store.whileAlive();
    return super.deploy(...args);
  }

  override async restore(...args: Parameters<FakeTarget['restore']>) {
    await this.store.whileAlive();
    return super.restore(...args);
  }
}

/** What a run that is killed at its nth write leaves; undefined where it came to its end. */
async function killed(
  stand: Stand,
  writes: number,
  command: (stand: Stand) => Promise<unknown>,
): Promise<boolean> {
  const store = new MortalStore();
  for (const [key, body] of stand.store.objects) store.objects.set(key, body);
  const immortal = stand.targets;
  const mortal = immortal.map(({ name, running, failDeploy }) => {
    const target = new Mortal(name, running, store);
    target.failDeploy = failDeploy;
    return target;
  });
  store.writesLeft = writes;
  stand.store = store;
  stand.targets = mortal;
  const outcome = await Promise.race([command(stand).catch(() => 'ended'), store.death]);
  stand.store = new MemoryStore();
  for (const [key, body] of store.objects) stand.store.objects.set(key, body);
  immortal.forEach((target, index) => (target.running = mortal[index]!.running));
  stand.targets = immortal;
  await stand.processEnds();
  return outcome === 'dead';
}

describe('a run that is killed at any of its writes', () => {
  const commands: Readonly<
    Record<string, { before?: (stand: Stand) => void; run: (stand: Stand) => Promise<unknown> }>
  > = {
    'a deploy': { run: (stand) => stand.deploy('0.3.0') },
    'a deploy that fails': {
      before: (stand) => void (stand.targets[0]!.failDeploy = crash()),
      run: (stand) => stand.deploy('0.3.0'),
    },
    'a rollback': { run: (stand) => stand.rollback() },
    'a rollback to a release': { run: (stand) => stand.rollback('0.1.0') },
  };

  /** Ends well, or says with a code that there is nothing of the sort to do. */
  const orNothing = async (way: Promise<unknown>, ...codes: readonly string[]) => {
    try {
      await way;
    } catch (error) {
      if (!(error instanceof StackError) || !codes.includes(error.code)) throw error;
    }
  };
  const waysOut: Readonly<Record<string, (stand: Stand) => Promise<unknown>>> = {
    rollback: (stand) => orNothing(stand.rollback(), 'RELEASE_NONE'),
    'deploy --resume': (stand) => orNothing(stand.resume(), 'USAGE'),
    'rollback --to': (stand) => stand.rollback('0.1.0'),
    'deploy --release': (stand) => stand.deploy('0.4.0', { forward: true }),
  };

  async function prepared(): Promise<Stand> {
    const stand = await Stand.make();
    await stand.deploy('0.1.0');
    await stand.deploy('0.2.0');
    return stand;
  }

  for (const [name, { before, run }] of Object.entries(commands)) {
    for (const [way, out] of Object.entries(waysOut)) {
      it(`is made whole: ${name}, by ${way}`, async () => {
        let deaths = 0;
        for (let writes = 0; ; writes += 1) {
          const stand = await prepared();
          try {
            before?.(stand);
            const isDead = await killed(stand, writes, run);
            for (const target of stand.targets) target.failDeploy = undefined;
            const context = `after write ${writes}`;
            await out(stand);
            expect(new Set(stand.running.split(' ')).size, `one release ${context}`).to.equal(1);
            expect((await readLastRun(stand.state, 'staging')).kind, context).to.equal('nothing');
            const records = await stand.state.ledger.deployments('staging');
            expect(
              records.filter(({ status }) => status === 'running'),
              context,
            ).to.deep.equal([]);
            const { healthy } = await stand.state.ledger.current('staging');
            expect(stand.running, `what the ledger says ${context}`).to.equal(
              `${healthy?.version} ${healthy?.version}`,
            );
            await stand.deploy('0.5.0');
            if (!isDead) break;
            deaths += 1;
          } finally {
            stand.place.remove();
          }
        }
        expect(deaths).to.be.greaterThan(8);
      });
    }
  }

  it('is told by status where it was cut off, and by nothing else', async () => {
    for (let writes = 0; ; writes += 1) {
      const stand = await prepared();
      try {
        const isDead = await killed(stand, writes, (one) => one.deploy('0.3.0'));
        const { kind } = await readLastRun(stand.state, 'staging');
        const { latest } = await stand.state.ledger.current('staging');
        expect(kind === 'begun' || kind === 'open', `${kind} after ${writes}`).to.equal(
          latest?.status === 'running',
        );
        if (!isDead) break;
      } finally {
        stand.place.remove();
      }
    }
  });
});
