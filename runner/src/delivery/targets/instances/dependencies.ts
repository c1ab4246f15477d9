import type { Ec2Instances, LaunchTemplate } from '../../../adapters/aws/ec2Instances.js';
import type { SshHosts } from '../../../adapters/ssh/sshHosts.js';
import type { Clock } from '../../../base/ports.js';
import type { Rollout } from '../../../context/target.js';
import type { Host } from '../../../domain/host.js';
import type { Instance } from '../../../domain/instance.js';
import type { ReleaseArtifact } from '../../../domain/records.js';
import type { HostFailure } from '../../../hosts/rules/ansibleEvents.js';
import type { CheckTools } from '../../checks/checks.js';
import type { FetchedArtifact } from '../artifacts/fetchArtifact.js';
import type { ProbeAnswer } from '../../../adapters/http/httpProbe.js';
import type { InstanceGroup } from './group.js';
import type { InstancesConfig } from './schema.js';

export interface ConfigureRequest {
  readonly instance: Instance;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly rollout: Rollout;
}

/** What a target of instances works with: createInstances.ts makes it of the real world, tests of fakes. */
export interface InstancesDependencies {
  readonly name: string;
  readonly application: string;
  readonly environmentName: string;
  /** References already resolved. */
  readonly config: InstancesConfig;
  readonly subnets: readonly string[];
  readonly clock: Clock;
  readonly ec2: () => Promise<Ec2Instances>;
  readonly template: () => Promise<LaunchTemplate>;
  readonly group: () => Promise<InstanceGroup>;
  readonly ssh: () => Promise<SshHosts>;
  /** How an instance is reached: what SSH, Ansible and the target group call it. */
  readonly hostOf: (instance: Instance) => Promise<Host>;
  /** Asks an instance from the machine of the runner. */
  readonly probe: (url: string, timeoutMs: number, signal: AbortSignal) => Promise<ProbeAnswer>;
  /** Runs the target's playbook on one instance. @returns why it failed there */
  readonly configure: (request: ConfigureRequest) => Promise<readonly HostFailure[]>;
  /** Registry host, as the instances see it. */
  readonly registry: () => Promise<string>;
  /**
   * Gets an artifact of a release from S3.
   * @throws StackError ARTIFACT_CHANGED where the object is not the one of the release
   */
  readonly fetch: (artifact: ReleaseArtifact, signal: AbortSignal) => Promise<FetchedArtifact>;
  /** Text of the user data, as the file has it; undefined where the template's own is used. */
  readonly userData: () => Promise<string | undefined>;
  /** What its checks work with; only a target without checks can do without. */
  readonly checkTools?: () => Promise<CheckTools>;
  /** The last lines of an instance's console; empty where there are none yet. */
  readonly console: (id: string) => Promise<readonly string[]>;
  /** Something that no other run has: a few letters and digits. */
  readonly nonce: () => string;
}
