import type { Stage } from '../events/stage.js';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import { isInside, withoutIndex } from '../domain/resourceAddress.js';
import { cutLine } from '../base/longLines.js';
import { didYouMean } from '../base/nearest.js';
import type { PlanSummary } from '../domain/plan.js';
import { summarisePlan, type PlanJson } from './rules/planSummary.js';
import { isTargetingWarning, summaryOfScope, warningsWorthTelling } from './rules/planScope.js';
import { planText } from './rules/planText.js';
import { sensitiveTexts } from './rules/sensitive.js';
import { isPlan } from './rules/terraformJson.js';
import { parseMessage, isStopMessage } from './rules/terraformMessages.js';
import { toolJson } from '../base/toolJson.js';
import { terraformCommand, terraformPlan, terraformShow } from './rules/terraformArguments.js';
import { requireAccount } from '../context/account.js';
import { actingIn } from '../context/scopeRole.js';
import { commandWithNames, consentOf } from './dataGuard.js';
import { deliveredIn } from './delivered.js';
import { idsOfPlan } from './ownership.js';
import { defaultPlanFile } from './planPlaces.js';
import { privateFolder } from '../adapters/process/privateFolder.js';
import type { PlanOrigin } from './planOrigin.js';
import { bindPlan, describePlan, preparePlanFile, removePlan, type SavedPlan } from './savedPlan.js';
import { refuseOutsideScope, scopeFailure, scopeOf } from './scope.js';
import { planOrigin, withVariablesFile } from './terraformOrigin.js';
import { stateLocked } from './stateLock.js';
import { terraformFailure } from './rules/terraformFailure.js';
import { runTerraform, tellWarnings } from './terraformRun.js';
import { noteTerraform } from './terraformVersion.js';

export interface PlanOptions {
  /** Where to keep the plan, absolute; in the state directory where left out. */
  readonly out?: string;
  /** Plan to destroy everything. */
  readonly destroy?: boolean;
  readonly lockTimeoutSeconds?: number;
  /** Name of the scope to keep to; the whole root where left out. */
  readonly scope?: string;
  /** Leave showing the plan to the caller. */
  readonly silent?: boolean;
}

export interface PlanResult {
  readonly environment: string;
  readonly workspace: string;
  /** Name of the scope that it keeps to; absent where it is of the whole root. */
  readonly scope?: string;
  readonly terraform: string;
  /** Absolute path of the plan. */
  readonly file: string;
  /** Digest of that file: which plan it is. */
  readonly digest: string;
  readonly summary: PlanSummary;
  /** The plan for people; the first line is the headline. */
  readonly text: string;
  /** The command that carries it out, with the names of the data that goes; undefined where there is nothing to do. */
  readonly next?: string;
}

/**
 * Plans an environment's infrastructure and keeps the plan, bound to what it was made from, for `apply`.
 * @param stage tells of it
 * @throws StackError SCOPE_UNKNOWN, AWS_ACCOUNT_MISMATCH, TERRAFORM_FAILED, LOCKED, TOOL_MISSING, CONFIG_INVALID, CONFIG_REFERENCE,
 *   INTERRUPTED
 */
export async function planStep(
  context: Context,
  environment: NamedEnvironment,
  stage: Stage,
  options: PlanOptions = {},
): Promise<PlanResult> {
  const scope = scopeOf(environment, options.scope);
  const acting = actingIn(environment, scope?.name);
  await requireAccount(context, acting);
  const origin = await planOrigin(context, acting, options.destroy === true, scope);
  const saved = await makePlan(context, environment, stage, origin, options);
  const consent = saved.binding.destroy ? { consent: consentOf(environment) } : {};
  const plan = saved.binding.destroy || options.out === undefined ? {} : { plan: options.out };
  const next = commandWithNames(context, environment, saved, { ...consent, ...plan });
  const reported = reportPlan(stage, saved, options.silent);
  return saved.summary.hasChanges ? { ...reported, next } : reported;
}

/** Makes a plan and keeps it; says nothing of what is in it. */
export async function makePlan(
  context: Context,
  environment: NamedEnvironment,
  stage: Stage,
  origin: PlanOrigin,
  options: PlanOptions,
): Promise<SavedPlan> {
  const file = options.out ?? defaultPlanFile(await context.config(), context.env, environment.name, origin);
  await writePlan(context, environment, stage, origin, file, options);
  // What it was made from is looked at while Terraform shows it.
  const [plan, binding] = await Promise.all([
    readPlan(context, environment, origin, file),
    bindPlan(context, environment, file, origin),
  ]);
  // Values that copy a sensitive one carry no mark of their own.
  const protect = environment.config.infrastructure?.protect ?? [];
  // A scope leaves out most of what there is.
  if (origin.scope === undefined) warnOfUnknown(context, environment, plan, protect);
  const delivered = await deliveredIn(context, environment, plan);
  const summary = context.secrets.value(
    summaryOfScope(summarisePlan(plan, protect, delivered), origin.scope),
  );
  return describePlan(context, file, binding, summary, idsOfPlan(context, plan));
}

/** A name that protects nothing is most likely a typo, and would be noticed when it is too late. */
function warnOfUnknown(
  context: ContextWith<'events'>,
  environment: NamedEnvironment,
  plan: PlanJson,
  protect: readonly string[],
): void {
  const addresses = (plan.resource_changes ?? []).map(({ address }) => address);
  for (const name of protect) {
    if (addresses.some((address) => isInside(address, name))) continue;
    context.events.emit({
      type: 'notice',
      level: 'warning',
      message: `environments.${environment.name}.infrastructure.protect names ${name}, which is not in the plan.${didYouMean(name, new Set(addresses.map(withoutIndex)))}`,
    });
  }
}

