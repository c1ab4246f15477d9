import { StackError, toErrorRecord } from '../../base/errors.js';
import type { Context, NamedEnvironment } from '../../context/context.js';
import type { DeploymentRecord } from '../../domain/records.js';
import type { Stage } from '../../events/stage.js';
import type { State } from '../../state/state.js';
import type { DeployRequest, DeployResult } from '../deployRequest.js';
import { environmentUrl } from '../environmentUrl.js';
import { neverAborted } from '../rollBackFailed.js';
import { runFailedHooks, runHooks, type HookRun } from './runHooks.js';

/**
 * Puts a deploy between the hooks of its environment, under the environment's lock. What fails before a deploy stops it
 * while nothing is changed; before a rollback it is only told, as it must not hold up the way back. What fails after it
 * takes nothing back: the release runs, and is recorded. Those after it wait for the end of its pauses.
 *
 * @throws StackError HOOK_FAILED; whatever the deploy throws, after the hooks `failed` have run
 */
export async function withHooks(
  context: Context,
  state: State,
  { environment, release, kind, stage, continues }: DeployRequest,
  deploy: () => Promise<DeployResult>,
): Promise<DeployResult> {
  const { healthy } = await state.ledger.current(environment.name);
  const url = await environmentUrl(context, environment);
  const { name } = environment;
  const run: HookRun = {
    environment,
    stage,
    signal: context.signal,
    deploy: { environment: name, kind, release, previous: healthy?.version, url },
    reference: '',
  };
  const warn = (message: string) => context.events.emit({ type: 'notice', level: 'warning', message });
  let result: DeployResult;
  try {
    // They ran before it came to its pause.
    if (continues === undefined)
      await runHooks(context, 'before', run).catch((error: unknown) => {
        if (kind !== 'rollback' || context.signal.aborted) throw error;
        warn(`${toErrorRecord(error).message}: rolling back anyway`);
      });
    result = await deploy();
  } catch (error) {
    await runFailedHooks(context, { ...run, signal: neverAborted }, error, warn);
    throw error;
  }
  if (result.unchanged || result.deployment.status === 'paused') return result;
  try {
    const { application } = await context.config();
    const reference = `${application}/${name}/${result.deployment.sequence}`;
    await runHooks(context, 'after', { ...run, reference });
    return result;
  } catch (error) {
    const { message: hookFailure } = toErrorRecord(error);
    warn(`${name} runs ${release.version}, but ${hookFailure}`);
    return { ...result, hookFailure };
  }
}

/** Runs the hooks `failed` of a deployment that was paused and did not go on: no other process tells them. */
export async function hooksOfRefused(
  context: Context,
  environment: NamedEnvironment,
  stage: Stage,
  deployment: DeploymentRecord,
): Promise<void> {
  if (environment.config.hooks === undefined) return;
  const { kind, previous, sequence } = deployment;
  const { application } = await context.config();
  const url = await environmentUrl(context, environment);
  const run: HookRun = {
    environment,
    stage,
    signal: neverAborted,
    deploy: { environment: environment.name, kind, release: deployment, previous, url },
    reference: `${application}/${environment.name}/${sequence}`,
  };
  const warn = (message: string) => context.events.emit({ type: 'notice', level: 'warning', message });
  await runFailedHooks(context, run, refusedError(deployment), warn);
}

/** What to tell of a deployment that was paused and did not go on. */
export function refusedError(deployment: DeploymentRecord): StackError {
  const { environment, version, previous, reason = 'refused' } = deployment;
  return new StackError('DEPLOY_ROLLED_BACK', `${version} does not go on in ${environment}: ${reason}`, {
    where: environment,
    evidence: [`${environment} is ${previous === undefined ? 'as it was' : `back on ${previous}`}`],
    next: `Run the build again once ${version} may go on, or deploy another release.`,
  });
}
