import { StackError } from '../../../../base/errors.js';
import { createEcsApi, type EcsScope } from '../../../../adapters/aws/ecs.js';
import { createEcsTasks } from '../../../../adapters/aws/ecsTasks.js';
import { targetsOf, type TargetObservation } from '../../../../adapters/aws/elb.js';
import { readTrafficRule, sendTraffic, type TrafficRule } from '../../../../adapters/aws/trafficRule.js';
import type { EcsServiceConfig } from '../schema.js';
import type { ServiceDescription } from '../serviceDescription.js';
import { SharedService, type Member } from '../sharedService.js';
import { SharedStep } from '../sharedStep.js';
import type { SwitchStrategy } from '../strategySchema.js';
import type { EcsTargetOptions, LiveColour } from '../targetOptions.js';
import { EcsTarget } from '../ecsTarget.js';
import {
  COLOURS,
  otherColour,
  splitOf,
  weightsFor,
  type ByColour,
  type Colour,
  type Split,
} from './rules/colours.js';

/** What a pair is made with; the rest each of its targets brings. */
export type PairOptions = Omit<EcsTargetOptions, 'name' | 'config' | 'shared' | 'like' | 'api' | 'tasks'> & {
  /** The targets: one, or several that are containers of the services. */
  readonly members: readonly Member[];
  readonly strategy: SwitchStrategy;
};

/** Both services, and the rule between them, at one moment. */
export interface PairView {
  readonly services: ByColour<ServiceDescription>;
  readonly groups: ByColour<string>;
  readonly rule: TrafficRule;
  readonly split: Split;
}

/** Target health is asked for this long before it counts as unknown, in milliseconds. */
const PATIENCE_MS = 10_000;

/** Two services of ECS behind one rule: each is deployed like any other, and the rule says which is live. */
export class ColourPair {
  readonly steps = new SharedStep();
  readonly scope: EcsScope;
  readonly scopes: ByColour<EcsScope>;
  private readonly services: ByColour<SharedService>;
  private readonly members: ByColour<readonly Member[]>;

  constructor(readonly options: PairOptions) {
    const [first] = options.members as readonly [Member, ...Member[]];
    const { cluster, service } = first.config;
    this.scope = { cluster, service, environment: options.environmentName };
    const names = namesOf(first.config, options.strategy);
    this.scopes = byColour((colour) => ({ ...this.scope, service: names[colour] }));
    this.members = byColour((colour) =>
      options.members.map(({ name, config }) => ({ name, config: { ...config, service: names[colour] } })),
    );
    this.services = byColour((colour) => {
      const scope = this.scopes[colour];
      const { aws, clock } = options;
      const parts = { api: createEcsApi(aws, scope), tasks: createEcsTasks(aws, scope) };
      return new SharedService({ scope, ...parts, clock, members: this.members[colour] });
    });
  }

  get strategy(): SwitchStrategy {
    return this.options.strategy;
  }

  /** The targets of a colour, as services of their own. */
  targets(colour: Colour, like?: LiveColour): readonly EcsTarget[] {
    const { members: _, strategy: __, ...options } = this.options;
    const shared = this.services[colour];
    return this.members[colour].map(
      (member) => new EcsTarget({ ...options, ...member, shared, ...(like === undefined ? {} : { like }) }),
    );
  }

  /**
   * Reads both services and the rule, five calls side by side.
   * @throws StackError CONFIG_INVALID where one is not there, or is no colour of a switch; AWS_*
   */
  async read(signal?: AbortSignal): Promise<PairView> {
    const { aws } = this.options;
    const [blue, green, rule] = await Promise.all([
      this.services.blue.reader.readRecent(signal),
      this.services.green.reader.readRecent(signal),
      readTrafficRule(aws, this.strategy.rule, signal),
    ]);
    const services = { blue, green };
    const groups = byColour((colour) => this.groupOf(colour, services[colour]));
    return { services, groups, rule, split: splitOf(rule.weights, groups) };
  }

  /** What this process has told a colour to run; undefined where that is nothing. */
  movedTo(colour: Colour): string | undefined {
    return this.services[colour].movedTo;
  }

  /** Makes the next `read` look anew. */
  forget(): void {
    for (const colour of COLOURS) this.services[colour].reader.forget();
  }

  /**
   * Sends requests to both colours: `percent` to one, the rest to the other.
   * @returns the rule as it is now
   */
  send(view: PairView, colour: Colour, percent: number, signal: AbortSignal): Promise<TrafficRule> {
    return sendTraffic(this.options.aws, view.rule, weightsFor(view.groups, colour, percent), signal);
  }

  /** Sends test requests to one colour, where the strategy has a rule for them. */
  async test(view: PairView, colour: Colour, signal: AbortSignal): Promise<void> {
    const arn = this.strategy['test-rule'];
    if (arn === undefined) return;
    const { aws } = this.options;
    const rule = await readTrafficRule(aws, arn, signal);
    const weights = weightsFor(view.groups, colour, 100);
    const other = view.groups[otherColour(colour)];
    if ((rule.weights[view.groups[colour]] ?? 0) > 0 && (rule.weights[other] ?? 0) === 0) return;
    await sendTraffic(aws, rule, weights, signal);
  }

  /** How the targets of a colour stand, as the load balancer sees them. */
  health({ groups }: PairView, colour: Colour, signal: AbortSignal): Promise<readonly TargetObservation[]> {
    return targetsOf(this.options.aws, groups[colour], { signal, patienceMs: PATIENCE_MS });
  }

  /** Sets what a colour is to run, and with how many tasks; ECS drains those that go. Nothing is waited for. */
  async set(
    colour: Colour,
    wanted: { readonly taskDefinition: string; readonly count: number },
    signal: AbortSignal,
  ): Promise<void> {
    const { parts, reader } = this.services[colour];
    await parts.api.update({ ...wanted, force: false }, signal);
    reader.forget();
  }

  /**
   * What the ledger keeps of where requests go; the record of a service names the rules.
   * @param of the colour that the record is of
   */
  facts({ groups }: PairView, live: Colour, of: Colour): Readonly<Record<string, string>> {
    return {
      live,
      'target-group': groups[live],
      'other-service': this.scopes[otherColour(of)].service,
    };
  }

  private groupOf(colour: Colour, { service }: ServiceDescription): string {
    const [group, ...others] = [
      ...new Set((service.loadBalancers ?? []).flatMap(({ targetGroupArn }) => targetGroupArn ?? [])),
    ];
    if (group !== undefined && others.length === 0) return group;
    const scope = this.scopes[colour];
    const has = group === undefined ? 'has no target group' : 'has several target groups';
    throw new StackError('CONFIG_INVALID', `the service ${scope.service} ${has}`, {
      where: `cluster ${scope.cluster}, environment ${scope.environment}`,
      next: 'With `strategy: switch` each colour is a service with one target group; the module ecs-service creates both.',
    });
  }
}

const byColour = <T>(make: (colour: Colour) => T): ByColour<T> => ({
  blue: make('blue'),
  green: make('green'),
});

/** Names of the services: as configured, else that of the target with the colour. */
export function namesOf(
  { service }: Pick<EcsServiceConfig, 'service'>,
  { services }: Pick<SwitchStrategy, 'services'>,
): ByColour<string> {
  return services ?? { blue: `${service}-blue`, green: `${service}-green` };
}
