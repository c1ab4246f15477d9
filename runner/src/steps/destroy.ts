import type { Context, NamedEnvironment } from '../container.js';
import { StackError } from '../core/errors.js';
import { planText } from '../core/planText.js';
import { requireAccount } from './account.js';
import { carryOut, choosePlan, type ApplyResult } from './apply.js';
import { tellPlan } from './plan.js';
import { planOrigin } from './terraformOrigin.js';

export interface DestroyOptions {
  /** The user said yes to what the plan shows. */
  readonly yes: boolean;
  /** The environment's name, typed out: what a protected environment asks for. */
  readonly confirm?: string;
  readonly lockTimeoutSeconds?: number;
}

/**
 * Destroys an environment's infrastructure. The plan comes first, so that it is seen also where the guard refuses.
 * @throws StackError APPROVAL_REQUIRED without the consent it needs; TERRAFORM_FAILED, LOCKED, TOOL_MISSING …
 */
export async function destroyStep(
  context: Context,
  environment: NamedEnvironment,
  stage: string,
  options: DestroyOptions,
): Promise<ApplyResult> {
  await requireAccount(context, environment);
  const origin = await planOrigin(context, environment, true);
  const timeout =
    options.lockTimeoutSeconds === undefined ? {} : { lockTimeoutSeconds: options.lockTimeoutSeconds };
  const plan = await choosePlan(context, environment, stage, origin, timeout);
  const refusal = plan.summary.hasChanges ? refuse(environment, options, planText(plan.summary)) : undefined;
  // A refusal shows the plan itself.
  tellPlan(context, stage, plan, refusal !== undefined);
  if (refusal !== undefined) throw refusal;
  return carryOut(context, environment, stage, origin, plan, timeout);
}

/** True where an environment is not to be destroyed by a mere `--yes`. */
export function isProtected({ config }: NamedEnvironment): boolean {
  return config.protected ?? config.promotion !== undefined;
}

function refuse(
  environment: NamedEnvironment,
  { yes, confirm }: DestroyOptions,
  plan: string,
): StackError | undefined {
  const { name } = environment;
  if (confirm === name || (yes && !isProtected(environment))) return undefined;
  const wrongName = confirm === undefined ? [] : [`--confirm said "${confirm}"`];
  const [message, consent] = isProtected(environment)
    ? [`${name} is protected: destroying it needs its name`, `--confirm ${name}`]
    : [`destroying ${name} needs a yes`, '--yes'];
  return new StackError('APPROVAL_REQUIRED', message, {
    where: name,
    evidence: [...wrongName, ...plan.split('\n')],
    next: `Where all of that may go: node runner destroy --env ${name} ${consent}`,
  });
}
