import type { EcsServiceConfig } from './schema.js';
import type { Clock, Processes } from '../../../base/ports.js';
import type { AwsClients } from '../../../adapters/aws/clients.js';
import type { EcsApi } from '../../../adapters/aws/ecs.js';
import type { EcsTasks } from '../../../adapters/aws/ecsTasks.js';
import type { CheckTools } from '../../checks/checks.js';
import type { TakeSnapshot } from '../../snapshots/takeSnapshot.js';
import type { CheckedAddress } from '../../rules/checkCommands.js';
import type { Probe } from './probe.js';
import type { ServiceDescription } from './serviceDescription.js';
import type { Mover } from './mover.js';
import type { Member, SharedService } from './sharedService.js';
import type { ReleaseRecord } from '../../../domain/records.js';
import type { Rollout } from '../../../context/target.js';

export interface EcsTargetOptions {
  readonly name: string;
  /** References already resolved. */
  readonly config: EcsServiceConfig;
  readonly environmentName: string;
  readonly aws: AwsClients;
  /** Of the account whose registry has the images; `aws` where left out. */
  readonly images?: AwsClients;
  readonly clock: Clock;
  /**
   * What stands before the repository in image references: a registry host, or a host and a prefix.
   * @param account the one the service runs in, which its ARN tells without another call
   */
  readonly registry: (account: string) => string;
  /** The service's API; made from `aws` where left out. */
  readonly api?: EcsApi;
  /** Tasks beside the service, made from `aws` where left out. */
  readonly tasks?: EcsTasks;
  /** The service with the other targets that are containers of it; of its own where left out. */
  readonly shared?: SharedService;
  readonly probe?: Probe;
  /** What its checks work with; only a target without checks can do without. */
  readonly checkTools?: CheckTools;
  /** Makes snapshots before migrations; only a target without one can do without. */
  readonly takeSnapshot?: TakeSnapshot | undefined;
  /** URL of the environment, where it has one. */
  readonly url?: string | undefined;
  /** What sessions in containers are opened with; those targets that open none do without. */
  readonly onHost?: OnHost | undefined;
  /** How the service gets to another revision; by a rolling update where left out. */
  readonly mover?: Mover;
  /** Checks a new revision before ECS moves requests to it; by its own checks where left out. */
  readonly check?: (checked: CheckedRevision) => Promise<unknown>;
  /** AUTOMATION_STACK_LOAD_BALANCERS: where load balancers are reached from here, `{name}` in it is its name. */
  readonly balancersAt?: string | undefined;
  /** Where the service is the idle colour of a switch: what it takes over of the live one. */
  readonly like?: LiveColour;
}

/** A new revision that gets no requests but test requests. */
export interface CheckedRevision {
  readonly member: Member;
  readonly described: ServiceDescription;
  readonly release: ReleaseRecord;
  /** Where it answers, if anywhere. */
  readonly at: CheckedAddress | undefined;
  readonly rollout: Rollout;
}

/** What the idle colour of a switch takes over of the live one. */
export interface LiveColour {
  /** How many tasks it is to have. */
  readonly count: number;
  /** What its next revision is made of: its own may be several releases old. */
  readonly described: ServiceDescription;
}

/** The machine that a session is opened from. */
export interface OnHost {
  readonly processes: Processes;
  readonly secrets: { register(value: string | undefined): void };
  /** By which AWS's own tools act as we do. */
  awsVariables(): Promise<Readonly<Record<string, string>>>;
  /** Where Session Manager is reached, if not at the region's own address. */
  readonly sessionsAt?: string | undefined;
}
