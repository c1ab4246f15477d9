const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];

/**
 * @param total seconds on the axis
 * @param most how many steps there may be at most
 * @returns seconds between two ticks, a number that people count in
 */
export function niceStep(total: number, most: number): number {
  return STEPS.find((step) => total / step <= most) ?? Math.ceil(total / most / 86_400) * 86_400;
}

/** Seconds where ticks stand, from 0 on. */
export function timeTicks(total: number, step: number): readonly number[] {
  return Array.from({ length: Math.floor(total / step) + 1 }, (_, index) => index * step);
}
