import type { Stage } from '../events/stage.js';
import { applyPlan } from './applyPlan.js';
import { choosePlan } from './choosePlan.js';
import type { ApplyOptions, ApplyResult } from './applyOptions.js';
import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import { StackError } from '../base/errors.js';
import { planText } from './rules/planText.js';
import { requireAccount } from '../context/account.js';
import { commandWithNames, consentOf, isProtected } from './dataGuard.js';
import { reportPlan } from './plan.js';
import { refuseReuse } from './reuseGuard.js';
import type { SavedPlan } from './savedPlan.js';
import { planOrigin } from './terraformOrigin.js';

export interface DestroyOptions {
  /** The user said yes to what the plan shows. */
  readonly yes: boolean;
  /** The environment's name, typed out: what a protected environment asks for. */
  readonly confirm?: string;
  /** What may be destroyed though it holds data; see `apply`. */
  readonly allowDestroy?: readonly string[];
  /** Deployments whose reuse does not count; see `apply`. */
  readonly forgetReuse?: readonly string[];
  readonly lockTimeoutSeconds?: number;
}

/**
 * Destroys an environment's infrastructure. The plan comes first, so that it is seen also where the guard refuses.
 * @throws StackError APPROVAL_REQUIRED without the consent it needs; DATA_LOSS_REFUSED where data goes that nobody named;
 *   TERRAFORM_FAILED, LOCKED, TOOL_MISSING …
 */
export async function destroyStep(
  context: Context,
  environment: NamedEnvironment,
  stage: Stage,
  options: DestroyOptions,
): Promise<ApplyResult> {
  await requireAccount(context, environment);
  const origin = await planOrigin(context, environment, true);
  const { lockTimeoutSeconds, allowDestroy, forgetReuse } = options;
  const applying: ApplyOptions = {
    consent: consentOf(environment),
    ...(lockTimeoutSeconds === undefined ? {} : { lockTimeoutSeconds }),
    ...(allowDestroy === undefined ? {} : { allowDestroy }),
    ...(forgetReuse === undefined ? {} : { forgetReuse }),
  };
  const plan = await choosePlan(context, environment, stage, origin, applying);
  const refusal = plan.summary.hasChanges
    ? ((await refuseReuse(context, environment, plan.ids, {
        ...applying,
        command: commandWithNames(context, environment, plan, applying),
      })) ?? refuse(context, environment, options, plan))
    : undefined;
  // A refusal shows the plan itself.
  reportPlan(stage, plan, refusal !== undefined);
  if (refusal !== undefined) throw refusal;
  return applyPlan({ context, environment, stage, origin, plan, options: applying });
}

function refuse(
  context: ContextWith<'options'>,
  environment: NamedEnvironment,
  { yes, confirm }: DestroyOptions,
  plan: SavedPlan,
): StackError | undefined {
  const { name } = environment;
  if (confirm === name || (yes && !isProtected(environment))) return undefined;
  const wrongName = confirm === undefined ? [] : [`--confirm said "${confirm}"`];
  const message = isProtected(environment)
    ? `${name} is protected: destroying it needs its name`
    : `destroying ${name} needs a confirmation`;
  return new StackError('APPROVAL_REQUIRED', message, {
    where: name,
    evidence: [...wrongName, ...planText(plan.summary).split('\n')],
    next: `If all of that may be destroyed: ${commandWithNames(context, environment, plan, { consent: consentOf(environment) })}`,
  });
}
