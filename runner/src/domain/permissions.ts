/** What IAM has to allow for one call. */
export interface CallRow {
  readonly by: 'runner' | 'docker' | 'terraform';
  readonly needs: readonly {
    readonly actions: readonly string[];
    /** The resources it is about: a word of the table, or one of the kind's own. */
    readonly on: string;
    readonly when?: string;
    /** Why it is on everything: `*` has to be accounted for. */
    readonly because?: string;
  }[];
  /** Why no test makes the call. */
  readonly unmade?: string;
}

/**
 * What commands do with a target: `check` is `doctor`; `look` is a look at what runs, which also comes before a move;
 * `verify` is what comes before a move; `migrate` is the command of that name; `move` brings a release there or takes it
 * back. The others are the commands of their names.
 */
export type TargetPhase =
  | 'check'
  | 'look'
  | 'verify'
  | 'migrate'
  | 'move'
  | 'tasks'
  | 'logs'
  | 'exec'
  | 'task'
  | 'scale'
  | 'restart'
  | 'drain';

/** The calls of AWS that a kind of target makes in some phases. */
export interface TargetPermission<Target = never> {
  readonly phases: readonly TargetPhase[];
  /** Names of calls: of the table of the permissions, or of the kind's own rows. */
  readonly calls: readonly string[];
  /** Whether a target makes them; every one where left out. */
  of?(target: Target): boolean;
}

/** The names in a target's configuration that permissions are confined to. */
export interface TargetNames {
  readonly services?: readonly { readonly cluster: string; readonly service: string }[];
  readonly targetGroups?: readonly string[];
  /** ARNs, by the word that the kind's own rows have for them. */
  readonly resources?: Readonly<Record<string, readonly string[]>>;
}

/**
 * What commands do with a place where state is kept: with the deployment's own records, with those of the applications
 * that it needs, and with the ledger of what deployments own.
 */
export type StorePhase = 'state-read' | 'state-write' | 'upstream' | 'ledger';

/** Whose records a place is used for: the same kind is asked to allow less on those of others. */
export type StoreUse = 'state' | 'upstream' | 'ledger';

/** The calls of AWS that a kind of store makes in some phases. */
export interface StorePermission {
  readonly phases: readonly StorePhase[];
  /** Names of calls: of the table of the permissions, or of the kind's own rows. */
  readonly calls: readonly string[];
}

/** A bucket and the part of it that is meant. */
export interface BucketPart {
  readonly bucket: string;
  /** Without slashes at its ends; the whole bucket where empty. */
  readonly prefix: string;
}

/** What a location names that permissions are confined to. */
export interface StoreNames {
  readonly bucket?: BucketPart;
  /** ARNs, by the word that the kind's own rows have for them. */
  readonly resources?: Readonly<Record<string, readonly string[]>>;
}
