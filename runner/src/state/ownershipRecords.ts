import pMap from 'p-map';
import type { DeploymentName, OwnershipRecord } from '../domain/ownership.js';
import type { ObjectStore } from '../base/ports.js';
import { readDocument, updateDocument } from './documents.js';
import { segment } from './keys.js';
import { ownershipShape } from './documentShapes.js';

/** Folder in the ledger, beside those of the applications. No application may have this name. */
export const OWNERSHIP_PART = '_ownership';

/** Number of records that are read in parallel. */
const AT_ONCE = 16;

/** Who owns and reuses what: one record per deployment, shared by all that use the same location. */
export class OwnershipLedger {
  constructor(private readonly store: ObjectStore) {}

  get location(): string {
    return this.store.location;
  }

  /** The records of all deployments. It is the only read of the state that lists keys: one record per deployment. */
  async all(): Promise<readonly OwnershipRecord[]> {
    const keys = await this.store.list('deployments/');
    const found = await pMap(keys, (key) => readDocument<OwnershipRecord>(this.store, key, ownershipShape), {
      concurrency: AT_ONCE,
    });
    return found.flatMap((document) => document?.value ?? []);
  }

  /**
   * Changes a deployment's record so that no other writer's change is lost.
   * @param change gets what is stored; returns what shall be, or undefined to leave it
   * @throws StackError STATE_WRITE_FAILED, STATE_CONFLICT
   */
  async update(
    deployment: DeploymentName,
    change: (stored: OwnershipRecord | undefined) => OwnershipRecord | undefined,
  ): Promise<void> {
    await updateDocument<OwnershipRecord>(this.store, keyOf(deployment), change, ownershipShape);
  }

  /** Removes the record of a destroyed deployment. */
  async remove(deployment: DeploymentName): Promise<void> {
    await this.store.delete(keyOf(deployment));
  }
}

const keyOf = ({ application, environment }: DeploymentName) =>
  `deployments/${segment(application)}/${segment(environment)}.json`;
