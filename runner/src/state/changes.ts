import type { Clock, ObjectStore } from '../base/ports.js';
import { updateDocument } from './documents.js';
import type { ProcessIdentity } from '../adapters/process/processIdentity.js';
import { segment } from './keys.js';
import { NumberedLog, type BrokenRecord } from './numberedLog.js';
import { changeShape } from './documentShapes.js';

/** One attempt to change what an environment runs on. */
export interface ChangeRecord {
  /** Counts up from 1 in each environment. */
  readonly number: number;
  readonly kind: 'apply' | 'destroy' | 'provision';
  /** `running` also where its runner was killed. */
  readonly status: 'running' | 'ok' | 'failed';
  readonly startedAt: string;
  readonly endedAt?: string;
  /** What was checked out; absent where that was no commit, or not all of it. */
  readonly commit?: string;
  /** Digest of what was configured, as far as the commit does not say it. */
  readonly inputs?: string;
  /** Digest of the plan that was carried out. */
  readonly plan?: string;
  readonly who: string;
  readonly run?: string;
  readonly runUrl?: string;
  /** The runner that makes it. */
  readonly process?: ProcessIdentity;
}

export type ChangeDraft = Omit<ChangeRecord, 'number' | 'status' | 'startedAt' | 'endedAt'>;

/** What changed an environment's infrastructure and hosts, numbered from 1; deployments have a log of their own. */
export class Changes {
  constructor(
    private readonly store: ObjectStore,
    private readonly clock: Clock,
    private readonly onBroken: (record: BrokenRecord) => void,
  ) {}

  /** Writes it as running, under the next number. */
  start(environment: string, draft: ChangeDraft): Promise<ChangeRecord> {
    const startedAt = this.clock.now().toISOString();
    return this.log(environment).append((number) => ({ ...draft, number, status: 'running', startedAt }));
  }

  async finish(environment: string, record: ChangeRecord, status: 'ok' | 'failed'): Promise<void> {
    const ended: ChangeRecord = { ...record, status, endedAt: this.clock.now().toISOString() };
    await updateDocument<ChangeRecord>(
      this.store,
      this.log(environment).key(record.number),
      () => ended,
      changeShape,
    );
  }

  /** Newest first. */
  newest(environment: string): AsyncGenerator<ChangeRecord> {
    return this.log(environment).newest(undefined, 4);
  }

  private log(environment: string): NumberedLog<ChangeRecord> {
    return new NumberedLog(this.store, `changes/${segment(environment)}`, changeShape, this.onBroken);
  }
}
