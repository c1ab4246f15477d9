import type * as z from 'zod';
import type { StoreLocation } from './storeLocation.js';
import type { ChecksConfig } from './checksSchema.js';
import type { MigrateConfig } from './migrateSchema.js';

/** What the configuration says of every target, whatever its kind; each kind knows the rest of it. */
export interface TargetConfig {
  readonly kind: string;
  /** Image of the configuration that it runs; only what runs an artifact has none. */
  readonly image?: string | undefined;
  /** Artifact of the configuration that it runs. */
  readonly artifact?: string | undefined;
  /** Targets that have to run a release before it is brought here. */
  readonly needs?: readonly string[] | undefined;
  /** What a release has to pass there. */
  readonly checks?: ChecksConfig | undefined;
  /** What it does to the schema of a database; only kinds that can run a command have it. */
  readonly migrate?: MigrateConfig | undefined;
  /** How its requests are moved, and where its platform pauses for somebody; only kinds whose platform can have it. */
  readonly strategy?: { readonly kind: string; readonly pause?: readonly string[] | undefined } | undefined;
}

/** What a target of a kind may say. */
export interface TargetSchema {
  /** What `kind` says, such as `ecs-service`. */
  readonly name: string;
  /** A map with `kind`, `image` or `artifact`, and the kind's own keys; their descriptions are the docs. */
  readonly schema: z.ZodObject;
}

/** What the settings of a channel may say. */
export interface ChannelSchema<Own extends object = object> {
  /** Its key below `notifications`. */
  readonly key: string;
  /** How the channel calls itself. */
  readonly title: string;
  /** Its settings; their descriptions are the docs. */
  readonly schema: z.ZodType<Own>;
  /** One line for the docs. */
  readonly description: string;
  /** What is wrong with its settings as a whole. */
  fault?(settings: Own): string | undefined;
}

/** The kinds that the schema of the configuration is made of. */
export interface KindSchemas {
  readonly targets: readonly TargetSchema[];
  readonly channels: readonly ChannelSchema[];
  readonly stores: readonly StoreLocation[];
}
