/**
 * What a saved plan was made from. It is kept beside the plan and compared before the plan is applied: a plan that was
 * reviewed must be the plan that is applied, of the same files, variables and commit. Terraform itself only notices a
 * state that moved on.
 */
export interface PlanBinding {
  readonly environment: string;
  readonly directory: string;
  readonly workspace: string;
  /** A plan that destroys everything is not to be met by `apply`. */
  readonly destroy: boolean;
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
}

/** Longest list of files in a message. */
const NAMED_FILES = 5;

/**
 * Why a plan no longer fits, in words; empty where it does. Pure.
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
