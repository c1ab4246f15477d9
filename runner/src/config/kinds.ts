import type { CollidingTarget } from './collisions.js';
import type { ChannelSchema, TargetConfig, TargetSchema } from './kindSchemas.js';
import type { StoreLocation } from './storeLocation.js';

/** A kind of target as the configuration knows it. */
export type ConfiguredTarget<Own extends TargetConfig = TargetConfig> = TargetSchema & CollidingTarget<Own>;

/** The kinds that a configuration is read with. */
export interface ConfiguredKinds {
  readonly targets: readonly ConfiguredTarget[];
  readonly channels: readonly ChannelSchema[];
  readonly stores: readonly StoreLocation[];
}
