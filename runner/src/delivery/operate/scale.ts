import type { Context, NamedEnvironment } from '../../context/context.js';
import type { Operations, ScaleEnd } from '../../context/operations.js';
import type { Stage } from '../../events/stage.js';
import { changing } from './change.js';

export interface ScaleAsked {
  readonly target: string | undefined;
  readonly count?: number | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly stage: Stage;
  readonly waitMs: number;
}

export interface ScaleDone extends ScaleEnd {
  readonly environment: string;
  readonly target: string;
}

/**
 * Sets how many tasks of a target run, or between which numbers autoscaling keeps them.
 * @throws StackError SCALE_REFUSED, TASK_FAILED, LOCKED, USAGE
 */
export function scaleTarget(
  context: Context,
  environment: NamedEnvironment,
  asked: ScaleAsked,
): Promise<ScaleDone> {
  const { count, min, max, stage } = asked;
  return changing(
    context,
    environment,
    { ...asked, operation: 'scale', isLocked: true, summary: scaleWords(asked) },
    async ({ target, signal }) => {
      const scale = target.operations.scale as NonNullable<Operations['scale']>;
      const end = await scale({
        ...(count === undefined ? {} : { count }),
        ...(min === undefined ? {} : { min }),
        ...(max === undefined ? {} : { max }),
        signal,
        subject: stage.subject(target.name),
      });
      return { environment: environment.name, target: target.name, ...end };
    },
    ({ summary }) => ({ summary }),
  );
}

/** What is to be set: `to 4 tasks, between 2 and 10`. */
export function scaleWords({ count, min, max }: Pick<ScaleAsked, 'count' | 'min' | 'max'>): string {
  return [
    ...(count === undefined ? [] : [`to ${count} ${count === 1 ? 'task' : 'tasks'}`]),
    ...(min === undefined ? [] : [`at least ${min}`]),
    ...(max === undefined ? [] : [`at most ${max}`]),
  ].join(', ');
}
