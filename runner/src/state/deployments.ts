import { hasRun, isInService } from '../domain/behind.js';
import { RollbackLine } from '../domain/rollbackLine.js';
import { StackError } from '../base/errors.js';
import type { Clock, ObjectStore } from '../base/ports.js';
import type { DeploymentRecord } from '../domain/records.js';
import { readHint, serialise, updateDocument } from './documents.js';
import { segment, sharded } from './keys.js';
import { NumberedLog, type BrokenRecord } from './numberedLog.js';
import { deploymentShape, endedShape } from './documentShapes.js';

/** A deployment before its start. The ledger adds its number, its time and its status. */
export type DeploymentDraft = Omit<DeploymentRecord, 'sequence' | 'status' | 'startedAt' | 'endedAt'>;

export interface CurrentDeployments {
  /**
   * The last that ended healthy, partial or unproven: its release is what runs (after a rollback this is the rollback itself).
   */
  readonly healthy?: DeploymentRecord;
  /** The last started deployment, with any result. */
  readonly latest?: DeploymentRecord;
}

/** Deployment records of each environment, numbered from 1. */
export class Deployments {
  /** @param onBroken called for each record that cannot be read */
  constructor(
    private readonly store: ObjectStore,
    private readonly clock: Clock,
    private readonly onBroken: (record: BrokenRecord) => void,
  ) {}

  /** See Ledger.startDeployment. */
  start(draft: DeploymentDraft): Promise<DeploymentRecord> {
    const startedAt = this.clock.now().toISOString();
    return this.log(draft.environment).append((sequence) => ({
      ...draft,
      sequence,
      status: 'running',
      startedAt,
    }));
  }

  /** See Ledger.finishDeployment. */
  async finish(record: DeploymentRecord): Promise<DeploymentRecord> {
    const ended = { ...record, endedAt: record.endedAt ?? this.clock.now().toISOString() };
    // The index first: what the caller reports as healthy is healthy, even if this process dies at the next line.
    if (isInService(ended.status)) await this.remember(ended);
    await this.write(ended);
    if (isInService(ended.status)) await this.log(ended.environment).mark('healthy', ended.sequence);
    return ended;
  }

  /** See Ledger.continueDeployment. */
  async goOn(record: DeploymentRecord): Promise<void> {
    const { endedAt: _, reason: __, ...rest } = record;
    await this.write({ ...rest, status: 'running' });
  }

  async newest(environment: string, limit: number, before?: number): Promise<readonly DeploymentRecord[]> {
    const records: DeploymentRecord[] = [];
    if (limit < 1) return records;
    for await (const record of this.log(environment).newest(before, Math.min(limit, 64))) {
      records.push(record);
      if (records.length >= limit) break;
    }
    return records;
  }

  get(environment: string, sequence: number): Promise<DeploymentRecord | undefined> {
    return this.log(environment).read(sequence);
  }

  /** Names of environments are segments of keys as they stand. */
  async environments(): Promise<readonly string[]> {
    const keys = await this.store.list('deployments/');
    return [...new Set(keys.map((key) => key.split('/')[1] as string))];
  }

  dropBefore(environment: string, number: number): Promise<number> {
    return this.log(environment).dropBefore(number);
  }

  async current(environment: string): Promise<CurrentDeployments> {
    const log = this.log(environment);
    const hint = await log.marked('healthy');
    let latest: DeploymentRecord | undefined;
    for await (const record of log.newest(undefined, 2)) {
      latest ??= record;
      if (isInService(record.status)) return { healthy: record, latest };
      // Nothing between the hint and here was healthy, so skip it: there may be many failures in a row.
      if (record.sequence <= hint) break;
    }
    const healthy = await this.healthyFrom(log, hint);
    return { ...(healthy === undefined ? {} : { healthy }), ...(latest === undefined ? {} : { latest }) };
  }

  /**
   * Deployments to go back to, newest first: healthy or partial ones, and those that are unproven only in part, without the release that runs now and without those that a
   * rollback left behind: after A, B, rollback to A, the way back from A is what ran before A, never B.
   */
  async *rollbackCandidates(environment: string, beforeVersion: string): AsyncGenerator<DeploymentRecord> {
    const line = new RollbackLine(beforeVersion);
    for await (const record of this.log(environment).newest()) {
      if (isInService(record.status) && line.offers(record, hasRun(record))) yield record;
    }
  }

  /** The existence of the document is the information. */
  async wasHealthy(version: string, environment: string): Promise<boolean> {
    return (await this.store.get(endedKey('healthy', environment, version))) !== undefined;
  }

  /** The hinted record; if it cannot be read, the last healthy one before it. */
  private async healthyFrom(
    log: NumberedLog<DeploymentRecord>,
    hint: number,
  ): Promise<DeploymentRecord | undefined> {
    if (hint === 0) return undefined;
    const hinted = await log.read(hint);
    if (hinted !== undefined && isInService(hinted.status)) return hinted;
    for await (const record of log.newest(hint)) if (isInService(record.status)) return record;
    return undefined;
  }

  /** The last deployment of a version that ended partial, where none of it ever ended healthy. */
  async onlyPartial(version: string, environment: string): Promise<DeploymentRecord | undefined> {
    if (await this.wasHealthy(version, environment)) return undefined;
    const key = endedKey('partial', environment, version);
    const found = await readHint<{ readonly sequence: number }>(this.store, key, endedShape);
    return found === undefined ? undefined : this.get(environment, found.sequence);
  }

  private async write(record: DeploymentRecord): Promise<void> {
    // A missing or unreadable record is written again: the caller has it from the journal.
    await updateDocument<DeploymentRecord>(
      this.store,
      this.log(record.environment).key(record.sequence),
      (stored) => {
        if (stored !== undefined && !mayEnd(stored, record))
          throw alreadyEndedError(this.store.location, stored, record);
        return record;
      },
      deploymentShape,
    );
  }

  private async remember({ environment, version, sequence, status }: DeploymentRecord): Promise<void> {
    await this.store.put(endedKey(status, environment, version), serialise({ version, sequence }));
  }

  private log(environment: string): NumberedLog<DeploymentRecord> {
    const prefix = `deployments/${segment(environment)}`;
    return new NumberedLog(this.store, prefix, deploymentShape, this.onBroken);
  }
}

const endedKey = (status: DeploymentRecord['status'], environment: string, version: string) =>
  sharded(`${status}/${segment(environment)}`, version);

/** The end of a record is final. Only that of a cut-off or paused deployment may change, by the run that goes on with it. */
function mayEnd(stored: DeploymentRecord, ended: DeploymentRecord): boolean {
  return ['running', 'cut-off', 'paused'].includes(stored.status) || stored.status === ended.status;
}

function alreadyEndedError(location: string, stored: DeploymentRecord, ended: DeploymentRecord): StackError {
  const name = `deployment ${ended.sequence} of ${ended.environment}`;
  return new StackError(
    'STATE_CONFLICT',
    `${name} has ended already as ${stored.status}, so it cannot end as ${ended.status}`,
    { where: location, next: `node runner history --env ${ended.environment}` },
  );
}
