import type { TargetRecord } from '../../../../domain/records.js';
import { shortName } from '../../../../domain/ecsService.js';
import type { Rollout } from '../../../../context/target.js';
import { overtakenBack } from '../ecsFailures.js';
import { begunRevisions } from '../begunRevisions.js';
import type { ColourPair, PairView } from './colourPair.js';
import { otherColour, percentsFor, type Colour } from './rules/colours.js';
import type { SwitchSnapshot } from './rules/switchSnapshot.js';
import { unknownLiveColour } from './switchFailures.js';

/**
 * Sends all requests to the colour that was live before, and sets the other one to what it was. The requests come
 * first: that is one call, where the colour still serves.
 * @returns what each target runs now, by its name
 * @throws StackError STATE_CONFLICT where somebody sends requests elsewhere meanwhile; DEPLOY_OVERTAKEN where somebody
 * deployed to a colour; DEPLOY_FAILED where the colour that was live no longer becomes healthy
 */
export async function switchRestore(
  pair: ColourPair,
  name: string,
  before: SwitchSnapshot,
  rollout: Rollout,
): Promise<ReadonlyMap<string, TargetRecord>> {
  const { signal } = rollout;
  const subject = rollout.stage.subject(name);
  pair.forget();
  const view = await pair.read(signal);
  const { live } = before;
  const { foreign } = view.split;
  if (foreign.length > 0)
    throw unknownLiveColour(
      pair.scope,
      pair.strategy.rule,
      `the rule sends requests to another target group, ${foreign.join(', ')}`,
    );
  refuseOvertaken(pair, live, before, rollout, view);
  const isServing = await serves(pair, view, live, signal);
  // Where the colour has gone meanwhile it has to come back before it gets a request.
  const records = isServing ? undefined : await restored(pair, live, before, rollout, view);
  if (view.split.percent[live] !== 100) {
    await rollout.journal('shift', { percent: percentsFor(live, 100) });
    await pair.send(view, live, 100, signal);
    rollout.stage.traffic({
      subject: name,
      weights: percentsFor(live, 100),
      versions: versionsOf(rollout, live),
    });
    subject.progress('rollback', `${live} is live again`, 'rolled-back');
  }
  const ended = records ?? (await restored(pair, live, before, rollout, view));
  const isPutBack = await putBack(pair, otherColour(live), before, rollout, view);
  const isChanged = isPutBack || view.split.percent[live] !== 100;
  return new Map(
    [...ended].map(([member, record]) => [
      member,
      {
        ...record,
        status: isChanged ? ('rolled-back' as const) : record.status,
        facts: { ...record.facts, ...pair.facts(view, live, live) },
      },
    ]),
  );
}

/** A colour that runs what neither was there before nor came from us is somebody else's. */
function refuseOvertaken(
  pair: ColourPair,
  colour: Colour,
  before: SwitchSnapshot,
  rollout: Rollout,
  { services }: PairView,
): void {
  if (rollout.isForced === true) return;
  const { taskDefinition: runs = '' } = services[colour].service;
  const scope = pair.scopes[colour];
  const ours = [
    before.colours[colour].taskDefinition,
    pair.movedTo(colour),
    ...begunRevisions(rollout, scope),
  ];
  if (!ours.includes(runs)) throw overtakenBack(scope, shortName(runs));
}

const versionsOf = ({ known }: Rollout, live: Colour): Readonly<Record<string, string>> =>
  known === undefined ? {} : { [live]: known.version };

async function serves(
  pair: ColourPair,
  view: PairView,
  colour: Colour,
  signal: AbortSignal,
): Promise<boolean> {
  const targets = (await pair.health(view, colour, signal)).filter(({ state }) => state !== 'draining');
  return targets.length > 0 && targets.some(({ state }) => state === 'healthy');
}

/** Brings a colour back to its task definition and count, and waits until it is healthy. */
async function restored(
  pair: ColourPair,
  colour: Colour,
  before: SwitchSnapshot,
  rollout: Rollout,
  { services }: PairView,
): Promise<ReadonlyMap<string, TargetRecord>> {
  const snapshot = before.colours[colour];
  const described = services[colour];
  // Autoscaling may have added tasks meanwhile.
  const count = Math.max(snapshot.desiredCount, described.service.desiredCount ?? 0);
  const found = pair.targets(colour, { count, described }).map(async (target) => {
    return [target.name, await target.restore({ ...snapshot }, rollout)] as const;
  });
  return new Map(await Promise.all(found));
}

/**
 * The other colour gets no requests: what it runs is set, and not waited for.
 * @returns false where it runs that already
 */
async function putBack(
  pair: ColourPair,
  colour: Colour,
  before: SwitchSnapshot,
  rollout: Rollout,
  view: PairView,
): Promise<boolean> {
  const { taskDefinition, desiredCount: count } = before.colours[colour];
  const { service } = view.services[colour];
  if (service.taskDefinition === taskDefinition && service.desiredCount === count) return false;
  refuseOvertaken(pair, colour, before, rollout, view);
  await rollout.journal('put-back', { colour, taskDefinition, count });
  await pair.set(colour, { taskDefinition, count }, rollout.signal);
  return true;
}
