import type { ObjectStore } from '../../base/ports.js';
import type { Patience } from '../../base/patience.js';
import type { StoreLocation } from '../../config/storeLocation.js';
import type { CallRow, StoreNames, StorePermission, StoreUse } from '../../domain/permissions.js';
import type { SecretRegistry } from '../../secrets/redact.js';

/** A kind of place where state is kept; `stores.ts` registers it. */
export interface StoreKind extends StoreLocation {
  /** Opens one part of a location; its code is loaded only here. */
  open(place: StorePlace, options: StoreOptions): Promise<ObjectStore>;
  /** Which calls of AWS it makes; none where left out. */
  readonly permissions?: readonly StorePermission[];
  /** What IAM has to allow for calls that no other part of the runner makes. */
  readonly calls?: Readonly<Record<string, CallRow>>;
  /**
   * The names that its permissions are confined to; a word of its own rows is for one use, such as `upstream-table`.
   * @param part folder in the location
   * @param arn an ARN of the environment's region and account, e.g. `dynamodb:R:A:table/{name}`
   */
  names?(
    use: StoreUse,
    location: string,
    part: string,
    arn: (form: string, names: Readonly<Record<string, string>>) => string,
  ): StoreNames;
}

export interface StorePlace {
  readonly location: string;
  /** Name of the setting that says so, for what is told of it. */
  readonly setting: string;
  /** Directory of the configuration: relative locations start here. */
  readonly directory: string;
  /** Folder in the location; applications have theirs by their name. */
  readonly part: string;
}

export interface StoreOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Gets the AWS credentials, where the location is a bucket. */
  readonly secrets: SecretRegistry;
  /** How a bucket is waited for that does not answer. */
  readonly patience?: Patience | undefined;
}