/**
 * Writes a plan to a file and reads it. What it marks as sensitive is a secret of this process from then on.
 * @param file absolute; gone again where planning fails
 * @throws StackError TERRAFORM_FAILED, LOCKED, TOOL_MISSING, INTERRUPTED, STATE_WRITE_FAILED
 */
export async function planInto(
  context: Context,
  environment: NamedEnvironment,
  stage: Stage,
  origin: PlanOrigin,
  file: string,
  options: Pick<PlanOptions, 'lockTimeoutSeconds'> & { readonly mayReport?: boolean },
): Promise<PlanJson> {
  await writePlan(context, environment, stage, origin, file, options);
  return readPlan(context, environment, origin, file, options.mayReport);
}

async function writePlan(
  context: Context,
  environment: NamedEnvironment,
  stage: Stage,
  origin: PlanOrigin,
  file: string,
  options: Pick<PlanOptions, 'lockTimeoutSeconds'>,
): Promise<void> {
  const { root, variables, destroy, scope } = origin;
  warnOfUnsaved(context, origin);
  await preparePlanFile(context, file);
  // Not beside the plan: a runner that is killed would leave it there.
  const folder = await privateFolder(context.env, 'disk');
  let stopping = false;
  try {
    const result = await withVariablesFile(context, variables, (variablesFile) =>
      runTerraform(
        context,
        root,
        terraformPlan(root, {
          out: file,
          destroy,
          targets: scope?.addresses ?? [],
          ...(variablesFile === undefined ? {} : { variablesFile }),
          ...(options.lockTimeoutSeconds === undefined
            ? {}
            : { lockTimeoutSeconds: options.lockTimeoutSeconds }),
        }),
        {
          outputFile: join(folder.path, 'plan.log'),
          isStopping: () => stopping,
          onLine: (line, stream) => {
            const message = parseMessage(line);
            if (message !== undefined && isStopMessage(message)) stopping = true;
            if (message?.type === 'version') noteTerraform(context, message.terraform);
            if (
              scope !== undefined &&
              message?.type === 'diagnostic' &&
              isTargetingWarning(message.diagnostic)
            )
              return;
            for (const text of (message?.text ?? line).split('\n')) {
              stage.output('terraform', cutLine(text), stream);
            }
          },
        },
      ),
    );
    // One that is too old says more by its version than by its words.
    await origin.terraform();
    if (result.exitCode !== 0)
      throw (
        scopeFailure(environment, scope, result.diagnostics) ??
        (await stateLocked(context, environment, root, result)) ??
        terraformFailure('plan', root, result)
      );
    tellWarnings(context, warningsWorthTelling(result.diagnostics, scope));
  } catch (error) {
    await removePlan(file);
    throw error;
  } finally {
    await folder.remove();
  }
}

/** An apply could not save its state and left it here: planning without it would make everything a second time. */
function warnOfUnsaved(context: ContextWith<'events'>, { root }: PlanOrigin): void {
  const file = join(root.directory, 'errored.tfstate');
  if (!existsSync(file)) return;
  context.events.emit({
    type: 'notice',
    level: 'warning',
    message: `${file} contains a state that an apply could not save: the plan may not know what that apply created`,
    next: `Push it, then remove it: ${terraformCommand(root, 'state', 'push', 'errored.tfstate')}`,
  });
}

/** Lines of a plan in a log at most; the report has them all. */
const SHOWN_LINES = 200;

/** Tells a plan to the views and gives it back as a result. */
export function reportPlan(stage: Stage, saved: SavedPlan, silent = false): PlanResult {
  const { binding, summary, file } = saved;
  const text = planText(summary);
  stage.plan(summary, binding.plan);
  for (const message of silent ? [] : text.split('\n').slice(0, SHOWN_LINES)) {
    if (message !== '') stage.progress(message);
  }
  return {
    environment: binding.environment,
    workspace: binding.workspace,
    ...(summary.scope === undefined ? {} : { scope: summary.scope.name }),
    terraform: binding.terraform,
    file,
    digest: binding.plan,
    summary,
    text,
  };
}

async function readPlan(
  context: ContextWith<'env' | 'events' | 'processes' | 'secrets' | 'signal'>,
  environment: NamedEnvironment,
  { root, scope }: PlanOrigin,
  file: string,
  mayReport?: boolean,
): Promise<PlanJson> {
  const plan = await showPlan(context, root, file);
  try {
    refuseOutsideScope(environment, plan, scope, mayReport);
  } catch (error) {
    // Nobody is to apply it by mistake.
    await removePlan(file);
    throw error;
  }
  return plan;
}

/**
 * Reads a plan file. What it marks as sensitive is a secret of this process from then on, which need not be the one
 * that has made the plan.
 * @param file of the plan, absolute
 * @throws StackError TERRAFORM_FAILED, TOOL_MISSING, TOOL_FAILED where Terraform printed no plan, INTERRUPTED
 */
export async function showPlan(
  context: ContextWith<'env' | 'events' | 'processes' | 'secrets' | 'signal'>,
  root: PlanOrigin['root'],
  file: string,
): Promise<PlanJson> {
  const shown = await runTerraform(context, root, terraformShow(root, file), { captureStdout: true });
  if (shown.exitCode !== 0) throw terraformFailure('show', root, shown);
  const plan = toolJson('terraform show -json', shown, isPlan<PlanJson>);
  for (const text of sensitiveTexts(plan)) context.secrets.register(text);
  return plan;
}
