import { changeInstances, isProtectedFrom } from '../adapters/aws/instances.js';
import type { AwsClients } from '../adapters/aws/clients.js';
import { StackError } from '../base/errors.js';
import type { Context, NamedEnvironment } from '../context/context.js';
import type { NamedInstance, InstanceChange } from '../domain/instance.js';
import type { Stage } from '../events/stage.js';
import { calledInstance } from './instances.js';
import { recordedWork } from './recordedWork.js';
import { changeWord, stepOf } from './rules/instanceStates.js';
import { waitForChecks, waitForState } from './waitForInstances.js';
import { accountAws } from './accountAws.js';

/** What a change of instances comes to. */
export interface InstancePlan {
  readonly change: InstanceChange;
  /** Those that AWS is asked for. */
  readonly asked: readonly NamedInstance[];
  /** Those that are on their way already. */
  readonly waited: readonly NamedInstance[];
  /** Those that are as they shall be. */
  readonly left: readonly NamedInstance[];
}

const AT_ONCE = 8;

/**
 * What a change comes to, and whether it may be: nothing is changed where one of several may not.
 * @throws StackError INSTANCE_FAILED where the state of one does not allow it; RESOURCE_PROTECTED where one is protected
 * from it; AWS_*
 */
export async function planInstances(
  context: Context,
  environment: NamedEnvironment,
  change: InstanceChange,
  instances: readonly NamedInstance[],
): Promise<InstancePlan> {
  const steps = instances.map((instance) => ({ instance, step: stepOf(change, instance) }));
  const unfit = steps.flatMap(({ instance, step }) => (typeof step === 'string' ? [] : [{ instance, step }]));
  const [first] = unfit;
  if (first !== undefined) {
    throw new StackError(
      'INSTANCE_FAILED',
      `${calledInstance(first.instance)} ${first.step.why}: it is not ${changeWord(change)}, and nothing was changed`,
      {
        where: environment.name,
        evidence: unfit.map(({ instance, step }) => `${calledInstance(instance)} ${step.why}`),
        next: first.step.next,
      },
    );
  }
  const of = (wanted: string) => steps.filter(({ step }) => step === wanted).map(({ instance }) => instance);
  const plan = { change, asked: of('ask'), waited: of('wait'), left: of('nothing') };
  if (change === 'delete' || change === 'stop')
    await refuseProtected(
      await accountAws(context, environment),
      environment,
      change,
      plan.asked,
      context.signal,
    );
  return plan;
}

async function refuseProtected(
  aws: AwsClients,
  environment: NamedEnvironment,
  change: 'delete' | 'stop',
  instances: readonly NamedInstance[],
  signal: AbortSignal,
): Promise<void> {
  const { default: pMap } = await import('p-map');
  const found = await pMap(
    instances,
    async (one) => ((await isProtectedFrom(aws, change, one.id, signal)) ? [one] : []),
    { concurrency: AT_ONCE },
  );
  const guarded = found.flat();
  const [first] = guarded;
  if (first === undefined) return;
  const what = change === 'delete' ? 'termination' : 'stop';
  const option = change === 'delete' ? '--no-disable-api-termination' : '--no-disable-api-stop';
  const names = guarded.map(calledInstance).join(', ');
  throw new StackError(
    'RESOURCE_PROTECTED',
    `${names} ${guarded.length === 1 ? 'has' : 'have'} ${what} protection: nothing was ${changeWord(change)}`,
    {
      where: environment.name,
      next: `If it shall go: take the protection off where it was set, in Terraform or by aws ec2 modify-instance-attribute --instance-id ${first.id} ${option}`,
    },
  );
}

export interface ChangeInstances {
  readonly plan: InstancePlan;
  readonly stage: Stage;
  /** Longest wait for the lock, in milliseconds. */
  readonly waitMs: number;
  /** Longest wait for the instances, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Carries a change of instances out, under the environment's lock, and waits until each is where it shall be.
 * @returns what was changed, or was on its way
 * @throws StackError INSTANCE_FAILED, LOCKED, AWS_*
 */
export async function carryOut(
  context: Context,
  environment: NamedEnvironment,
  { plan, stage, waitMs, timeoutMs }: ChangeInstances,
): Promise<readonly NamedInstance[]> {
  const { change, asked, waited } = plan;
  const all = [...asked, ...waited];
  if (all.length === 0) return [];
  const summary = `${change} ${all.map(calledInstance).join(', ')}`;
  return recordedWork(context, environment, { kind: 'instances', summary, stage, waitMs }, async (signal) => {
    const aws = await accountAws(context, environment);
    const ids = asked.map(({ id }) => id);
    if (ids.length > 0) await changeInstances(aws, change, ids, signal);
    const wait = {
      ...{ aws, stage, signal, timeoutMs },
      clock: context.clock,
      environment: environment.name,
    };
    if (change !== 'restart') return waitForState(all, change, wait);
    await waitForChecks(all, wait);
    return all;
  });
}

/** What a plan would do, one line each. */
export function planLines({ change, asked, waited, left }: InstancePlan): readonly string[] {
  return [
    ...asked.map(
      (one) => `Would ${change} ${calledInstance(one)}, which is ${one.state}.${groupWords(change, one)}`,
    ),
    ...waited.map((one) => `${calledInstance(one)} is ${one.state} already.`),
    ...left.map((one) => `${calledInstance(one)} is ${one.state}: nothing to do.`),
  ];
}

/** What becomes of a member of an autoscaling group. */
export const groupWords = (change: InstanceChange, { autoscalingGroup }: NamedInstance): string =>
  change === 'delete' && autoscalingGroup !== undefined
    ? ` The autoscaling group ${autoscalingGroup} will start another.`
    : '';
