import type { ObjectStore } from '../../base/ports.js';
import type { Patience } from '../../base/patience.js';
import type { SecretRegistry } from '../../secrets/redact.js';

/** A kind of place where state is kept; `stores.ts` registers it. */
export interface StoreKind {
  readonly name: string;
  /** How a location of this kind is written, for people: `a directory`, `s3://bucket/prefix`. */
  readonly form: string;
  matches(location: string): boolean;
  /** Opens one part of a location; its code is loaded only here. */
  open(place: StorePlace, options: StoreOptions): Promise<ObjectStore>;
}

export interface StorePlace {
  readonly location: string;
  /** Key of the configuration that names the location. */
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
