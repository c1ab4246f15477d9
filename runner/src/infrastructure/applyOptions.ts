import type { Outputs } from '../domain/outputValues.js';
import type { AppliedResource } from './rules/applyProgress.js';
import type { PlanSummary } from '../domain/plan.js';

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

export interface ApplyResult {
  readonly environment: string;
  readonly workspace: string;
  /** Name of the only scope that was applied; absent where it is the whole root. */
  readonly scope?: string;
  /** `2 created, 1 destroyed in 12s`, or `no changes`. */
  readonly summary: string;
  readonly plan: PlanSummary;
  readonly resources: readonly AppliedResource[];
  /** Empty after a destroy. */
  readonly outputs: Outputs;
}

/** The part of the options that a new plan takes. */
export const lockTimeout = ({ lockTimeoutSeconds }: ApplyOptions) =>
  lockTimeoutSeconds === undefined ? {} : { lockTimeoutSeconds };
