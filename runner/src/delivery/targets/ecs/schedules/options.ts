import type { AwsClients } from '../../../../adapters/aws/clients.js';
import type { EcsApi } from '../../../../adapters/aws/ecs.js';
import type { Clock } from '../../../../base/ports.js';
import type { EcsServiceConfig } from '../schema.js';

export interface SchedulesOptions {
  /** The target of the configuration whose schedules they are. */
  readonly name: string;
  /** References already resolved. */
  readonly config: EcsServiceConfig;
  readonly environment: string;
  readonly aws: AwsClients;
  readonly api: EcsApi;
  readonly registry: (account: string) => string;
  readonly clock: Clock;
}
