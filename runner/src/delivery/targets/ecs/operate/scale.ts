import { formatDuration } from '../../../../base/duration.js';
import { StackError } from '../../../../base/errors.js';
import { poll } from '../../../../base/poll.js';
import type { ScaleEnd, ScaleRequest } from '../../../../context/operations.js';
import { setDesiredCount } from '../../../../adapters/aws/ecsOperate.js';
import type { ScalingBounds } from '../../../../domain/scaling.js';
import { refuseForeign } from '../ecsFailures.js';
import { expectedCount, planScale } from '../rules/scaling.js';
import type { EcsParts } from './parts.js';

const GAP_MS = 1000;
const LONGEST_GAP_MS = 5000;

/** Sets how many tasks are wanted, or the bounds of autoscaling, and waits until so many run. */
export async function scaleService(parts: EcsParts, request: ScaleRequest): Promise<ScaleEnd> {
  const { options, scope, scaling, reader } = parts;
  const { signal, subject } = request;
  const [{ service }, bounds] = await Promise.all([reader.read(signal), boundsOf(parts, request)]);
  refuseForeign(scope, service);
  const before = service.desiredCount ?? 0;
  const command = `node runner scale --env ${scope.environment} --target ${options.name}`;
  const plan = planScale(request, bounds, command);
  if ('why' in plan) {
    throw new StackError('SCALE_REFUSED', `${options.name} is not scaled: ${plan.why}`, {
      where: `service ${scope.service}, environment ${scope.environment}`,
      next: plan.next,
    });
  }
  if (plan.bounds !== undefined) {
    await scaling.setBounds(plan.bounds, signal);
    const was = bounds === undefined ? '' : ` (were ${words(bounds)})`;
    subject.progress('scale', `autoscaling keeps between ${words(plan.bounds)} tasks${was}`);
  }
  if (plan.count !== undefined && plan.count !== before) {
    await setDesiredCount(options.aws, scope, plan.count, signal);
    subject.progress('scale', `${before} → ${plan.count} tasks`);
  }
  reader.forget();
  const wanted = expectedCount(plan, before);
  const after = await settle(parts, request, wanted, plan.count === undefined);
  const moved = before === after ? `${count(after)}, as before` : `${before} → ${count(after)}`;
  const kept = plan.bounds === undefined ? '' : `, kept between ${words(plan.bounds)} by autoscaling`;
  const told = after === 0 ? `${moved}; none runs any more` : `${moved}${kept}`;
  return { before, after, ...(plan.bounds === undefined ? {} : { bounds: plan.bounds }), summary: told };
}

/**
 * Waits until so many tasks run as are wanted.
 * @param isFree autoscaling moves the number by itself, in its own time: what it wants then counts
 */
async function settle(
  { api, options, scope }: EcsParts,
  { signal, subject }: ScaleRequest,
  wanted: number,
  isFree: boolean,
): Promise<number> {
  const { clock, config } = options;
  let seen = '';
  const settled = await poll(
    async () => {
      const { desiredCount = 0, runningCount = 0, pendingCount = 0 } = await api.describeService(signal);
      const target = isFree ? desiredCount : wanted;
      if (desiredCount === target && runningCount === target && pendingCount === 0) return target;
      const now = `${runningCount}/${target} tasks run`;
      if (now !== seen) subject.progress('tasks', now);
      seen = now;
      return undefined;
    },
    { clock, limitMs: config.timeout, gapMs: GAP_MS, growth: 1.3, longestGapMs: LONGEST_GAP_MS, signal },
  );
  if (settled !== undefined) return settled;
  const { events = [] } = await api.describeService(signal);
  throw new StackError('TASK_FAILED', `${seen} after ${formatDuration(config.timeout)} (timeout)`, {
    where: `service ${scope.service}, environment ${scope.environment}`,
    evidence: events.slice(0, 3).map(({ message = '' }) => message),
    next: `The number stays set. node runner tasks --env ${scope.environment} --target ${options.name} shows how they stand.`,
  });
}

/** What cannot be asked keeps nobody from scaling: then the platform has the last word. */
async function boundsOf(
  { scaling }: EcsParts,
  { signal, subject, min, max }: ScaleRequest,
): Promise<ScalingBounds | undefined> {
  try {
    return await scaling.bounds(signal);
  } catch (error) {
    signal.throwIfAborted();
    const isTold = error instanceof StackError && ['AWS_ACCESS_DENIED', 'AWS_REFUSED'].includes(error.code);
    if (!isTold || min !== undefined || max !== undefined) throw error;
    subject.progress('scale', `whether autoscaling governs it is not known: ${error.message}`);
    return undefined;
  }
}

const words = ({ min, max }: ScalingBounds) => `${min} and ${max}`;
const count = (number: number) => `${number} ${number === 1 ? 'task' : 'tasks'}`;
