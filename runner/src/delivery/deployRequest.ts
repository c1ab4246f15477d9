import type { Stage } from '../events/stage.js';
import type { NamedEnvironment } from '../context/context.js';
import type { BehindOfTarget } from '../domain/behind.js';
import type { DeploymentKind, DeploymentRecord, ReleaseRecord } from '../domain/records.js';

export interface DeployRequest {
  readonly environment: NamedEnvironment;
  readonly release: ReleaseRecord;
  readonly kind: DeploymentKind;
  /** Tells of it. */
  readonly stage: Stage;
  readonly waitMs?: number;
  /** Names of the targets to move; all where left out. */
  readonly only?: readonly string[];
  /** Of a rollback: instances that are to serve again, by target. */
  readonly instances?: Readonly<Record<string, readonly string[]>>;
  /** Goes on with this deployment, which was cut off. */
  readonly resume?: { readonly deployment: DeploymentRecord };
  /** What a pause of a target means: the run waits there, which is the default, or ends. */
  readonly atPause?: 'wait' | 'end';
  /** Ends the pauses of the deployment that it goes on with. */
  readonly continues?: DeploymentRecord;
  /** Goes over a deployment that was cut off, and ends it: the release was chosen by name, knowing that it works. */
  readonly forward?: boolean;
  /** Whether targets refuse what surely cannot run (`--no-verify`); they do where left out. */
  readonly verify?: boolean;
  readonly from?: string;
  readonly fromBehind?: readonly string[];
  readonly approvedBy?: string;
  readonly authors?: readonly string[];
  readonly forcedBy?: string;
  readonly forcedReason?: string;
}

export interface DeployResult {
  readonly deployment: DeploymentRecord;
  readonly release: ReleaseRecord;
  /** True where every target already ran this release, healthy. */
  readonly unchanged: boolean;
  /** Hosts that do not run it; no more than the targets allow. */
  readonly behind: readonly BehindOfTarget[];
  /** Why a hook failed that runs after it; the release runs all the same. */
  readonly hookFailure?: string;
}
