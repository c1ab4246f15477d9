import type { NamedEnvironment } from '../context/context.js';
import type { AppliedResource } from './rules/applyProgress.js';
import { interruptedWith } from '../base/interruption.js';
import { StackError } from '../base/errors.js';
import type { PlanScope } from '../domain/plan.js';
import { terraformCommand, type TerraformRoot } from './rules/terraformArguments.js';
import { scopeOption } from './scope.js';
import { isUnsaved, terraformFailure, type FailedRun } from './rules/terraformFailure.js';
import type { TerraformInterrupted } from './terraformRun.js';

/** Resources named in a message at most. */
const NAMED = 10;
const MAY_BE_MISSING =
  'The Terraform state contains what Terraform had written by then; resources that were created later may be missing.';

/** What an apply or destroy was doing when it ended early. */
export interface UnfinishedApply {
  readonly verb: 'apply' | 'destroy';
  readonly environment: NamedEnvironment;
  readonly root: TerraformRoot;
  readonly scope?: PlanScope | undefined;
  readonly resources: readonly AppliedResource[];
}

/** True where Terraform refuses a plan because the state moved on. */
export function isStale({ diagnostics }: FailedRun): boolean {
  return diagnostics.some(({ summary }) => summary === 'Saved plan is stale');
}

/** A failed apply: which resource, the provider's words, what became of the rest, and what to type. */
export function applyFailure(ended: UnfinishedApply, run: FailedRun): StackError {
  const { verb, environment, root } = ended;
  const command = `node runner ${verb} --env ${environment.name}${scopeOption(ended.scope)}`;
  const failure = terraformFailure(
    verb,
    root,
    run,
    (advice) => `${advice}, then \`${command}\`: it continues from what exists.`,
  );
  // A failure has words; without any, Terraform itself was killed or crashed, and saved nothing at its end.
  if (!run.diagnostics.some(({ severity }) => severity === 'error'))
    return unfinishedApplyError(ended, failure);
  const unsaved = isUnsaved(run.diagnostics);
  return new StackError(failure.code, failure.message, {
    ...(failure.where === undefined ? {} : { where: failure.where }),
    evidence: [...failure.evidence, ...whatHappened(ended.resources, !unsaved)],
    next: unsaved ? pushState(root) : failure.next,
  });
}

function unfinishedApplyError(
  { verb, environment, root, resources }: UnfinishedApply,
  failure: StackError,
): StackError {
  return new StackError('TERRAFORM_FAILED', `terraform ${verb} was cut off: it was killed, or it crashed`, {
    where: `${root.directory} (workspace ${root.workspace})`,
    evidence: [...failure.evidence, ...whatHappened(resources, false), MAY_BE_MISSING],
    next:
      `\`node runner plan --env ${environment.name}\` shows what is in the state. If it would create a resource that exists, ` +
      `adopt it by an import block. If a lock was left, it says how to free it.`,
  });
}

/** An interrupted apply; Terraform was given the time to end in order. */
export function applyInterrupted(ended: UnfinishedApply, reason: TerraformInterrupted): StackError {
  const { verb, environment, resources, root } = ended;
  const inOrder = reason.how === 'in-order';
  const how =
    reason.how === 'killed'
      ? 'was cut off'
      : `was ended in order${inOrder ? '' : ', but its state could not be written'}`;
  return interruptedWith(reason, `the ${verb} of ${environment.name} ${how}`, {
    where: `${root.directory} (workspace ${root.workspace})`,
    evidence: [...whatHappened(resources, inOrder), ...(reason.how === 'killed' ? [MAY_BE_MISSING] : [])],
    next:
      reason.how === 'unsaved'
        ? pushState(root)
        : `\`node runner plan --env ${environment.name}${scopeOption(ended.scope)}\` shows what is left to do.`,
    cause: reason,
  });
}

/** What to do with a state that could not be written. */
const pushState = (root: TerraformRoot) =>
  `The state could not be written. Keep ${root.directory}/errored.tfstate, fix the access to the state, then ` +
  terraformCommand(root, 'state', 'push', 'errored.tfstate');

function whatHappened(resources: readonly AppliedResource[], saved: boolean): string[] {
  const named = (status: AppliedResource['status']) => {
    const addresses = resources.filter((item) => item.status === status).map(({ address }) => address);
    const more = addresses.length - NAMED;
    return `${addresses.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  };
  const lines = [
    ['done', named('ok')],
    ['failed', named('failed')],
    ['cut off', named('running')],
  ].flatMap(([what, list]) => (list === '' ? [] : [`${what}: ${list}`]));
  return saved ? [...lines, 'Terraform saved its state: the next plan knows what was done.'] : lines;
}
