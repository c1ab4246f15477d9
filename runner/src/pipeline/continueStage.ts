import { StackError } from '../base/errors.js';
import type { Context, NamedEnvironment } from '../context/context.js';
import { continueDeployment } from '../delivery/continue.js';
import { deployEnd } from '../delivery/deploy.js';
import { refusePaused } from '../delivery/refusePaused.js';
import { refusedError } from '../delivery/hooks/withHooks.js';
import { neverAborted } from '../delivery/rollBackFailed.js';
import { pausedError, readLastRun, unfinishedError } from '../delivery/unfinished.js';
import { isInService } from '../domain/behind.js';
import { pauseName, pauseQuestion, sequenceOfPause, type PauseQuestion } from '../domain/paused.js';
import type { DeploymentRecord } from '../domain/records.js';
import { inStage, type Stage, type StageEnd } from '../events/stage.js';
import type { Stage as PlannedStage } from './rules/stageGraph.js';

/** What somebody said at a pause. */
export interface PauseAnswer {
  /** Name of the pause that was decided about; the answer counts for no other. */
  readonly pause: string;
  readonly answer: 'continue' | 'rollback';
  /** Who said so. */
  readonly by?: string;
  /** Why it does not go on, where nobody said so: the time is over, the build was aborted. */
  readonly reason?: string;
}

/** What a person types at a question: `later` leaves it as it is. */
export type Asked = PauseAnswer['answer'] | 'later';

export interface ContinueInput {
  readonly answer?: PauseAnswer | undefined;
  /** Asks who sits there; undefined where nobody does. @throws StackError INTERRUPTED */
  readonly ask?: ((question: PauseQuestion) => Promise<Asked>) | undefined;
  readonly waitMs?: number | undefined;
}

interface Continuing extends ContinueInput {
  readonly context: Context;
  readonly environment: NamedEnvironment;
  readonly stage: Stage;
}

/**
 * The stage that stands where a platform pauses: carries out an answer, or asks for one at each pause, until the
 * deployment has ended. Without an answer, and with nobody to ask, the run ends there.
 * @returns how it ended; `paused` where it came to another pause
 * @throws StackError DEPLOY_PAUSED where somebody has to say how it goes on; DEPLOY_ROLLED_BACK where it is not to go on;
 * and what deployRelease throws
 */
export async function continueStage(
  context: Context,
  environment: NamedEnvironment,
  stage: Stage,
  input: ContinueInput,
): Promise<StageEnd> {
  const continuing = { ...input, context, environment, stage };
  if (input.answer !== undefined) return carriedOut(continuing, input.answer);
  for (;;) {
    const found = await waitingIn(context, environment);
    if (found === undefined) return { reason: `nothing waits in ${environment.name}` };
    const question = pauseQuestion(found, context.clock.now()) as PauseQuestion;
    if (input.ask === undefined) throw stillPaused(found);
    const said = await asked(continuing, found, question);
    if (said === 'later') throw stillPaused(found);
    const end = await carriedOut(continuing, { pause: question.name, answer: said });
    if (end.paused === undefined) return end;
  }
}

/**
 * Rolls back what waits at a pause that nobody is asked about; the stage is told again then.
 * @throws StackError ROLLBACK_FAILED, LOCKED, DEPLOY_OVERTAKEN, STATE_*
 */
export async function refuseUnasked(
  context: Context,
  stage: PlannedStage,
  { reason, waitMs }: { readonly reason: string; readonly waitMs?: number },
): Promise<void> {
  const environment = await context.environment(stage.environment);
  const lastRun = await readLastRun(await context.state(), environment.name);
  if (lastRun.kind !== 'paused') return;
  const { sequence } = lastRun.deployment;
  const waiting = waitMs === undefined ? {} : { waitMs };
  await inStage(context, stage, async (telling) => {
    const calm = { ...context, signal: neverAborted };
    const back = await refusePaused(calm, { environment, stage: telling, sequence, reason, ...waiting });
    if (back !== undefined) throw refusedError(back);
  }).catch((error: unknown) => {
    // What ended the run is told as its failure; that it is back is how this stage ended.
    if (!(error instanceof StackError) || error.code !== 'DEPLOY_ROLLED_BACK') throw error;
  });
}

/** The deployment of this very run that is paused there: of a stage that is repeated as its agent was lost. */
export async function pausedByThisRun(
  context: Pick<Context, 'env' | 'state'>,
  { name }: Pick<NamedEnvironment, 'name'>,
): Promise<DeploymentRecord | undefined> {
  const run = context.env['AUTOMATION_STACK_RUN'];
  if (run === undefined || run === '') return undefined;
  const lastRun = await readLastRun(await context.state(), name);
  return lastRun.kind === 'paused' && lastRun.deployment.run === run ? lastRun.deployment : undefined;
}

