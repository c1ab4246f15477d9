import type { ReleaseRecord, TargetRecord, TargetSnapshot } from '../../../../domain/records.js';
import type { MigrationRecord } from '../../../../domain/migration.js';
import type { Operations } from '../../../../context/operations.js';
import type { Known, Rollout, Target, TargetStatus } from '../../../../context/target.js';
import type { EcsTarget } from '../ecsTarget.js';
import { readSnapshot, type EcsSnapshot } from '../rules/ecsSnapshot.js';
import type { ColourPair } from './colourPair.js';
import { COLOURS, soleColour, type Colour } from './rules/colours.js';
import { readSwitchSnapshot, type SwitchSnapshot } from './rules/switchSnapshot.js';
import { requireLive } from './requireLive.js';
import { switchDeploy } from './switchDeploy.js';
import { switchRestore } from './switchRestore.js';

/** A service of two colours behind one rule: releases go to the idle one, and the rule makes it the live one. */
export class SwitchTarget implements Target {
  readonly kind = 'ecs-service';

  constructor(
    readonly name: string,
    private readonly pair: ColourPair,
  ) {}

  async snapshot(): Promise<TargetSnapshot> {
    const [blue, green] = await Promise.all([this.snapshotOf('blue'), this.snapshotOf('green')]);
    const { split } = await this.pair.read();
    const { percent } = split;
    // A run that goes on knows it from its journal; to refuse is for the deploy.
    const live = soleColour(split) ?? mostOf(percent);
    const colours = { blue, green };
    const { digest } = colours[live];
    const snapshot: SwitchSnapshot = {
      kind: this.kind,
      strategy: 'switch',
      live,
      percent,
      colours,
      ...(digest === undefined ? {} : { digest }),
    };
    return { ...snapshot };
  }

  async requireMovable(known?: Known, back?: ReleaseRecord): Promise<void> {
    for (const colour of COLOURS) await this.of(colour).requireMovable();
    const live = requireLive(this.pair, await this.pair.read(), known?.target?.facts?.['live']);
    if (back !== undefined) await this.of(live).requireMovable(known, back);
  }

  async deploy(release: ReleaseRecord, rollout: Rollout): Promise<TargetRecord> {
    const { steps } = this.pair;
    const work = () => switchDeploy(this.pair, this.name, release, rollout);
    return this.own(await steps.together(`deploy ${release.version}`, this.name, work));
  }

  async restore(snapshot: TargetSnapshot, rollout: Rollout): Promise<TargetRecord> {
    const before = readSwitchSnapshot(snapshot, this.name);
    const { steps } = this.pair;
    const work = () => switchRestore(this.pair, this.name, before, rollout);
    return this.own(await steps.together(`restore ${before.live}`, this.name, work));
  }

  async migrate(release: ReleaseRecord, rollout: Rollout, of?: string): Promise<MigrationRecord> {
    return this.of(await this.liveNow(rollout.signal)).migrate(release, rollout, of);
  }

  async status(): Promise<TargetStatus> {
    this.pair.forget();
    const { split } = await this.pair.read();
    const live = soleColour(split) ?? mostOf(split.percent);
    const status = await this.of(live).status();
    const { blue, green } = split.percent;
    const isSole = soleColour(split) !== undefined;
    const words = isSole ? `${live} is live` : `blue gets ${blue} %, green ${green} %`;
    return {
      ...status,
      healthy: status.healthy && isSole,
      summary: `${status.summary}, ${words}`,
      details: { ...status.details, live, percent: split.percent },
    };
  }

  /** What runs in the live colour is what people mean, except where it drains. */
  async operations(): Promise<Operations> {
    const { signal } = new AbortController();
    const operations = await this.of(await this.liveNow(signal)).operations();
    return {
      ...operations,
      drain: async (request) => (await import('./drainIdle.js')).drainIdle(this.pair, request),
    };
  }

  /** @throws StackError STATE_CONFLICT where both colours get requests */
  private async liveNow(signal: AbortSignal): Promise<Colour> {
    return requireLive(this.pair, await this.pair.read(signal));
  }

  private async snapshotOf(colour: Colour): Promise<EcsSnapshot> {
    return readSnapshot(await this.of(colour).snapshot(), this.name);
  }

  private of(colour: Colour): EcsTarget {
    return this.pair.targets(colour).find(({ name }) => name === this.name) as EcsTarget;
  }

  private own(records: ReadonlyMap<string, TargetRecord>): TargetRecord {
    return records.get(this.name) as TargetRecord;
  }
}

const mostOf = ({ blue, green }: Readonly<Record<Colour, number>>): Colour =>
  green > blue ? 'green' : 'blue';
