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
 * `migrate` is the command of that name; `move` brings a release there or takes it back.
 */
export type TargetPhase = 'check' | 'look' | 'migrate' | 'move';

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
