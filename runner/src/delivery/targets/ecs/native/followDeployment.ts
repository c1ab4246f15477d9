import { formatDuration } from '../../../../base/duration.js';
import type { EcsDeployments } from '../../../../adapters/aws/ecsDeployments.js';
import type { HookView, ServiceDeploymentView } from '../../../../domain/serviceDeployment.js';
import { shouldAskForStopped, nextPollMs, ROLLOUT_POLLS } from '../../../rules/pollSchedule.js';
import { addressWords, type CheckedAddress } from '../../../rules/checkCommands.js';
import { crashError, failure, orFallback, stoppedOf } from '../diagnosis.js';
import type { Moving, Pause } from '../mover.js';
import { isCheckedAt, stageWord } from './rules/stages.js';
import { judgeDeployment, weightsOf, type NativeVerdict } from './rules/nativeVerdict.js';
import { notContinued } from './nativeFailures.js';

export interface FollowedDeployment {
  readonly deployments: EcsDeployments;
  readonly moving: Moving;
  readonly arn: string;
  readonly to: string;
  /** How long it may take without its pauses, in milliseconds. */
  readonly longestMs: number;
  /** Pauses that are to be ended, by the id of the hook: a run that was killed may have done so, or not. */
  readonly answered: ReadonlySet<string>;
  /** The stage of the pause that is ours: it is ended when the checks have passed. */
  readonly ownStage: string | undefined;
  /** The checks have passed before. */
  readonly isChecked: boolean;
  /** Where the new revision answers test requests. */
  readonly testAt: () => Promise<CheckedAddress | undefined>;
  /** What the colours run, where that is known: blue is what ran before, green the new revision. */
  readonly versions: Readonly<Record<string, string>>;
}

/** How often a pause is looked at, in milliseconds: it may last for days. */
const PAUSE_POLL_MS = 15_000;
/** A pause that was ended may be told as one for so long. */
const STALE_MS = 60_000;
/** AWS may not know a deployment yet that it has just told of. */
const UNKNOWN_MS = 60_000;

/**
 * Follows a deployment of ECS: to its end, or to a pause where the run is to end there. One call a look; more only to
 * find out why a task ended.
 *
 * @returns the pause; undefined where all requests are with the new revision
 * @throws StackError DEPLOY_FAILED with reason and evidence where it goes back, is stopped, or takes too long; the
 * signal's reason on abort
 */
export async function followDeployment(followed: FollowedDeployment): Promise<Pause | undefined> {
  const { moving } = followed;
  const { signal } = moving.change.rollout;
  const clock = moving.diagnosis.clock;
  const nowMs = () => clock.now().getTime();
  const beganMs = nowMs();
  const ended = new Set<string>();
  const tell = teller(moving, followed.versions);
  const tellPause = pauseTeller(moving);
  const isCrashed = crashWatch(followed, beganMs);
  let { isChecked } = followed;
  let pausedMs = 0;
  let pause: { readonly hook: string; readonly atMs: number; readonly since: string } | undefined;
  let stage: string | undefined;
  let stageMs = beganMs;
  for (;;) {
    const view = await followed.deployments.describe(followed.arn, signal);
    if (view === undefined && nowMs() - beganMs >= UNKNOWN_MS)
      throw failure(moving.diagnosis, `ECS knows nothing of its deployment`, [followed.arn]);
    const verdict: NativeVerdict =
      view === undefined ? { state: 'progress', stage: undefined } : judgeDeployment(view, ended);
    if (view !== undefined) tell(view, verdict);
    if (verdict.state === 'stable') return undefined;
    if (verdict.state !== 'progress' && verdict.state !== 'paused')
      throw await explained(followed, verdict, view as ServiceDeploymentView);
    if (verdict.state === 'paused') {
      const { hook } = verdict;
      if (pause?.hook !== hook.id) pause = { hook: hook.id, atMs: nowMs(), since: clock.now().toISOString() };
      const found = await atPause(followed, verdict, {
        since: pause.since,
        isChecked,
        ended,
        tell: tellPause,
      });
      if (found.isChecked) isChecked = true;
      if (found.pause !== undefined) return found.pause;
      if (found.isEnded) {
        pausedMs += nowMs() - pause.atMs;
        pause = undefined;
      }
    } else if (pause !== undefined) {
      pausedMs += nowMs() - pause.atMs;
      pause = undefined;
    }
    if (verdict.stage !== stage) [stage, stageMs] = [verdict.stage, nowMs()];
    const isWaiting = pause !== undefined;
    const spentMs = nowMs() - beganMs - pausedMs;
    if (!isWaiting) {
      if (view !== undefined) await isCrashed(view);
      if (spentMs >= followed.longestMs) throw late(followed, stage, spentMs);
    }
    const waitMs = isWaiting ? PAUSE_POLL_MS : nextPollMs(nowMs() - stageMs, ROLLOUT_POLLS);
    await clock.sleep(isWaiting ? waitMs : Math.min(waitMs, followed.longestMs - spentMs), signal);
  }
}

