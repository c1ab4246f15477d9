import { StackError } from '../base/errors.js';
import type { Context, NamedEnvironment } from '../context/context.js';
import { pausesOf, pauseWords } from '../domain/paused.js';
import type { DeploymentRecord } from '../domain/records.js';
import { deployRelease } from './deploy.js';
import type { DeployRequest, DeployResult } from './deployRequest.js';
import { unknownRelease } from './promote.js';
import { readLastRun } from './unfinished.js';

/**
 * The deployment of an environment that is paused, or whose pause was ended by a run that was cut off then.
 * @throws StackError USAGE where there is none; STATE_UNREADABLE
 */
export async function pausedDeployment(
  context: Pick<Context, 'state'>,
  { name }: Pick<NamedEnvironment, 'name'>,
): Promise<DeploymentRecord> {
  const lastRun = await readLastRun(await context.state(), name);
  if (lastRun.kind === 'unreadable') throw lastRun.error;
  if (lastRun.kind === 'paused') return lastRun.deployment;
  if (lastRun.kind === 'open' && lastRun.continued !== undefined) return lastRun.continued;
  throw new StackError('USAGE', `no deployment to ${name} is paused`, {
    where: name,
    next: `\`node runner status --env ${name}\` shows what runs.`,
  });
}

export interface ContinueRequest extends Pick<DeployRequest, 'environment' | 'stage' | 'waitMs' | 'atPause'> {
  /** Who said so; who runs the command where left out. */
  readonly by?: string;
}

/**
 * Goes on with a deployment that is paused: ends its pauses, and follows it as a deploy does.
 * @throws StackError USAGE, RELEASE_UNKNOWN, and what deployRelease throws
 */
export async function continueDeployment(
  context: Context,
  { by = context.who, ...request }: ContinueRequest,
): Promise<DeployResult> {
  const paused = await pausedDeployment(context, request.environment);
  const { ledger } = await context.state();
  const release = await ledger.release(paused.version);
  if (release === undefined) throw unknownRelease(paused.version);
  context.events.emit({ type: 'release', release });
  for (const one of pausesOf(paused)) request.stage.progress(pauseWords(one));
  const resume = { deployment: paused };
  const before = paused.continuedBy?.split(', ') ?? [];
  const continues = { ...paused, continuedBy: [...new Set([...before, by])].join(', ') };
  return deployRelease(context, { ...request, release, kind: paused.kind, resume, continues });
}
