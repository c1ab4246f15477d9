import type { Clock, ObjectStore } from '../base/ports.js';
import { updateDocument } from './documents.js';
import type { ProcessIdentity } from '../adapters/process/processIdentity.js';
import { segment } from './keys.js';
import { NumberedLog, type BrokenRecord } from './numberedLog.js';
import { changeShape } from './documentShapes.js';

/** What changes the infrastructure and hosts of an environment. */
const foundations = ['apply', 'destroy', 'provision'] as const;
type Foundation = (typeof foundations)[number];
/** What people do with what runs there. */
const operations = ['exec', 'task', 'scale', 'restart', 'drain'] as const;
/** What people do with what a deployment has in AWS beside its releases. */
const resourceChanges = ['instances', 'keys', 'alarms', 'power', 'prune'] as const;
export type ResourceChange = (typeof resourceChanges)[number];
export const changeKinds = [...foundations, ...operations, ...resourceChanges] as const;

/** One attempt to change what an environment runs on, or something that was done with what runs there. */
export interface ChangeRecord<Kind extends string = Foundation> {
  /** Counts up from 1 in each environment. */
  readonly number: number;
  readonly kind: Kind;
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
  /** What was done with: names of targets. */
  readonly targets?: readonly string[];
  /** What was done, in words: `2 → 4 tasks`. */
  readonly summary?: string;
  readonly who: string;
  readonly run?: string;
  readonly runUrl?: string;
  /** The runner that makes it. */
  readonly process?: ProcessIdentity;
}

export type ChangeKind = (typeof changeKinds)[number];
export type AnyChange = ChangeRecord<ChangeKind>;
export type ChangeDraft = Omit<AnyChange, 'number' | 'status' | 'startedAt' | 'endedAt'>;

/** What was done to an environment beside deployments, which have a log of their own; numbered from 1. */
export class Changes {
  constructor(
    private readonly store: ObjectStore,
    private readonly clock: Clock,
    private readonly onBroken: (record: BrokenRecord) => void,
  ) {}

  /** Writes it as running, under the next number. */
  start(environment: string, draft: ChangeDraft): Promise<AnyChange> {
    const startedAt = this.clock.now().toISOString();
    return this.log(environment).append((number) => ({ ...draft, number, status: 'running', startedAt }));
  }

  async finish(environment: string, record: AnyChange, status: 'ok' | 'failed'): Promise<void> {
    const ended: AnyChange = { ...record, status, endedAt: this.clock.now().toISOString() };
    await updateDocument<AnyChange>(
      this.store,
      this.log(environment).key(record.number),
      () => ended,
      changeShape,
    );
  }

  /** What changed its infrastructure and hosts, newest first. */
  async *newest(environment: string): AsyncGenerator<ChangeRecord> {
    for await (const change of this.all(environment)) if (isFoundation(change)) yield change;
  }

  /** All that was done, newest first. */
  all(environment: string): AsyncGenerator<AnyChange> {
    return this.log(environment).newest(undefined, 4);
  }

  /** Removes the changes before a number. @returns how many */
  dropBefore(environment: string, number: number): Promise<number> {
    return this.log(environment).dropBefore(number);
  }

  private log(environment: string): NumberedLog<AnyChange> {
    return new NumberedLog(this.store, `changes/${segment(environment)}`, changeShape, this.onBroken);
  }
}

const isFoundation = (change: AnyChange): change is ChangeRecord =>
  (foundations as readonly string[]).includes(change.kind);