interface AtPause {
  /** The run ends here. */
  readonly pause?: Pause;
  /** The pause was ended. */
  readonly isEnded: boolean;
  readonly isChecked: boolean;
}

/** A way back waits for nobody. */
export const isHasty = ({ isUndo, change: { rollout } }: Moving): boolean =>
  isUndo || rollout.kind === 'rollback';

/** What becomes of a pause: it is checked, ended, waited at, or the run ends with it. */
async function atPause(
  followed: FollowedDeployment,
  { stage, hook }: Extract<NativeVerdict, { state: 'paused' }>,
  known: {
    readonly since: string;
    readonly isChecked: boolean;
    readonly ended: Set<string>;
    readonly tell: TellPause;
  },
): Promise<AtPause> {
  const { moving, arn, ownStage } = followed;
  const { rollout } = moving.change;
  let { isChecked } = known;
  if (!isChecked && moving.check !== undefined && isCheckedAt(stage)) {
    await moving.check(await followed.testAt());
    await rollout.journal('checked', { hook: hook.id });
    isChecked = true;
  }
  if (isHasty(moving) || stage === ownStage || followed.answered.has(hook.id)) {
    await rollout.journal('continue', { hook: hook.id });
    known.ended.add(hook.id);
    await endPause(followed, hook.id);
    return { isEnded: true, isChecked };
  }
  const test = await followed.testAt();
  if (rollout.atPause === 'end') {
    const expires = hook.expiresMs === undefined ? {} : { expires: new Date(hook.expiresMs).toISOString() };
    const found = { deployment: arn, stage: stageWord(stage), hook: hook.id, since: known.since, ...expires };
    return {
      pause: { ...found, ...(test === undefined ? {} : { test }) },
      isEnded: false,
      isChecked,
    };
  }
  known.tell(stage, hook, test);
  return { isEnded: false, isChecked };
}

type TellPause = (stage: string, hook: HookView, test: CheckedAddress | undefined) => void;

/** Says once what ends a pause. */
function pauseTeller({ change: { subject, scope } }: Moving): TellPause {
  let told: string | undefined;
  return (stage, hook, test) => {
    if (told === hook.id) return;
    told = hook.id;
    const until = hook.expiresMs === undefined ? '' : ` until ${new Date(hook.expiresMs).toISOString()}`;
    const where = test === undefined ? '' : `; it answers test requests at ${addressWords(test)}`;
    const typed = `node runner continue --env ${scope.environment}, or node runner rollback --env ${scope.environment}`;
    subject.progress('pause', `paused at ${stageWord(stage)}${until}${where}. In another terminal: ${typed}`);
  };
}

/** @throws StackError DEPLOY_FAILED where AWS refuses it and it goes on */
async function endPause(followed: FollowedDeployment, hook: string): Promise<void> {
  const { deployments, moving, arn } = followed;
  const { signal } = moving.change.rollout;
  if (await deployments.endPause({ arn, hook, how: 'CONTINUE' }, signal)) return;
  // Somebody else may have ended it meanwhile.
  const { clock } = moving.diagnosis;
  const untilMs = clock.now().getTime() + STALE_MS;
  for (;;) {
    const view = await deployments.describe(arn, signal);
    const isPaused = view?.hooks.some((one) => one.id === hook && one.status === 'AWAITING_ACTION') === true;
    if (!isPaused) return;
    if (clock.now().getTime() >= untilMs) throw notContinued(moving.change.scope, arn);
    await clock.sleep(PAUSE_POLL_MS, signal);
  }
}

