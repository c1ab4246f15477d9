import type { PlanScope } from '../../domain/plan.js';

/** Which version of a state: Terraform counts its writes, and names the state so that it is not taken for another. */
export interface StateVersion {
  readonly serial: number;
  /** Empty while nothing was written. */
  readonly lineage: string;
}

/**
 * What a saved plan was made from. It is kept beside the plan and compared before the plan is applied: a plan that was
 * reviewed must be the plan that is applied, of the same files, variables, commit and state. Terraform itself notices only a
 * state that moved on, and only where the plan changes something; its check at the time of applying stays the last word.
 */
export interface PlanBinding {
  readonly environment: string;
  readonly directory: string;
  readonly workspace: string;
  /** A plan that destroys everything is not to be met by `apply`. */
  readonly destroy: boolean;
  /** The only part of the root that it is of; all of it where absent. */
  readonly scope?: PlanScope;
  /** Full hash; absent outside of a git repository. */
  readonly commit?: string;
  /** Digest of the variables' values: they may be secrets. */
  readonly variables: string;
  /** Digest of the backend configuration. */
  readonly backend: string;
  /** Digest of each file that Terraform may read, by path relative to the root. */
  readonly files: Readonly<Record<string, string>>;
  /** Digest of the plan file itself. */
  readonly plan: string;
  readonly terraform: string;
  /** The state that it was made on; undefined where it cannot be told. */
  readonly state?: StateVersion;
}

const scopeText = (scope: PlanScope | undefined) =>
  scope === undefined ? undefined : `${scope.name} (${scope.addresses.join(', ')})`;

/** Longest list of files in a message. */
const NAMED_FILES = 5;

/**
 * Why a plan no longer fits, in words; empty where it does. The state is compared apart: {@link stateReasons}. Pure.
 * @param saved what it was made from
 * @param now the same, looked at now
 */
export function staleReasons(saved: PlanBinding, now: PlanBinding): string[] {
  const reasons: string[] = [];
  const differs = (what: string, before: string | undefined, after: string | undefined) => {
    if (before !== after) reasons.push(`${what} was ${before ?? 'none'}, now ${after ?? 'none'}`);
  };
  if (saved.destroy !== now.destroy) reasons.push(`it is a plan to ${saved.destroy ? 'destroy' : 'apply'}`);
  differs('the environment', saved.environment, now.environment);
  differs('the Terraform root', saved.directory, now.directory);
  differs('the workspace', saved.workspace, now.workspace);
  differs('the scope', scopeText(saved.scope), scopeText(now.scope));
  differs('Terraform', saved.terraform, now.terraform);
  differs('the commit', saved.commit?.slice(0, 10), now.commit?.slice(0, 10));
  if (saved.plan !== now.plan) reasons.push('the plan file was changed after it was made');
  if (saved.variables !== now.variables) reasons.push('values of variables changed');
  if (saved.backend !== now.backend) reasons.push('the backend configuration changed');
  const changed = changedFiles(saved.files, now.files);
  if (changed.length > 0) {
    const more = changed.length - NAMED_FILES;
    reasons.push(
      `files changed: ${changed.slice(0, NAMED_FILES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
    );
  }
  return reasons;
}

/** Whether a plan was made on another version of the state. Pure. */
export function hasStateMoved(saved: StateVersion | undefined, now: StateVersion | undefined): boolean {
  if (saved === undefined || now === undefined) return false;
  return saved.serial !== now.serial || saved.lineage !== now.lineage;
}

/**
 * Why a plan does not fit the state, in words; empty where it does. Pure.
 * @param saved the state it was made on
 * @param now the state as it is, undefined where it was not looked at
 */
export function stateReasons(saved: StateVersion | undefined, now: StateVersion | undefined): string[] {
  if (now === undefined) return [];
  if (saved === undefined) return ['it does not say for which state it was made'];
  if (!hasStateMoved(saved, now)) return [];
  // The first write names a state; from then on another name is another state.
  const isOther = saved.lineage !== '' && saved.lineage !== now.lineage;
  const what = isOther ? 'the state is not the one it was made for' : 'the state changed after it was made';
  return [`${what}: serial was ${saved.serial}, now ${now.serial}`];
}

function changedFiles(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => {
    if (before[name] === after[name]) return [];
    if (before[name] === undefined) return [`${name} (new)`];
    return [after[name] === undefined ? `${name} (gone)` : name];
  });
}
