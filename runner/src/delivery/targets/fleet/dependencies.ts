import type { SshHosts } from '../../../adapters/ssh/sshHosts.js';
import type { Host } from '../../../domain/host.js';
import type { Clock } from '../../../base/ports.js';
import type { HostFailure } from '../../../hosts/rules/ansibleEvents.js';
import type { ObjectForPlaybook } from '../../../hosts/rules/objectForPlaybook.js';
import type { Rollout } from '../../../context/target.js';
import type { CheckTools } from '../../checks/checks.js';
import type { TakeSnapshot } from '../../snapshots/takeSnapshot.js';
import type { ReleaseArtifact } from '../../../domain/records.js';
import type { FetchedArtifact } from '../artifacts/fetchArtifact.js';
import type { Balancer } from './balancer.js';
import type { Runtime } from './runtime.js';
import type { FleetConfig } from './schema.js';
import type { FleetIdentity } from './wanted.js';

export interface PlayRequest {
  /** Names of the hosts to work on. */
  readonly hosts: readonly string[];
  readonly variables: Readonly<Record<string, unknown>>;
  readonly rollout: Rollout;
  /** Files of S3 that the playbook uses, for hosts that run it themselves. */
  readonly objects?: readonly ObjectForPlaybook[];
}

/** The world of a fleet: createFleetTarget.ts makes it of the real one, tests make it of fakes. */
export interface FleetWorld extends FleetIdentity {
  readonly config: FleetConfig;
  readonly clock: Clock;
  /** The hosts of the target's group. @throws StackError CONFIG_INVALID where it has none */
  readonly hosts: () => Promise<readonly Host[]>;
  readonly ssh: () => Promise<SshHosts>;
  /** Undefined where the target has no target group. */
  readonly balancer: () => Promise<Balancer | undefined>;
  /** What its checks work with; only a target without checks can do without. */
  readonly checkTools?: () => Promise<CheckTools>;
  /** Makes snapshots before migrations; only a target without one can do without. */
  readonly takeSnapshot?: TakeSnapshot;
  /** Registry host, as the hosts see it. */
  readonly registry: () => Promise<string>;
  /** Runs the target's playbook on some hosts. @returns the hosts that failed, and those that it left out */
  readonly play: (request: PlayRequest) => Promise<readonly HostFailure[]>;
  /**
   * Gets an artifact of a release, and checks it; only a target of containers can do without.
   * @throws StackError ARTIFACT_CHANGED, AWS_*
   */
  readonly fetchArtifact?: (artifact: ReleaseArtifact, signal: AbortSignal) => Promise<FetchedArtifact>;
}

/** What a fleet works with. */
export interface FleetDependencies extends FleetWorld {
  readonly runtime: Runtime;
}
