import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import {
  commitHere,
  approvalRequired,
  recordApproval,
  recordedApproval,
  requireApproval,
  ruleOf,
} from '../delivery/approvals.js';
import type { RunRequest } from './runRequest.js';

type ApprovalInput = Pick<RunRequest, 'approvedBy' | 'approvedPlan' | 'resume'>;

/**
 * The stage that waits for people: holds what they said to what the environment asks for, and records it with the plan
 * that they read.
 * @throws StackError APPROVAL_REQUIRED, APPROVAL_NOT_ALLOWED, STATE_WRITE_FAILED
 */
export async function approveStage(
  context: Context,
  environment: NamedEnvironment,
  { approvedBy = [], approvedPlan }: ApprovalInput,
): Promise<{ readonly by: readonly string[]; readonly plan: string | undefined }> {
  const approved = await requireApproval(context, environment, approvedBy, await commitHere(context));
  const plan = approvedPlan ?? (await savedDigest(context, environment));
  await recordApproval(context, environment, approved, plan);
  return { by: approved.by, plan };
}

/**
 * The same before a contract step; people are those who may approve a promotion there.
 * @throws StackError APPROVAL_REQUIRED, APPROVAL_NOT_ALLOWED, STATE_WRITE_FAILED
 */
export async function approveContract(
  context: Context,
  environment: NamedEnvironment,
  { approvedBy = [] }: ApprovalInput,
): Promise<readonly string[]> {
  const approved = await requireApproval(context, environment, approvedBy, await commitHere(context));
  await recordApproval(context, environment, approved, undefined, 'contract');
  return approved.by;
}

/**
 * Who approved it, as told; of a run that is resumed, whom the ledger knows to have approved this very commit.
 * @throws StackError APPROVAL_REQUIRED where a run is resumed that nobody approved
 */
export async function approversOf(
  context: ContextWith<'config' | 'git' | 'state' | 'who'>,
  environment: NamedEnvironment,
  { approvedBy = [], resume }: ApprovalInput,
): Promise<readonly string[]> {
  if (approvedBy.length > 0 || resume !== true || ruleOf(environment) === undefined) return approvedBy;
  const commit = await commitHere(context);
  const known = commit === undefined ? undefined : await recordedApproval(context, environment, commit);
  if (known === undefined) throw approvalRequired(environment);
  return known.approvedBy;
}

/** Digest of the plan that waits to be applied; undefined where there is none. */
async function savedDigest(
  context: ContextWith<'config' | 'env'>,
  environment: NamedEnvironment,
): Promise<string | undefined> {
  if (environment.config.infrastructure === undefined) return undefined;
  const [{ savedPlanDigest }, { scopeOf }] = await Promise.all([
    import('../infrastructure/savedPlan.js'),
    import('../infrastructure/scope.js'),
  ]);
  return savedPlanDigest(context, environment, scopeOf(environment, environment.config.infrastructure.scope));
}
