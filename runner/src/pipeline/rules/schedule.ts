import type { StageStatus } from '../../events/events.js';
import type { Stage } from './stageGraph.js';

export interface StageOutcome {
  readonly stage: Stage;
  readonly status: StageStatus;
  readonly reason?: string;
  readonly error?: unknown;
}

/**
 * Runs a stage graph: every stage as soon as its needs have ended well, at most `limit` side by side. A failed
 * stage holds back only what hangs on it; what is independent runs to its end.
 * @param stages in an order that respects `needs`, as `pipelineOf` gives them
 * @param execute runs one stage; it must not throw
 * @param skipped is told of a stage that will not run, and why
 */
export async function runGraph(
  stages: readonly Stage[],
  limit: number,
  execute: (stage: Stage) => Promise<Omit<StageOutcome, 'stage'>>,
  skipped: (stage: Stage, reason: string) => void,
): Promise<readonly StageOutcome[]> {
  const outcomes = new Map<string, StageOutcome>();
  const running = new Map<string, Promise<void>>();
  let waiting: readonly Stage[] = stages;
  do {
    const later: Stage[] = [];
    for (const stage of waiting) {
      const failed = stage.needs
        .map((need) => outcomes.get(need))
        .find((need) => need !== undefined && !endedWell(need.status));
      if (failed !== undefined) {
        const reason = `needs ${failed.stage.id}, which ${ENDED[failed.status]}`;
        skipped(stage, reason);
        outcomes.set(stage.id, { stage, status: 'skipped', reason });
      } else if (running.size < limit && stage.needs.every((need) => outcomes.has(need))) {
        const run = async () => {
          outcomes.set(stage.id, { stage, ...(await execute(stage)) });
          running.delete(stage.id);
        };
        running.set(stage.id, run());
      } else later.push(stage);
    }
    waiting = later;
    if (running.size > 0) await Promise.race(running.values());
  } while (running.size > 0 || waiting.length > 0);
  return stages.map((stage) => outcomes.get(stage.id) as StageOutcome);
}

/** Whether what needs a stage may go on; a stage that left hosts behind did what its configuration asks. */
export const endedWell = (status: string | undefined): boolean => status === 'ok' || status === 'partial';

/** The worse first: what decides over the status of a run. */
const BY_SEVERITY = [
  'failed',
  'cut-off',
  'rolled-back',
  'interrupted',
  'running',
  'partial',
  'ok',
  'skipped',
] as const;

/** The status of what several statuses make together; undefined of none. */
export const worstOf = (statuses: Iterable<string>): (typeof BY_SEVERITY)[number] | undefined => {
  const all = new Set(statuses);
  return BY_SEVERITY.find((status) => all.has(status));
};

/** How a stage ended, as the reason of one that needed it. */
export const ENDED: Readonly<Record<StageStatus, string>> = {
  ok: 'ended well',
  partial: 'left hosts behind',
  failed: 'failed',
  skipped: 'was skipped',
  'rolled-back': 'was rolled back',
  interrupted: 'was interrupted',
};
