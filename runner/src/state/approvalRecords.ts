import type { Clock, ObjectStore } from '../base/ports.js';
import { segment } from './keys.js';
import { NumberedLog, type BrokenRecord } from './numberedLog.js';
import { approvalShape } from './documentShapes.js';

/** Who let what pass to an environment: all that had a part in it. Written once, never changed. */
export interface ApprovalRecord {
  /** Counts up from 1 in each environment. */
  readonly number: number;
  /** What was checked out, or the commit of the release that was named; absent outside of a repository. */
  readonly commit?: string;
  /** Who wrote what is new there, as `NAME <EMAIL>`. */
  readonly authors: readonly string[];
  /** Who started the run; `jenkins` where that was a change or the clock. */
  readonly startedBy: string;
  readonly approvedBy: readonly string[];
  /** Digest of the plan that was read; absent where there was none. */
  readonly plan?: string;
  /** What was let pass, where that is not a promotion. */
  readonly of?: 'contract';
  readonly at: string;
  readonly run?: string;
  readonly runUrl?: string;
}

export type ApprovalDraft = Omit<ApprovalRecord, 'number' | 'at'>;

/** The approvals of each environment, numbered from 1. */
export class Approvals {
  constructor(
    private readonly store: ObjectStore,
    private readonly clock: Clock,
    private readonly onBroken: (record: BrokenRecord) => void,
  ) {}

  add(environment: string, draft: ApprovalDraft): Promise<ApprovalRecord> {
    const at = this.clock.now().toISOString();
    return this.log(environment).append((number) => ({ ...draft, number, at }));
  }

  /** Newest first. */
  newest(environment: string): AsyncGenerator<ApprovalRecord> {
    return this.log(environment).newest(undefined, 4);
  }

  private log(environment: string): NumberedLog<ApprovalRecord> {
    return new NumberedLog(this.store, `approvals/${segment(environment)}`, approvalShape, this.onBroken);
  }
}
