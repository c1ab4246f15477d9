import * as z from 'zod';
import { duration, lookedUp } from '../../../config/schemaWords.js';

/** Percent of all requests, in a step before the last. */
const percent = z.number().min(0.1).max(99.9);

/** What ECS needs to move requests between two target groups by itself; the module ecs-service has it as outputs. */
const balancing = {
  'alternate-target-group': lookedUp.describe('ARN of the second target group.'),
  'production-rule': lookedUp.describe('ARN of the listener rule that production requests match.'),
  'test-rule': lookedUp
    .optional()
    .describe('ARN of the listener rule that test requests match before production moves.'),
  role: lookedUp.describe('ARN of the role by which ECS changes the rules.'),
};

/** Where a deployment of ECS may pause, in its own order; while requests are being moved it cannot. */
export const PAUSES = [
  'before-scale-up',
  'after-scale-up',
  'after-test-traffic',
  'before-production-traffic',
  'after-production-traffic',
] as const;

const native = {
  ...balancing,
  bake: duration('5m', '24h').describe(
    'How long both revisions keep running after all requests have moved; in whole minutes.',
  ),
  pause: z
    .array(z.enum(PAUSES))
    .default([])
    .describe('Where the deployment waits until `node runner continue` or `node runner rollback` is typed.'),
  'pause-timeout': duration('24h', '14d').describe('How long it waits there; after that ECS rolls back.'),
  alarms: z
    .array(lookedUp)
    .default([])
    .describe('Names of CloudWatch alarms; one that goes off rolls the deployment back.'),
};

const blueGreen = z.strictObject({ kind: z.literal('blue-green'), ...native });
const canary = z.strictObject({
  kind: z.literal('canary'),
  ...native,
  percent: percent.default(10).describe('Percent of requests that the new revision gets first.'),
  every: duration('10m', '24h').describe('How long it gets only those; in whole minutes.'),
});
const linear = z.strictObject({
  kind: z.literal('linear'),
  ...native,
  // ECS takes no smaller steps.
  percent: percent.min(3).default(20).describe('Percent of requests that move in each step.'),
  every: duration('5m', '24h').describe('Time between two steps; in whole minutes.'),
});

const switched = z.strictObject({
  kind: z.literal('switch'),
  services: z
    .strictObject({ blue: lookedUp, green: lookedUp })
    .optional()
    .describe('Names of the two services (default: that of the target with `-blue` and `-green`).'),
  rule: lookedUp.describe('ARN of the listener rule that sends requests to the live colour.'),
  'test-rule': lookedUp
    .optional()
    .describe('ARN of a listener rule that sends test requests to the idle colour.'),
  steps: z
    .array(z.number().int().min(1).max(99))
    .default([])
    .describe('Percents of requests that the new colour gets before it gets all, such as [10, 50].'),
  every: duration('1m', '24h').describe('How long each step is watched.'),
  bake: duration('1m', '24h').describe('How long all requests are watched on the new colour.'),
  keep: duration('30m', '7d').describe(
    'How long the old colour keeps running, so that a rollback is one change of the rule.',
  ),
});

/**
 * How a service gets to another release: by the rolling update of ECS; by ECS moving requests between two target groups
 * (blue-green, canary, linear); or by the runner changing a listener rule between two services (switch).
 */
export const strategy = z
  .union([
    z.literal('rolling').transform(() => ({ kind: 'rolling' as const })),
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('rolling') }),
      blueGreen,
      canary,
      linear,
      switched,
    ]),
  ])
  .default({ kind: 'rolling' })
  .describe('How tasks are replaced and requests are moved; see docs/delivery.md.');

export type StrategyConfig = z.output<typeof strategy>;
export type NativeStrategy = z.output<typeof blueGreen> | z.output<typeof canary> | z.output<typeof linear>;
/** Whether ECS itself moves the requests. */
export const isNative = (config: StrategyConfig): config is NativeStrategy =>
  config.kind !== 'rolling' && config.kind !== 'switch';

export type SwitchStrategy = z.output<typeof switched>;
