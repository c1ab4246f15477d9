interface Bounds {
  readonly min: number;
  readonly max: number;
}

interface Refusal {
  readonly why: string;
  readonly next: string;
}

/** What is to be set. */
export interface ScalePlan {
  readonly count?: number;
  readonly bounds?: Bounds;
}

/**
 * What scaling means for a service.
 * @param asked what was typed
 * @param bounds of autoscaling; undefined where nothing scales it
 * @param command that would do it, without numbers
 * @returns the plan, or why not
 */
export function planScale(
  asked: {
    readonly count?: number | undefined;
    readonly min?: number | undefined;
    readonly max?: number | undefined;
  },
  bounds: Bounds | undefined,
  command: string,
): ScalePlan | Refusal {
  const { count, min, max } = asked;
  const setsBounds = min !== undefined || max !== undefined;
  if (bounds === undefined) {
    if (!setsBounds) return { ...(count === undefined ? {} : { count }) };
    return {
      why: 'nothing scales it by itself: there are no bounds to set',
      next: `${command} ${count ?? min ?? max} sets the number of tasks.`,
    };
  }
  if (!setsBounds) {
    return {
      why: `autoscaling keeps it between ${bounds.min} and ${bounds.max} tasks, and would change the number again`,
      next: `${command} --min ${count} --max ${Math.max(count ?? 0, bounds.max)} changes the bounds.`,
    };
  }
  const wanted = {
    min: min ?? Math.min(bounds.min, max as number),
    max: max ?? Math.max(bounds.max, min as number),
  };
  if (wanted.min > wanted.max)
    return {
      why: `--min ${wanted.min} is more than --max ${wanted.max}`,
      next: `${command} --min ${wanted.max} --max ${wanted.min}`,
    };
  if (count !== undefined && (count < wanted.min || count > wanted.max)) {
    return {
      why: `${count} is not between ${wanted.min} and ${wanted.max}`,
      next: `${command} ${count} --min ${Math.min(count, wanted.min)} --max ${Math.max(count, wanted.max)}`,
    };
  }
  return { ...(count === undefined ? {} : { count }), bounds: wanted };
}

/** How many tasks a plan leads to: autoscaling brings the number between its bounds by itself. */
export function expectedCount({ count, bounds }: ScalePlan, desired: number): number {
  if (count !== undefined) return count;
  return bounds === undefined ? desired : Math.min(bounds.max, Math.max(bounds.min, desired));
}
