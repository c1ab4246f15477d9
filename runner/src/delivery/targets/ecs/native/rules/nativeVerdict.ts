import type { HookView, ServiceDeploymentView } from '../../../../../domain/serviceDeployment.js';
import { stageWord } from './stages.js';

/** How a deployment of ECS stands. */
export type NativeVerdict =
  | { readonly state: 'progress'; readonly stage: string | undefined }
  /** It waits for somebody. */
  | { readonly state: 'paused'; readonly stage: string; readonly hook: HookView }
  /** All requests are with the new revision, and what ran before is gone. */
  | { readonly state: 'stable' }
  /** ECS is bringing back what ran before. */
  | { readonly state: 'going-back'; readonly reason: string }
  | { readonly state: 'rolled-back'; readonly reason: string }
  /** It could not be rolled back. */
  | { readonly state: 'failed'; readonly reason: string }
  /** Somebody stopped it where it was, or another deployment took its place. */
  | { readonly state: 'stopped'; readonly reason: string };

/** @param ended ids of pauses that were ended, which the view may not know yet */
export function judgeDeployment(view: ServiceDeploymentView, ended: ReadonlySet<string>): NativeVerdict {
  const { status, stage } = view;
  switch (status) {
    case 'PENDING':
    case 'IN_PROGRESS': {
      const hook = view.hooks.find((one) => one.kind === 'pause' && one.status === 'AWAITING_ACTION');
      if (hook === undefined || stage === undefined || ended.has(hook.id))
        return { state: 'progress', stage };
      return { state: 'paused', stage, hook };
    }
    case 'SUCCESSFUL':
      return { state: 'stable' };
    case 'ROLLBACK_SUCCESSFUL':
      return { state: 'rolled-back', reason: reasonOf(view) };
    case 'ROLLBACK_FAILED':
      return { state: 'failed', reason: `going back failed: ${reasonOf(view)}` };
    case 'STOPPED':
      return { state: 'stopped', reason: view.reason ?? 'somebody stopped it' };
    case 'STOP_REQUESTED':
    case 'ROLLBACK_REQUESTED':
    case 'ROLLBACK_IN_PROGRESS':
      return { state: 'going-back', reason: reasonOf(view) };
    default:
      return { state: 'progress', stage };
  }
}

/** Why it goes back: an alarm, the circuit breaker, a hook, else what ECS says. */
function reasonOf({ alarms, breaker, hooks, stage, rollbackReason, reason }: ServiceDeploymentView): string {
  const said = rollbackReason ?? reason;
  if (alarms.length > 0)
    return `${alarms.length === 1 ? 'the alarm' : 'the alarms'} ${alarms.join(', ')} went off`;
  if (breaker?.isTriggered === true)
    return `the circuit breaker gave up after ${breaker.failures} failed task${breaker.failures === 1 ? '' : 's'}`;
  const at = stage === undefined ? '' : ` at ${stageWord(stage)}`;
  const late = hooks.find(({ status }) => status === 'TIMED_OUT');
  if (late !== undefined)
    return late.kind === 'pause'
      ? `nobody ended the pause${at} in time`
      : `the hook ${late.name ?? late.id}${at} took too long`;
  const failed = hooks.find(({ status }) => status === 'FAILED');
  if (failed !== undefined && failed.kind === 'lambda')
    return `the hook ${failed.name ?? failed.id}${at} failed${said === undefined ? '' : `: ${said}`}`;
  return said ?? 'ECS gives no reason';
}

/** Percent of requests by colour: blue is what ran before, green is the new revision. Undefined while ECS tells none. */
export function weightsOf({
  sources,
  target,
}: ServiceDeploymentView): { readonly blue: number; readonly green: number } | undefined {
  if (target?.production === undefined && sources.every(({ production }) => production === undefined))
    return undefined;
  const blue = sources.reduce((sum, { production = 0 }) => sum + production, 0);
  return { blue, green: target?.production ?? 0 };
}
