import type { Stage } from '../events/stage.js';
import { rm } from 'node:fs/promises';
import type { Context } from '../context/context.js';
import type { ApplyProgress } from './rules/applyProgress.js';
import { cutLine } from '../base/longLines.js';
import { isTargetingWarning } from './rules/planScope.js';
import { parseMessage, isStopMessage, type ChangeSummary } from './rules/terraformMessages.js';
import { terraformApply } from './rules/terraformArguments.js';
import { applyLog, noticeUnfinishedApplies } from './applyLog.js';
import { makePlansDirectory } from './planPlaces.js';
import type { PlanOrigin } from './planOrigin.js';
import type { SavedPlan } from './savedPlan.js';
import { runTerraform, type TerraformResult } from './terraformRun.js';

/**
 * Runs `terraform apply` on a plan and tells each resource's progress.
 * @param progress remembers what was done, also of an apply that ends early
 * @throws StackError INTERRUPTED once Terraform has ended in order, TOOL_MISSING
 */
export async function runApply(
  context: Context,
  stage: Stage,
  { root, variables, destroy, scope }: PlanOrigin,
  plan: SavedPlan,
  options: { readonly lockTimeoutSeconds?: number },
  progress: ApplyProgress,
): Promise<{ result: TerraformResult; changes: ChangeSummary | undefined }> {
  const folder = await makePlansDirectory(await context.config());
  await noticeUnfinishedApplies(context, folder, plan.binding.environment);
  const log = applyLog(folder, plan.binding.environment);
  const { counts } = plan.summary;
  const total = counts.create + counts.change + counts.destroy + 2 * counts.replace;
  let changes: ChangeSummary | undefined;
  let stopping = false;
  const onLine = (line: string, stream: 'stdout' | 'stderr') => {
    const message = parseMessage(line);
    if (message === undefined) {
      stage.output('terraform', cutLine(line), stream);
      return;
    }
    if (isStopMessage(message)) stopping = true;
    if (scope !== undefined && message.type === 'diagnostic' && isTargetingWarning(message.diagnostic))
      return;
    if (message.type === 'change_summary' && message.changes.operation !== 'plan') changes = message.changes;
    const step = progress.take(message);
    if (step !== undefined) {
      const { message: words, ...about } = step;
      stage.progress(words, { phase: destroy ? 'destroy' : 'apply', ...about, total, unit: 'changes' });
    }
    for (const text of step === undefined ? message.text.split('\n') : []) {
      stage.output('terraform', cutLine(text), stream);
    }
  };
  try {
    const invocation = terraformApply(root, plan.file, variables, options.lockTimeoutSeconds);
    const result = await runTerraform(context, root, invocation, {
      outputFile: log,
      isStopping: () => stopping,
      onLine,
    });
    return { result, changes };
  } finally {
    await rm(log, { force: true });
  }
}
