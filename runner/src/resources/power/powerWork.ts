import type { AwsClients } from '../../adapters/aws/clients.js';
import { changeInstances, listInstances } from '../../adapters/aws/instances.js';
import { awsReason } from '../../adapters/aws/awsErrors.js';
import { StackError, toErrorRecord } from '../../base/errors.js';
import type { Clock } from '../../base/ports.js';
import type { PoweredInstance, PoweredService } from '../../domain/power.js';
import type { NamedInstance } from '../../domain/instance.js';
import type { Stage } from '../../events/stage.js';
import { stepOf } from '../rules/instanceStates.js';
import { waitForState } from '../waitForInstances.js';
import type { PoweredTarget } from './look.js';

/** What powering off and on works with. */
export interface PowerWork {
  readonly aws: AwsClients;
  readonly clock: Clock;
  readonly stage: Stage;
  readonly signal: AbortSignal;
  /** Longest wait for each kind of thing, in milliseconds. */
  readonly timeoutMs: number;
  readonly environment: string;
}

const AT_ONCE = 4;

/**
 * Gives services another number of tasks, each by itself.
 * @param to the number and the bounds that each shall have
 * @returns why some have not, in words
 */
export async function scaleServices(
  { stage, signal }: PowerWork,
  targets: readonly PoweredTarget[],
  to: readonly PoweredService[],
): Promise<readonly string[]> {
  const { default: pMap } = await import('p-map');
  const failures = await pMap(
    to,
    async ({ target: name, count, bounds }) => {
      const target = targets.find((one) => one.name === name);
      // It is configured no longer: there is nothing to scale.
      if (target === undefined) return [];
      const isGoverned = target.size.bounds !== undefined;
      try {
        const end = await target.operations.scale?.({
          ...{ count, signal, subject: stage.subject(name) },
          ...(isGoverned
            ? (bounds ?? { min: count, max: Math.max(count, target.size.bounds?.max ?? 0) })
            : {}),
        });
        stage.subject(name).progress('scale', end?.summary ?? '', 'ok');
        return [];
      } catch (error) {
        signal.throwIfAborted();
        return [`${name}: ${toErrorRecord(error).message}`];
      }
    },
    { concurrency: AT_ONCE },
  );
  return failures.flat();
}

/**
 * Stops or starts instances and waits until each is there; one that AWS refuses keeps the others from nothing.
 * @returns why some are not, in words
 */
export async function powerInstances(
  work: PowerWork,
  change: 'start' | 'stop',
  instances: readonly PoweredInstance[],
): Promise<readonly string[]> {
  const { aws, stage, signal } = work;
  if (instances.length === 0) return [];
  const failures: string[] = [];
  const moved: NamedInstance[] = [];
  for (const { id, name } of instances) {
    try {
      const [now] = await listInstances(aws, { ids: [id] }, signal);
      const step = now === undefined ? 'gone' : stepOf(change, now);
      if (now === undefined || now.state === 'terminated' || now.state === 'shutting-down') {
        stage.subject(name).progress('state', `${id} is gone`, 'ok');
      } else if (step === 'ask') {
        await changeInstances(aws, change, [id], signal);
        moved.push(now);
      } else if (step === 'wait') moved.push(now);
      else if (typeof step === 'object') failures.push(`${name} (${id}) ${step.why}`);
    } catch (error) {
      signal.throwIfAborted();
      if (awsReason(error)?.startsWith('InvalidInstanceID') === true)
        stage.subject(name).progress('state', `${id} is gone`, 'ok');
      else failures.push(`${name} (${id}): ${toErrorRecord(error).message}`);
    }
  }
  try {
    if (moved.length > 0) await waitForState(moved, change, work);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof StackError) || error.code !== 'INSTANCE_FAILED') throw error;
    failures.push(error.message, ...error.evidence);
  }
  return failures;
}