/** Tells of each stage once, and of the requests as they move. */
export function teller(
  { change: { rollout, subject }, name }: Moving,
  versions: FollowedDeployment['versions'],
) {
  let told = '';
  let moved = '';
  return (view: ServiceDeploymentView, verdict: NativeVerdict) => {
    const weights = weightsOf(view);
    const words = JSON.stringify(weights);
    if (weights !== undefined && words !== moved) {
      moved = words;
      rollout.stage.traffic({ subject: name, weights, versions });
    }
    const going = verdict.state === 'going-back' ? `ECS goes back: ${verdict.reason}` : undefined;
    const stage = view.stage === undefined ? undefined : stageWord(view.stage);
    const message = going ?? stage;
    if (message === undefined || message === told) return;
    told = message;
    subject.progress(stage ?? 'update', message, going === undefined ? 'running' : 'failed');
  };
}

/**
 * Looks for tasks of the new revision that end by themselves: ECS would start them again until the deadline.
 * @returns throws where it finds one
 */
function crashWatch(followed: FollowedDeployment, beganMs: number) {
  const { moving, to } = followed;
  const { diagnosis, change } = moving;
  let askedMs: number | undefined;
  let runningBefore = 0;
  return async (view: ServiceDeploymentView): Promise<void> => {
    const { running = 0, pending = 0, requested = 0 } = view.target ?? {};
    const elapsedMs = diagnosis.clock.now().getTime() - beganMs;
    const failedTasks = view.breaker?.failures ?? 0;
    const isShort = running < requested;
    const counts = { failedTasks, running, runningBefore, pending, desired: requested };
    runningBefore = running;
    // Once all run, what ends is for ECS, its alarms and the load balancer to judge.
    if (!isShort || !shouldAskForStopped({ elapsedMs, askedMs, ...counts })) return;
    askedMs = elapsedMs;
    const { signal } = change.rollout;
    const [crashed] = await stoppedOf(diagnosis, tasksOf(to, view), signal);
    if (crashed !== undefined) throw await crashError(diagnosis, crashed, signal);
  };
}

const tasksOf = (taskDefinition: string, { createdMs }: Pick<ServiceDeploymentView, 'createdMs'>) => ({
  taskDefinition,
  ...(createdMs === undefined ? {} : { sinceMs: createdMs }),
});

/** The failure behind a verdict, with the stopped task that caused it where there is one. */
async function explained(
  { moving: { diagnosis, change }, to, arn }: FollowedDeployment,
  verdict: Extract<NativeVerdict, { reason: string }>,
  view: ServiceDeploymentView,
) {
  const { signal } = change.rollout;
  const words = {
    'going-back': `ECS rolled back: ${verdict.reason}`,
    'rolled-back': `ECS rolled back: ${verdict.reason}`,
    failed: `ECS gave up: ${verdict.reason}`,
    stopped: `ECS stopped the deployment: ${verdict.reason}`,
  }[verdict.state];
  const [crashed] = await orFallback(stoppedOf(diagnosis, tasksOf(to, view), signal), [], signal);
  if (crashed === undefined) return failure(diagnosis, words, [arn]);
  const crash = await crashError(diagnosis, crashed, signal);
  return failure(diagnosis, crash.message, [words, ...crash.evidence]);
}

function late({ moving, arn, longestMs }: FollowedDeployment, stage: string | undefined, spentMs: number) {
  const at = stage === undefined ? '' : ` at ${stageWord(stage)}`;
  const allowed = `${formatDuration(longestMs)} are allowed: the target's timeout, bake and steps`;
  return failure(moving.diagnosis, `not at its end after ${formatDuration(spentMs)}${at} (${allowed})`, [
    arn,
  ]);
}
