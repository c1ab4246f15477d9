import type { NamedEnvironment } from '../container.js';
import type { AppliedResource } from '../core/applyProgress.js';
import { StackError } from '../core/errors.js';
import type { PlanScope } from '../core/planScope.js';
import { byHand, type TerraformRoot } from '../invocations/terraform.js';
import { scopeOption } from './scope.js';
import { isUnsaved, terraformFailure, type FailedRun } from './terraformFailure.js';
import type { TerraformInterrupted } from './terraformRun.js';

/** Resources named in a message at most. */
const NAMED = 10;
const MAY_BE_MISSING =
  'The state knows what Terraform had written by then; what was made since may be missing from it.';

/** What an apply or destroy was doing when it ended early. */
export interface EndedEarly {
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
export function applyFailure(ended: EndedEarly, run: FailedRun): StackError {
  const { verb, environment, root } = ended;
  const command = `node runner ${verb} --env ${environment.name}${scopeOption(ended.scope)}`;
  const failure = terraformFailure(
    verb,
    root,
    run,
    (advice) => `${advice}, then \`${command}\`: it goes on from what is there.`,
  );
  // A failure has words; without any, Terraform itself was killed or crashed, and saved nothing at its end.
  if (!run.diagnostics.some(({ severity }) => severity === 'error')) return cutOff(ended, failure);
  const unsaved = isUnsaved(run.diagnostics);
  return new StackError(failure.code, failure.message, {
    ...(failure.where === undefined ? {} : { where: failure.where }),
    evidence: [...failure.evidence, ...fate(ended.resources, !unsaved)],
    next: unsaved ? pushState(root) : failure.next,
  });
}

function cutOff({ verb, environment, root, resources }: EndedEarly, failure: StackError): StackError {
  return new StackError('TERRAFORM_FAILED', `terraform ${verb} was cut off: it was killed, or it crashed`, {
    where: `${root.directory} (workspace ${root.workspace})`,
    evidence: [...failure.evidence, ...fate(resources, false), MAY_BE_MISSING],
    next:
      `\`node runner plan --env ${environment.name}\` shows what the state knows: what is there and would be created again, ` +
      `adopt by an import block; a lock that was left is told with the way to break it.`,
  });
}

/** An interrupted apply; Terraform was given the time to end in order. */
export function applyInterrupted(ended: EndedEarly, reason: TerraformInterrupted): StackError {
  const { verb, environment, resources, root } = ended;
  const inOrder = reason.how === 'in-order';
  const how =
    reason.how === 'killed'
      ? 'was cut off'
      : `was ended in order${inOrder ? '' : ', but its state could not be written'}`;
  return new StackError('INTERRUPTED', `${reason.message}; the ${verb} of ${environment.name} ${how}`, {
    where: `${root.directory} (workspace ${root.workspace})`,
    evidence: [...fate(resources, inOrder), ...(reason.how === 'killed' ? [MAY_BE_MISSING] : [])],
    next:
      reason.how === 'unsaved'
        ? pushState(root)
        : `\`node runner plan --env ${environment.name}${scopeOption(ended.scope)}\` shows what is left to do.`,
    cause: reason,
  });
}

/** What to do with a state that could not be written. */
const pushState = (root: TerraformRoot) =>
  `The state could not be written; keep ${root.directory}/errored.tfstate, mend the access to the state, then ` +
  byHand(root, 'state', 'push', 'errored.tfstate');

function fate(resources: readonly AppliedResource[], saved: boolean): string[] {
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
  return saved ? [...lines, 'Terraform saved its state: what was done is known to the next plan.'] : lines;
}
