import type { DeploymentConfiguration } from '@aws-sdk/client-ecs';

/** What a phase does at its end. */
export interface Effects {
  readonly scaleUp: () => void;
  readonly test: () => void;
  readonly shift: (percent: number) => void;
}

/** A lifecycle stage, or one step of it. */
export interface Phase {
  readonly stage: string;
  readonly ms: number;
  /** It is the rest of the stage before: no hook is called again. */
  readonly isWait?: boolean;
  readonly then?: (effects: Effects) => void;
}

/**
 * The lifecycle stages of a deployment in the order of the AWS documentation. Canary and linear go through the stages of
 * the production traffic once for each step, and bake each but the last.
 */
export function courseOf(
  { strategy, bakeTimeInMinutes = 0, canaryConfiguration, linearConfiguration }: DeploymentConfiguration,
  pace: { readonly scaleUpMs: number; readonly shiftMs: number; readonly cleanUpMs: number },
): readonly Phase[] {
  const { scaleUpMs, shiftMs, cleanUpMs } = pace;
  const scaleUp: Phase = { stage: 'SCALE_UP', ms: scaleUpMs, then: (effects) => effects.scaleUp() };
  const cleanUp: Phase = { stage: 'CLEAN_UP', ms: cleanUpMs };
  if (strategy === undefined || strategy === 'ROLLING') {
    return [scaleUp, { ...cleanUp, then: (effects) => effects.shift(100) }];
  }
  const canary = canaryConfiguration?.canaryPercent ?? 5;
  const step = linearConfiguration?.stepPercent ?? 10;
  const percents = strategy === 'CANARY' ? [canary, 100] : strategy === 'LINEAR' ? stepsOf(step) : [100];
  const waitMinutes =
    strategy === 'CANARY'
      ? (canaryConfiguration?.canaryBakeTimeInMinutes ?? 10)
      : (linearConfiguration?.stepBakeTimeInMinutes ?? 6);
  const production = percents.flatMap((percent): readonly Phase[] => [
    { stage: 'PRE_PRODUCTION_TRAFFIC_SHIFT', ms: 0 },
    { stage: 'PRODUCTION_TRAFFIC_SHIFT', ms: shiftMs, then: (effects) => effects.shift(percent) },
    // Its stage is still that of the shift.
    ...(percent === 100
      ? []
      : [{ stage: 'PRODUCTION_TRAFFIC_SHIFT', ms: waitMinutes * 60_000, isWait: true }]),
  ]);
  return [
    { stage: 'PRE_SCALE_UP', ms: 0 },
    scaleUp,
    { stage: 'POST_SCALE_UP', ms: 0 },
    { stage: 'TEST_TRAFFIC_SHIFT', ms: shiftMs, then: (effects) => effects.test() },
    { stage: 'POST_TEST_TRAFFIC_SHIFT', ms: 0 },
    ...production,
    { stage: 'POST_PRODUCTION_TRAFFIC_SHIFT', ms: 0 },
    { stage: 'BAKE_TIME', ms: bakeTimeInMinutes * 60_000 },
    cleanUp,
  ];
}

function stepsOf(step: number): readonly number[] {
  const steps: number[] = [];
  for (let percent = step; percent < 100; percent += step) steps.push(percent);
  return [...steps, 100];
}