/** An interruption at the question is an answer too: an environment is not left half way. */
async function asked(
  { context, environment, stage, ask, waitMs }: Continuing,
  { sequence }: DeploymentRecord,
  question: PauseQuestion,
): Promise<Asked> {
  try {
    return (await ask?.(question)) ?? 'later';
  } catch (error) {
    const reason = `interrupted at its pause by ${context.who}`;
    const waiting = waitMs === undefined ? {} : { waitMs };
    await refusePaused(
      { ...context, signal: neverAborted },
      { environment, stage, sequence, reason, ...waiting },
    );
    throw error;
  }
}

async function carriedOut(continuing: Continuing, answer: PauseAnswer): Promise<StageEnd> {
  const { context, environment, stage, waitMs } = continuing;
  const waiting = waitMs === undefined ? {} : { waitMs };
  const { by = context.who } = answer;
  const sequence = sequenceOfPause(answer.pause);
  if (answer.answer === 'rollback') {
    const reason = answer.reason ?? `refused by ${by}`;
    const back = await refusePaused(context, { environment, stage, sequence, reason, ...waiting });
    if (back !== undefined) throw refusedError(back);
    return endedMeanwhile(continuing, sequence, answer);
  }
  const { deployment, isCutOff } = await sameDeployment(continuing, sequence);
  if (deployment === undefined) return endedMeanwhile(continuing, sequence, answer);
  // Somebody else has ended that pause, and this is another one, about which nobody was asked.
  if (!isCutOff && pauseName(deployment) !== answer.pause) {
    const paused = pauseQuestion(deployment, context.clock.now());
    return { reason: `${deployment.version} came to another pause meanwhile`, paused };
  }
  return deployEnd(await continueDeployment(context, { environment, stage, by, atPause: 'end', ...waiting }));
}

async function sameDeployment({ context, environment }: Continuing, sequence: number) {
  const lastRun = await readLastRun(await context.state(), environment.name);
  if (lastRun.kind === 'unreadable') throw lastRun.error;
  const deployment =
    lastRun.kind === 'paused' ? lastRun.deployment : lastRun.kind === 'open' ? lastRun.continued : undefined;
  return {
    deployment: deployment?.sequence === sequence ? deployment : undefined,
    isCutOff: lastRun.kind === 'open',
  };
}

/**
 * What an answer is worth that came late: the deployment went on or back without it.
 * @throws StackError DEPLOY_ROLLED_BACK where it is back; STATE_CONFLICT where it was to go back and did not
 */
async function endedMeanwhile(
  { context, environment }: Continuing,
  sequence: number,
  { answer }: PauseAnswer,
): Promise<StageEnd> {
  const { name } = environment;
  const { ledger } = await context.state();
  const deployment = await ledger.deployment(name, sequence);
  if (deployment === undefined || !isInService(deployment.status)) throw goneBack(name, deployment);
  if (answer === 'continue')
    return {
      reason: `${deployment.version} was continued in ${name} by ${deployment.continuedBy ?? 'somebody else'}`,
    };
  throw new StackError(
    'STATE_CONFLICT',
    `${deployment.version} was continued in ${name} before it was refused`,
    {
      where: name,
      evidence: [
        `continued by ${deployment.continuedBy ?? deployment.who}, ended ${deployment.endedAt ?? ''}`,
      ],
      next: `\`node runner rollback --env ${name}\` brings back what ran before.`,
    },
  );
}

/**
 * The deployment that waits for an answer; undefined where the last one did not pause, or was continued.
 * @throws StackError DEPLOY_CUT_OFF; DEPLOY_ROLLED_BACK where it is back already; STATE_UNREADABLE
 */
async function waitingIn(
  context: Context,
  environment: NamedEnvironment,
): Promise<DeploymentRecord | undefined> {
  const state = await context.state();
  const lastRun = await readLastRun(state, environment.name);
  if (lastRun.kind === 'unreadable') throw lastRun.error;
  if (lastRun.kind === 'paused') return lastRun.deployment;
  if (lastRun.kind === 'open') throw await unfinishedError(state, lastRun.unfinished, environment);
  const { latest } = await state.ledger.current(environment.name);
  if (latest !== undefined && !isInService(latest.status)) throw goneBack(environment.name, latest);
  return undefined;
}

function goneBack(name: string, deployment: DeploymentRecord | undefined): StackError {
  const { version = 'what was paused', reason } = deployment ?? {};
  const why = reason === undefined ? '' : ` (${reason})`;
  return new StackError('DEPLOY_ROLLED_BACK', `${version} is not in ${name} any more${why}`, {
    where: name,
    next: `\`node runner history --env ${name}\` shows what happened.`,
  });
}

/** The run ends here, and what comes after it waits. */
function stillPaused(deployment: DeploymentRecord): StackError {
  const { code, message, where, evidence, next } = pausedError(deployment);
  return new StackError(code, message, {
    ...(where === undefined ? {} : { where }),
    ...(evidence === undefined ? {} : { evidence }),
    next: `${next ?? ''} Then \`node runner run --resume\` goes on with what follows.`,
  });
}
