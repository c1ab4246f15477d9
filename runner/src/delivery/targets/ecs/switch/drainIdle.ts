import { toErrorRecord } from '../../../../base/errors.js';
import type { DrainEnd, DrainRequest } from '../../../../context/operations.js';
import { describeScaling, scalingResource, setScaling } from '../../../../adapters/aws/scaling.js';
import type { ScalingState } from '../../../../domain/scaling.js';
import { isSame, keptStill } from '../scaling/rules/scalingPlan.js';
import type { ColourPair } from './colourPair.js';
import { requireLive } from './requireLive.js';
import { otherColour } from './rules/colours.js';
import { lastToServe } from './switchFailures.js';

/**
 * Stops the tasks of the idle colour, which is the end of the way back that takes a second. Which one is idle the rule
 * says. ECS lets the tasks finish what they have in hand; that is not waited for.
 * @throws StackError STATE_CONFLICT where the rule and the ledger disagree on what is live, or where the live colour has no
 * healthy target: the idle one is the way out then; AWS_*
 */
export async function drainIdle(pair: ColourPair, request: DrainRequest): Promise<DrainEnd> {
  const { live: recorded, signal, subject } = request;
  pair.forget();
  const view = await pair.read(signal);
  const live = requireLive(pair, view, recorded);
  const colour = otherColour(live);
  const { desiredCount: before = 0, taskDefinition = '' } = view.services[colour].service;
  if (before === 0) return { colour, before, summary: `${colour} is drained already` };
  const targets = await pair.health(view, live, signal);
  if (!targets.some(({ state }) => state === 'healthy')) throw lastToServe(pair.scope, live, colour);
  await keepDown(pair, scalingResource(pair.scopes[colour]), request);
  await pair.set(colour, { taskDefinition, count: 0 }, signal);
  const summary = `${colour} is drained: ${before} → 0 tasks`;
  subject.progress('drain', summary, 'ok');
  return { colour, before, summary };
}

/** Autoscaling would bring tasks back where its minimum is above 0, or where it goes on; a switch has seen to both. */
async function keepDown(
  { options: { aws } }: ColourPair,
  resource: string,
  { signal, subject }: DrainRequest,
): Promise<void> {
  let found: ScalingState | undefined;
  try {
    found = (await describeScaling(aws, [resource], signal)).get(resource);
  } catch (error) {
    signal.throwIfAborted();
    subject.progress('scaling', `autoscaling is left alone: ${toErrorRecord(error).message}`);
  }
  if (found === undefined || isSame(keptStill(found), found)) return;
  await setScaling(aws, resource, keptStill(found), signal);
  subject.progress('scaling', `${resource} may go down to 0 tasks, and is not scaled until it is live again`);
}
