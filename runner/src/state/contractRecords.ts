import type { Clock, ObjectStore } from '../base/ports.js';
import type { ContractRecord } from '../domain/contract.js';
import { updateDocument } from './documents.js';
import { contractShape } from './documentShapes.js';
import { segment } from './keys.js';
import { NumberedLog, type BrokenRecord } from './numberedLog.js';

export type ContractDraft = Omit<ContractRecord, 'number' | 'status' | 'startedAt' | 'endedAt'>;

/** The contract steps of each environment, numbered from 1. */
export class Contracts {
  constructor(
    private readonly store: ObjectStore,
    private readonly clock: Clock,
    private readonly onBroken: (record: BrokenRecord) => void,
  ) {}

  /** Writes it as running, under the next number: from here on older releases are refused. */
  start(environment: string, draft: ContractDraft): Promise<ContractRecord> {
    const startedAt = this.clock.now().toISOString();
    return this.log(environment).append((number) => ({ ...draft, number, status: 'running', startedAt }));
  }

  /** Writes what became known of it. */
  async update(environment: string, record: ContractRecord): Promise<ContractRecord> {
    const isOver = record.status !== 'running';
    const known = isOver ? { ...record, endedAt: this.clock.now().toISOString() } : record;
    const key = this.log(environment).key(record.number);
    await updateDocument<ContractRecord>(this.store, key, () => known, contractShape);
    return known;
  }

  /** All of an environment, newest first. @throws StackError STATE_UNREADABLE */
  async all(environment: string): Promise<readonly ContractRecord[]> {
    const records: ContractRecord[] = [];
    for await (const record of this.log(environment).newest()) records.push(record);
    return records;
  }

  private log(environment: string): NumberedLog<ContractRecord> {
    return new NumberedLog(this.store, `contracts/${segment(environment)}`, contractShape, this.onBroken);
  }
}
