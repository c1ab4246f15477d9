/** What a strategy waits by intent, in milliseconds. */
interface Waits {
  readonly kind: 'blue-green' | 'canary' | 'linear';
  readonly bake: number;
  readonly percent?: number;
  readonly every?: number;
}

/** The stage of a deployment at which a pause of the configuration is. */
export const STAGE_OF_PAUSE = {
  'before-scale-up': 'PRE_SCALE_UP',
  'after-scale-up': 'POST_SCALE_UP',
  'after-test-traffic': 'POST_TEST_TRAFFIC_SHIFT',
  'before-production-traffic': 'PRE_PRODUCTION_TRAFFIC_SHIFT',
  'after-production-traffic': 'POST_PRODUCTION_TRAFFIC_SHIFT',
} as const;

/** A pause, by its word in the configuration. */
export type PausePoint = keyof typeof STAGE_OF_PAUSE;

/** At these the new revision answers test requests, and nobody else is served by it. */
const CHECKED_AT: readonly PausePoint[] = ['after-test-traffic', 'before-production-traffic'];

/**
 * Where a deployment pauses.
 * @param isChecked checks have to pass before requests move
 * @returns `own` is a pause that nobody configured: the runner makes it for the checks, and ends it
 */
export function pausesOf(
  { pause }: { readonly pause: readonly PausePoint[] },
  isChecked: boolean,
): { readonly pauses: readonly PausePoint[]; readonly own?: PausePoint } {
  if (!isChecked || pause.some((one) => CHECKED_AT.includes(one))) return { pauses: pause };
  return { pauses: [...pause, 'after-test-traffic'], own: 'after-test-traffic' };
}

/** Whether what is to be checked can be checked at a pause. */
export const isCheckedAt = (stage: string | undefined): boolean =>
  CHECKED_AT.some((one) => STAGE_OF_PAUSE[one] === stage);

/** The word of the configuration for a stage: `PRE_SCALE_UP` is `before-scale-up`. */
export function stageWord(stage: string): string {
  const pause = Object.entries(STAGE_OF_PAUSE).find(([, one]) => one === stage)?.[0];
  return (
    pause ??
    stage
      .toLowerCase()
      .replaceAll('_', '-')
      .replace(/-shift$/, '')
  );
}

/** Milliseconds as minutes: ECS knows only whole ones, and a shorter watch than was asked for would be less safe. */
export const wholeMinutes = (ms: number): number => Math.ceil(ms / 60_000);

/**
 * How long a deployment may take, without its pauses: what the target allows, and what the strategy waits by intent.
 * @param timeoutMs the target's timeout
 */
export function longestMs(strategy: Waits, timeoutMs: number, back: boolean): number {
  if (back) return timeoutMs;
  const minutes = wholeMinutes(strategy.bake) + waitsOf(strategy);
  return timeoutMs + minutes * 60_000;
}

/** Minutes between steps. */
function waitsOf({ kind, percent = 100, every = 0 }: Waits): number {
  if (kind === 'blue-green') return 0;
  const steps = kind === 'canary' ? 2 : Math.ceil(100 / percent);
  return (steps - 1) * wholeMinutes(every);
}
