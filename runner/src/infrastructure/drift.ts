import type { Stage } from '../events/stage.js';
import { join } from 'node:path';
import type { Context, NamedEnvironment } from '../context/context.js';
import type { DeliveryOwned } from '../domain/plan.js';
import { driftLines, driftOf, driftText, type DriftedResource } from './rules/driftFindings.js';
import { StackError } from '../base/errors.js';
import { requireAccount } from '../context/account.js';
import { actingIn } from '../context/scopeRole.js';
import { deliveredIn } from './delivered.js';
import { recordDrift } from './driftRecord.js';
import { planInto } from './plan.js';
import { privateFolder } from '../adapters/process/privateFolder.js';
import { scopeOf, scopeOption } from './scope.js';
import { planOrigin } from './terraformOrigin.js';

export interface DriftResult {
  readonly environment: string;
  readonly workspace: string;
  /** Name of the only scope that was looked at; absent where it is the whole root. */
  readonly scope?: string;
  /** How many resources and outputs are not as configured; 0 is no drift. */
  readonly drifted: number;
  readonly changes: readonly DriftedResource[];
  /** Changed outside, but left so by the configuration. */
  readonly leftAlone: readonly string[];
  /** What the delivery owns and has put elsewhere than Terraform did; absent where that is nothing. */
  readonly owned?: readonly DeliveryOwned[];
  /** Names the environment. */
  readonly headline: string;
  /** For people; the first line is the headline. */
  readonly text: string;
  /** Undefined where nothing has drifted. */
  readonly finding: StackError | undefined;
}

/**
 * Compares an environment's infrastructure with its configuration and its last apply. Changes nothing: the plan that
 * it takes is thrown away, and one that waits for an approval stays as it is. What was found is kept for `status`.
 * @returns DRIFT_FOUND as `finding` where something has drifted
 * @throws StackError SCOPE_UNKNOWN, TERRAFORM_FAILED, LOCKED, TOOL_MISSING, CONFIG_INVALID, CONFIG_REFERENCE, INTERRUPTED
 */
export async function driftStep(
  context: Context,
  environment: NamedEnvironment,
  stage: Stage,
  options: { readonly lockTimeoutSeconds?: number; readonly scope?: string } = {},
): Promise<DriftResult> {
  const scope = scopeOf(environment, options.scope);
  const acting = actingIn(environment, scope?.name);
  await requireAccount(context, acting);
  const origin = await planOrigin(context, acting, false, scope);
  // Plans hold secrets in clear text: in a directory that only this user can read, for as long as it takes.
  const folder = await privateFolder(context.env, 'disk');
  try {
    const plan = await planInto(context, environment, stage, origin, join(folder.path, 'drift.tfplan'), {
      ...options,
      mayReport: true,
    });
    const delivered = await deliveredIn(context, environment, plan);
    // Values that copy a sensitive one carry no mark of their own.
    const drift = context.secrets.value(driftOf(plan, scope, delivered));
    const { name } = environment;
    const text = driftText(name, drift);
    stage.fact('drift', text);
    const { drifted, changes, leftAlone, owned } = drift;
    const headline = `${name} ${drift.headline}`;
    // A look at a part says nothing of the environment.
    if (scope === undefined) await recordDrift(context, environment, { drifted, headline });
    return {
      environment: name,
      workspace: origin.root.workspace,
      ...(scope === undefined ? {} : { scope: scope.name }),
      drifted,
      changes,
      leftAlone,
      ...(owned === undefined ? {} : { owned }),
      headline,
      text,
      finding:
        drifted === 0
          ? undefined
          : new StackError('DRIFT_FOUND', drift.headline, {
              subject: name,
              where: `${name}, ${origin.root.directory}`,
              evidence: driftLines(drift),
              next: `\`node runner plan --env ${name}${scopeOption(scope)}\` shows what an apply would do; \`node runner apply --env ${name}${scopeOption(scope)}\` changes it back to the configuration.`,
            }),
    };
  } finally {
    await folder.remove();
  }
}
