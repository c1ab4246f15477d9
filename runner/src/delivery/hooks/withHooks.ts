import { toErrorRecord } from '../../base/errors.js';
import type { Context } from '../../context/context.js';
import type { State } from '../../state/state.js';
import type { DeployRequest, DeployResult } from '../deployRequest.js';
import { environmentUrl } from '../environmentUrl.js';
import { neverAborted } from '../rollBackFailed.js';
import { runFailedHooks, runHooks, type HookRun } from './runHooks.js';

/**
 * Puts a deploy between the hooks of its environment, under the environment's lock. What fails before a deploy stops it
 * while nothing is changed; before a rollback it is only told, as it must not hold up the way back. What fails after it
 * takes nothing back: the release runs, and is recorded.
 *
 * @throws StackError HOOK_FAILED; whatever the deploy throws, after the hooks `failed` have run
 */
export async function withHooks(
  context: Context,
  state: State,
  { environment, release, kind, stage }: DeployRequest,
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
    await runHooks(context, 'before', run).catch((error: unknown) => {
      if (kind !== 'rollback' || context.signal.aborted) throw error;
      warn(`${toErrorRecord(error).message}: rolling back anyway`);
    });
    result = await deploy();
  } catch (error) {
    await runFailedHooks(context, { ...run, signal: neverAborted }, error, warn);
    throw error;
  }
  if (result.unchanged) return result;
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
