import { StackError } from '../../../base/errors.js';
import type { Note } from '../../rules/project.js';
import { configText, yamlList } from '../../rules/yamlText.js';
import type { LivingBalancer, LivingHook, LivingService, LivingStrategy } from './livingService.js';

const KINDS: Readonly<Record<string, 'blue-green' | 'canary' | 'linear'>> = {
  BLUE_GREEN: 'blue-green',
  CANARY: 'canary',
  LINEAR: 'linear',
};

/** Where the configuration can have a pause, by the stage of ECS. */
const PAUSE_OF_STAGE: Readonly<Record<string, string>> = {
  PRE_SCALE_UP: 'before-scale-up',
  POST_SCALE_UP: 'after-scale-up',
  POST_TEST_TRAFFIC_SHIFT: 'after-test-traffic',
  PRE_PRODUCTION_TRAFFIC_SHIFT: 'before-production-traffic',
  POST_PRODUCTION_TRAFFIC_SHIFT: 'after-production-traffic',
};

/**
 * The strategy that a service has, as lines of its target; none for the rolling update, which is the default.
 * @param container the one that gets releases
 * @throws StackError CONFIG_INVALID where ECS moves its requests in a way that a target cannot
 */
export function strategyLines(living: LivingService, container: string, note: Note): readonly string[] {
  const { strategy } = living;
  if (strategy.kind === 'ROLLING') {
    if (strategy.alarms.length > 0)
      note(`the alarms ${strategy.alarms.join(', ')} stay with the service: ECS rolls back by them, as now`);
    noteHooks(strategy.hooks, note);
    return [];
  }
  const kind = KINDS[strategy.kind];
  const balancer = living.balancers.find((one) => one.container === container);
  if (kind === undefined) throw unusable(living, `the strategy ${strategy.kind}, which is not known here`);
  const { alternate, productionRule, testRule, role } = movesOf(living, balancer);
  const pauses = pausesOf(strategy, note);
  const lines = [
    `kind: ${kind}`,
    ...stepLines(strategy),
    `alternate-target-group: ${configText(alternate)}`,
    `production-rule: ${configText(productionRule)}`,
    ...(testRule === undefined ? [] : [`test-rule: ${configText(testRule)}`]),
    `role: ${configText(role)}`,
    `bake: ${strategy.bakeMinutes}m`,
    ...(pauses.points.length === 0 ? [] : [`pause: ${yamlList(pauses.points)}`]),
    ...(pauses.minutes === undefined ? [] : [`pause-timeout: ${pauses.minutes}m`]),
    ...(strategy.alarms.length === 0 ? [] : [`alarms: [${strategy.alarms.map(configItem).join(', ')}]`]),
  ];
  return [
    '# As the service has it: ECS itself moves the requests.',
    'strategy:',
    ...lines.map((line) => `  ${line}`),
  ];
}

/** Names of alarms may have anything in them. */
const configItem = (name: string): string =>
  /[,[\]{}]/.test(name) ? yamlList([name]).slice(1, -1) : configText(name);

function stepLines({ step }: LivingStrategy): readonly string[] {
  return step === undefined ? [] : [`percent: ${step.percent}`, `every: ${step.minutes}m`];
}

function movesOf(living: LivingService, balancer: LivingBalancer | undefined) {
  const { alternate, productionRule, testRule, role } = balancer?.moves ?? {};
  if (balancer === undefined) throw unusable(living, `${living.strategy.kind} without a load balancer`);
  const missing = [
    ...(alternate === undefined ? ['an alternate target group'] : []),
    ...(productionRule === undefined ? ['a production listener rule'] : []),
    ...(role === undefined ? ['a role'] : []),
  ];
  if (alternate === undefined || productionRule === undefined || role === undefined)
    throw unusable(living, `${living.strategy.kind} without ${missing.join(' and ')}`);
  return { alternate, productionRule, testRule, role };
}

const unusable = ({ service, cluster }: LivingService, what: string): StackError =>
  new StackError('CONFIG_INVALID', `the service ${service} has ${what}`, {
    where: `cluster ${cluster}`,
    next: 'See docs/delivery.md for what each strategy needs; set the service to ROLLING, or give it what is missing, and run this again.',
  });

/** Pauses of the service; the other hooks stay with it, also when a deploy sets these. */
function pausesOf(
  { hooks }: LivingStrategy,
  note: Note,
): { readonly points: readonly string[]; readonly minutes: number | undefined } {
  const pauses = hooks.filter(({ type }) => type === 'PAUSE');
  noteHooks(
    hooks.filter(({ type }) => type !== 'PAUSE'),
    note,
  );
  const stages = [...new Set(pauses.flatMap((hook) => hook.stages))];
  const unknown = stages.filter((stage) => PAUSE_OF_STAGE[stage] === undefined);
  if (unknown.length > 0)
    note(
      `the pause at ${unknown.join(', ')} is left out: a deploy does not pause there, and the next one removes it`,
    );
  const minutes = Math.max(0, ...pauses.map((hook) => hook.timeoutMinutes ?? 0));
  return {
    points: Object.entries(PAUSE_OF_STAGE).flatMap(([stage, point]) =>
      stages.includes(stage) ? [point] : [],
    ),
    minutes: minutes === 0 ? undefined : minutes,
  };
}

function noteHooks(hooks: readonly LivingHook[], note: Note): void {
  if (hooks.length === 0) return;
  const stages = [...new Set(hooks.flatMap((hook) => hook.stages))].join(', ');
  note(`the service calls functions at ${stages}: they stay with it, and deploys leave them alone`);
}
