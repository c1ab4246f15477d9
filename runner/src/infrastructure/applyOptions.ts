export interface ApplyOptions {
  /** A plan made by `plan --out`, absolute; it is applied or refused, never made anew. */
  readonly plan?: string;
  /** Name of the scope to keep to; the whole root, or what the named plan is of, where left out. */
  readonly scope?: string;
  /** Apply the plan that was kept or nothing: somebody approved that one. */
  readonly approved?: boolean;
  /** Digest of the plan that was approved: no other one is applied. */
  readonly approvedPlan?: string;
  /** What may be destroyed though it holds data: addresses, or their last parts where those are unambiguous. */
  readonly allowDestroy?: readonly string[];
  /** Deployments, `APPLICATION/ENVIRONMENT`, whose reuse of what goes does not count: they are gone. */
  readonly forgetReuse?: readonly string[];
  /** The consent that was given to a destroy, as it is typed: `--yes`. */
  readonly consent?: string;
  readonly lockTimeoutSeconds?: number;
}
