import type { Context, NamedEnvironment } from '../../context/context.js';
import type { DrainEnd, Operations } from '../../context/operations.js';
import { requireAccount } from '../../context/account.js';
import { isOverdue, keptWords, type KeptColour } from '../../domain/kept.js';
import { recordingChange } from '../../infrastructure/changeRecord.js';
import type { Stage } from '../../events/stage.js';
import type { State } from '../../state/state.js';
import { withLock } from '../environmentLock.js';
import { keptColours } from '../keptColours.js';
import { knownOf } from '../known.js';
import { refuseUnfinished } from '../refuseUnfinished.js';
import { operatedTarget, operatedTargets, type Operated } from './chooseTarget.js';

export interface DrainAsked {
  /** Targets by name; all that keep a colour where empty. */
  readonly targets: readonly string[];
  /** Also what is to be kept for longer. */
  readonly isNow: boolean;
}

export interface DrainDone {
  readonly environment: string;
  /** What was drained, by target. */
  readonly drained: Readonly<Record<string, DrainEnd>>;
  /** What is kept for longer. */
  readonly kept: readonly KeptColour[];
}

/**
 * Whether there is something to drain, by the ledger alone: nobody has to hold the lock, or ask the platform, to find that
 * there is not.
 * @returns what there is to tell where nothing is to be drained now
 */
export async function nothingToDrain(
  context: Context,
  environment: NamedEnvironment,
  asked: DrainAsked,
): Promise<DrainDone | undefined> {
  const { config, name } = environment;
  // What is configured no longer, or never was, is named by who looks for it.
  if (asked.isNow || asked.targets.some((one) => !Object.hasOwn(config.targets, one))) return undefined;
  const kept = await keptNow(await context.state(), environment, asked);
  const nowMs = context.clock.now().getTime();
  return kept.some((one) => isOverdue(one, nowMs)) ? undefined : { environment: name, drained: {}, kept };
}

/**
 * Ends the keeping of old colours whose time is over: their tasks stop, and a rollback takes a deploy from then on. Under
 * the environment's lock; the ledger keeps who did it.
 * @throws StackError STATE_CONFLICT where the colour gets requests, or is the only one that could serve; DEPLOY_CUT_OFF and
 * DEPLOY_PAUSED where a deployment may still need it; LOCKED, USAGE, TARGET_UNKNOWN
 */
export async function drainEnvironment(
  context: Context,
  environment: NamedEnvironment,
  asked: DrainAsked & { readonly stage: Stage; readonly waitMs: number },
): Promise<DrainDone> {
  const { stage, waitMs, isNow } = asked;
  const operated = await drainable(context, environment, asked.targets);
  await requireAccount(context, environment);
  return withLock(context, { environment: environment.name, stage, waitMs }, async (state, lock) => {
    await refuseUnfinished(state, environment);
    const signal = AbortSignal.any([context.signal, lock.lost]);
    const nowMs = context.clock.now().getTime();
    const kept = await keptNow(state, environment, asked);
    const current = await state.ledger.current(environment.name);
    const drained: Record<string, DrainEnd> = {};
    for (const { name, operations } of operated) {
      const own = kept.find(({ target }) => target === name);
      if (!isNow && (own === undefined || !isOverdue(own, nowMs))) continue;
      const drain = operations.drain as NonNullable<Operations['drain']>;
      const live = knownOf(current, name)?.target?.facts?.['live'];
      drained[name] = await recordingChange(
        context,
        environment,
        { kind: 'drain', isPart: true, targets: [name], summary: 'drain', told: (end: DrainEnd) => end },
        () => drain({ live, signal, subject: stage.subject(name) }),
      );
    }
    return {
      environment: environment.name,
      drained,
      kept: kept.filter(({ target }) => drained[target] === undefined),
    };
  });
}

/** How it ended, in one line. */
export function drainSummary({ environment, drained, kept }: DrainDone, nowMs: number): string {
  const ended = Object.entries(drained).map(([target, { summary }]) => `${target}: ${summary}`);
  const left = kept.map((one) => keptWords(one, nowMs));
  return [...ended, ...left].join('; ') || `${environment} keeps no old colour`;
}

async function keptNow(
  state: State,
  { name }: NamedEnvironment,
  { targets }: DrainAsked,
): Promise<readonly KeptColour[]> {
  const kept = await keptColours(state, name, await state.ledger.current(name));
  return kept.filter(({ target }) => targets.length === 0 || targets.includes(target));
}

async function drainable(
  context: Context,
  environment: NamedEnvironment,
  names: readonly string[],
): Promise<readonly Operated[]> {
  const all = await operatedTargets(context, environment, names);
  const able = all.filter(({ operations }) => operations.drain !== undefined);
  const unable = all.find(({ operations }) => operations.drain === undefined);
  if (able.length > 0 && (names.length === 0 || unable === undefined)) return able;
  // It says why not.
  return [await operatedTarget(context, environment, unable?.name, 'drain')];
}
