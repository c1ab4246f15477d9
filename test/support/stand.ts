import type { Context } from '../../runner/src/context/context.js';
import { StackError } from '../../runner/src/base/errors.js';
import type { StackEvent } from '../../runner/src/events/events.js';
import type { ReleaseRecord } from '../../runner/src/domain/records.js';
import { readLastRun } from '../../runner/src/delivery/unfinished.js';
import type { DeployRequest } from '../../runner/src/delivery/deployRequest.js';
import { deployRelease } from '../../runner/src/delivery/deploy.js';
import { promoteRelease, type PromoteRequest } from '../../runner/src/delivery/promote.js';
import { rollbackEnvironment } from '../../runner/src/delivery/rollback.js';
import { openState, type State } from '../../runner/src/state/state.js';
import { deployment, type Deployment } from './deployment.js';
import { FakeTarget } from './fakeTarget.js';
import { MemoryStore } from './memoryStore.js';
import { FakeClock, release } from './stateRecords.js';
import { stageOf } from './stage.js';

const CONFIG = `application: shop
images: { web: { repository: shop/web } }
environments:
  staging: { targets: { web: { kind: fleet, group: web, image: web }, worker: { kind: fleet, group: w, image: web } } }
  production: { extends: staging, promotion: { from: staging, approval: required } }
`;

/** A state store whose process dies after so many writes: nothing of it goes on after that. */
export class MortalStore extends MemoryStore {
  writesLeft = Infinity;
  private die: () => void = () => undefined;
  readonly death = new Promise<'dead'>((resolve) => (this.die = () => resolve('dead')));

  get isDead(): boolean {
    return this.writesLeft < 0;
  }

  override async get(key: string) {
    await this.whileAlive();
    return super.get(key);
  }

  override async put(...args: Parameters<MemoryStore['put']>) {
    await this.whileAlive();
    this.writesLeft -= 1;
    if (this.writesLeft < 0) this.die();
    await this.whileAlive();
    return super.put(...args);
  }

  override async delete(key: string) {
    await this.whileAlive();
    this.writesLeft -= 1;
    if (this.writesLeft < 0) this.die();
    await this.whileAlive();
    return super.delete(key);
  }

  /** Never returns in a dead process. */
  async whileAlive(): Promise<void> {
    if (this.isDead) await new Promise(() => undefined);
  }
}

/** An application with two targets in memory, its state in memory, and everything that a user can type at it. */
export class Stand {
  readonly events: StackEvent[] = [];
  readonly clock = new FakeClock();
  store: MemoryStore = new MemoryStore();
  targets: FakeTarget[] = [new FakeTarget('web'), new FakeTarget('worker')];

  private constructor(readonly place: Deployment) {
    place.context.events.subscribe({ handle: (event) => void this.events.push(event) });
  }

  static async make(): Promise<Stand> {
    return new Stand(await deployment({ 'automation-stack.yml': CONFIG }));
  }

  get state(): State {
    return openState(this.store, { state: { location: 'memory', 'lock-expiry': 900_000 } }, this.clock);
  }

  get running(): string {
    return this.targets.map(({ running }) => running).join(' ');
  }

  /** What was said, in order. */
  get said(): string {
    return this.events.map((event) => ('message' in event ? event.message : '')).join('\n');
  }

  /** One process: with a state of its own, which knows nothing of the others'. */
  context(): Context {
    const { store, state, targets } = this;
    return {
      ...this.place.context,
      clock: this.clock,
      store: async () => store,
      state: async () => state,
      targets: async (_environment, only = []) =>
        targets.filter(({ name }) => only.length === 0 || only.includes(name)),
    };
  }

  async made(...versions: readonly string[]): Promise<readonly ReleaseRecord[]> {
    const releases = versions.map((version) => release(version));
    for (const record of releases) await this.state.ledger.putRelease(record);
    return releases;
  }

  async deploy(version: string, more: Partial<DeployRequest> = {}) {
    const [record] = (await this.made(version)) as [ReleaseRecord];
    return deployRelease(this.context(), {
      environment: await this.place.context.environment('staging'),
      release: record,
      kind: 'deploy',
      stage: stageOf('deploy:staging', this.context()),
      ...more,
    });
  }

  /** The process that held the lock is no more; in a test it is this one. */
  async processEnds(): Promise<void> {
    for (const environment of ['staging', 'production']) await this.state.locks.forceRelease(environment);
  }

  async resume() {
    const left = await readLastRun(this.state, 'staging');
    if (left.kind === 'nothing') throw new StackError('USAGE', 'nothing to resume');
    if (left.kind === 'unreadable') throw left.error;
    const { deployment: resume } = left.kind === 'open' ? left.unfinished : left;
    return this.deploy(resume.version, { resume: { deployment: resume }, kind: resume.kind });
  }

  async rollback(version?: string) {
    const environment = await this.place.context.environment('staging');
    const to = version === undefined ? {} : { version };
    return rollbackEnvironment(this.context(), {
      environment,
      stage: stageOf('rollback:staging', this.context()),
      ...to,
    });
  }

  async promote(version: string, more: Partial<PromoteRequest> = {}) {
    return promoteRelease(this.context(), {
      environment: await this.place.context.environment('production'),
      stage: stageOf('promote:production', this.context()),
      version,
      approvedBy: ['grace'],
      ...more,
    });
  }
}
