import pMap from 'p-map';
import type { DeploymentName, OwnershipRecord } from '../domain/ownership.js';
import type { ObjectStore } from '../base/ports.js';
import { readDocument, updateDocument } from './documents.js';
import { segment } from './keys.js';
import { ownershipShape } from './documentShapes.js';

/** Folder of the ledger beside those of the applications; no application may be called so. */
export const OWNERSHIP_PART = '_ownership';

/** Records read side by side. */
const AT_ONCE = 16;

/** Who owns and reuses what, a record a deployment, shared by all that name the same place. */
export class OwnershipLedger {
  constructor(private readonly store: ObjectStore) {}

  get location(): string {
    return this.store.location;
  }

  /** Every deployment's record. The one question in the state that is answered by listing: a record a deployment. */
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

  /** Forgets a deployment that was destroyed. */
  async remove(deployment: DeploymentName): Promise<void> {
    await this.store.delete(keyOf(deployment));
  }
}

const keyOf = ({ application, environment }: DeploymentName) =>
  `deployments/${segment(application)}/${segment(environment)}.json`;
