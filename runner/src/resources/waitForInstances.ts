import { awsReason } from '../adapters/aws/awsErrors.js';
import { instanceChecks, listInstances } from '../adapters/aws/instances.js';
import type { AwsClients } from '../adapters/aws/clients.js';
import { StackError } from '../base/errors.js';
import { formatDuration } from '../base/duration.js';
import { poll } from '../base/poll.js';
import type { Clock } from '../base/ports.js';
import type { NamedInstance, InstanceChange } from '../domain/instance.js';
import type { Stage } from '../events/stage.js';
import { calledInstance } from './instances.js';
import { changeWord, progressOf } from './rules/instanceStates.js';

export interface InstanceWait {
  readonly aws: AwsClients;
  readonly clock: Clock;
  readonly stage: Stage;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly environment: string;
}

const GAP_MS = 1000;
const LONGEST_GAP_MS = 5000;
const pace = { gapMs: GAP_MS, growth: 1.3, longestGapMs: LONGEST_GAP_MS };

/**
 * Waits until each instance is in the state that was asked for, and tells each step of each. The waiters of the SDK tell
 * nothing, and count an instance that falls back to `stopped` as one that is still on its way.
 * @returns the instances as they are then; those that EC2 has forgotten are left out
 * @throws StackError INSTANCE_FAILED where one ends in another state, or not in time
 */
export async function waitForState(
  instances: readonly NamedInstance[],
  change: Exclude<InstanceChange, 'restart'>,
  wait: InstanceWait,
): Promise<readonly NamedInstance[]> {
  const { aws, clock, stage, signal, timeoutMs } = wait;
  const before = new Map(instances.map(({ id, state }) => [id, state]));
  const seen = new Map<string, string>(before);
  const moved = new Set<string>();
  const byId = new Map(instances.map((one) => [one.id, one]));
  let now: readonly NamedInstance[] = [];
  const done = await poll(
    async () => {
      now = await known(aws, [...byId.keys()], signal);
      const states = new Map(now.map((one) => [one.id, one]));
      const ends = [...byId.values()].map((one) => {
        const state = states.get(one.id)?.state;
        if (state !== before.get(one.id)) moved.add(one.id);
        const progress = progressOf(change, state, moved.has(one.id));
        if (state !== seen.get(one.id)) {
          seen.set(one.id, state ?? 'gone');
          const status = progress === 'done' ? 'ok' : progress === 'failed' ? 'failed' : 'running';
          stage.subject(one.name).progress('state', `${one.id} ${state ?? 'is gone'}`, status);
        }
        const stuck: Stuck = states.get(one.id) ?? { ...one, state: 'gone' };
        return { one: stuck, progress };
      });
      const failed = ends.filter(({ progress }) => progress === 'failed').map(({ one }) => one);
      if (failed.length > 0) throw failedError(failed, change, wait, 'fell back');
      return ends.every(({ progress }) => progress === 'done') ? true : undefined;
    },
    { clock, limitMs: timeoutMs, ...pace, signal },
  );
  if (done === true) return now;
  const late = instances.filter(({ id }) => progressOf(change, seen.get(id), true) !== 'done');
  throw failedError(
    late.map((one) => ({ ...one, state: seen.get(one.id) ?? one.state })),
    change,
    wait,
    `did not come within ${formatDuration(timeoutMs)}`,
  );
}

/**
 * Waits until both checks of EC2 are `ok` for each instance: what EC2 tells of a restart, which changes no state.
 * @throws StackError INSTANCE_FAILED where they are not in time, or an instance ends
 */
export async function waitForChecks(instances: readonly NamedInstance[], wait: InstanceWait): Promise<void> {
  const { aws, clock, stage, signal, timeoutMs } = wait;
  const seen = new Map<string, string>();
  const ids = instances.map(({ id }) => id);
  const done = await poll(
    async () => {
      const [checks, now] = await Promise.all([
        instanceChecks(aws, ids, signal),
        listInstances(aws, { ids }, signal),
      ]);
      const ended = now.filter(({ state }) => state !== 'running');
      if (ended.length > 0) throw failedError(ended, 'restart', wait, 'ended');
      for (const one of instances) {
        const check = checks.get(one.id) ?? 'initializing';
        if (check === seen.get(one.id)) continue;
        seen.set(one.id, check);
        stage
          .subject(one.name)
          .progress('checks', `${one.id} checks: ${check}`, check === 'ok' ? 'ok' : 'running');
      }
      return ids.every((id) => seen.get(id) === 'ok') ? true : undefined;
    },
    { clock, limitMs: timeoutMs, ...pace, signal },
  );
  if (done === true) return;
  const late = instances
    .filter(({ id }) => seen.get(id) !== 'ok')
    .map((one) => ({ ...one, state: `running, checks: ${seen.get(one.id) ?? 'unknown'}` }));
  throw failedError(late, 'restart', wait, `did not come within ${formatDuration(timeoutMs)}`);
}

/** One that EC2 does not know is left out: it may be new, or forgotten. */
async function known(
  aws: AwsClients,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly NamedInstance[]> {
  try {
    return await listInstances(aws, { ids }, signal);
  } catch (error) {
    // One of several is unknown: each by itself tells which.
    if (awsReason(error)?.startsWith('InvalidInstanceID') !== true) throw error;
    if (ids.length === 1) return [];
    return (await Promise.all(ids.map((id) => known(aws, [id], signal)))).flat();
  }
}

/** An instance as a failure tells of it. */
type Stuck = Pick<NamedInstance, 'id' | 'name' | 'reason'> & { readonly state: string };

function failedError(
  instances: readonly Stuck[],
  change: InstanceChange,
  { environment }: InstanceWait,
  how: string,
): StackError {
  const names = instances.map(calledInstance).join(', ');
  const [first] = instances;
  return new StackError('INSTANCE_FAILED', `${names} ${how}: not ${changeWord(change)}`, {
    where: environment,
    evidence: instances.map(
      ({ id, state, reason }) => `${id} is ${state}${reason === undefined ? '' : `: ${reason}`}`,
    ),
    next:
      change === 'delete'
        ? `node runner instances list --env ${environment} shows how they stand.`
        : `node runner instances console ${first?.id ?? 'NAME'} --env ${environment} shows what it said.`,
  });
}
