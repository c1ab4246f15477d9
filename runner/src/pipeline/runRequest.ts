import type { Stage } from './rules/stageGraph.js';
import type { ContinueInput, PauseAnswer } from './continueStage.js';
import type { DoneStage } from './resume.js';

export interface RunRequest {
  readonly stages: readonly Stage[];
  /** All stages of the branch, of which `stages` may be a choice. */
  readonly pipeline: readonly Stage[];
  /** Names of those who approved it. */
  readonly approvedBy?: readonly string[];
  /** Digest of the plan that they read; of the plan that is there, where left out. */
  readonly approvedPlan?: string;
  /** Stages that another run of the commit has done: they are left out, with a word. */
  readonly done?: ReadonlyMap<string, DoneStage>;
  /** Such stages of a run whose processes run a part each: they are told, and nothing is left out. */
  readonly doneElsewhere?: ReadonlyMap<string, DoneStage>;
  /** Where nobody is named, an approval that the ledger has of this commit counts. */
  readonly resume?: boolean;
  readonly waitMs?: number;
  /** What somebody said at a pause. */
  readonly pauseAnswer?: PauseAnswer;
  /** Asks who sits there at a pause. */
  readonly askPause?: NonNullable<ContinueInput['ask']>;
  /** What the apply stages may destroy though it holds data. */
  readonly allowDestroy?: readonly string[];
}
