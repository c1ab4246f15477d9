import { formatDuration } from '../../../../base/duration.js';
import type { ReleaseRecord, TargetRecord } from '../../../../domain/records.js';
import type { Begun, Rollout } from '../../../../context/target.js';
import type { StageSubject } from '../../../../events/stage.js';
import type { EcsTarget } from '../ecsTarget.js';
import type { ColourPair, PairView } from './colourPair.js';
import { isColour, otherColour, percentsFor, type Colour } from './rules/colours.js';
import { requireLive } from './requireLive.js';
import { notServing } from './switchFailures.js';

/** How often targets that are not healthy yet are asked again, and how long, in milliseconds. */
const SERVING_POLL_MS = 500;
const SERVING_LIMIT_MS = 30_000;

interface Switching {
  readonly pair: ColourPair;
  readonly release: ReleaseRecord;
  readonly rollout: Rollout;
  /** The target that does it for all. */
  readonly name: string;
  readonly subject: StageSubject;
}

/**
 * Brings a release to the idle colour and makes that the live one: deploy with the count of the live colour → health
 * gate and checks → shift requests, at once or in steps → bake → keep or drain the old colour. At no moment is there a
 * rule that sends requests to a group without healthy targets.
 *
 * Called again after a kill it goes on from what it finds: which colour was live is in the journal.
 * @returns what each target runs now, by its name
 * @throws StackError STATE_CONFLICT where the rule and the ledger disagree on what is live; DEPLOY_FAILED, MIGRATION_FAILED
 */
export async function switchDeploy(
  pair: ColourPair,
  name: string,
  release: ReleaseRecord,
  rollout: Rollout,
): Promise<ReadonlyMap<string, TargetRecord>> {
  const subject = rollout.stage.subject(name);
  const switching = { pair, release, rollout, name, subject };
  const view = await pair.read(rollout.signal);
  const begun = switchBegun(rollout.begun);
  const recordedLive = rollout.isForced === true ? undefined : rollout.known?.target?.facts?.['live'];
  const live = requireLive(pair, view, recordedLive, begun?.from);
  const idle = otherColour(live);
  if (begun === undefined && (await allRun(pair.targets(live), release, rollout.signal))) {
    subject.progress('update', `${live} is live and runs it already`);
    const ended = await moved(pair.targets(live), release, rollout);
    return recorded(ended, { ...pair.facts(view, live, live), ...stillKept(switching, view, live) });
  }
  const count = countFor(view, live, begun?.count);
  await rollout.journal('switch', { from: live, to: idle, release: release.version, count });
  tellTraffic(switching, view.split.percent, live);
  const isKept = rollout.kind === 'rollback' && (await serves(switching, view, idle));
  if (isKept) subject.progress('update', `${idle} was kept, and runs it: only the rule changes`);
  const records = isKept ? undefined : await toIdle(switching, view, live, count);
  if (records !== undefined && [...records.values()].some(({ status }) => status === 'unproven'))
    return recorded(records, pair.facts(view, live, idle));
  await shift(switching, view, idle, isKept);
  await retire(switching, view, live);
  const ended = records ?? (await moved(pair.targets(idle), release, rollout));
  const facts = { ...pair.facts(view, idle, idle), ...nowKept(switching, live) };
  return recorded(ended, facts, 'healthy');
}

/** What a run that was killed had begun: the colours, and how many tasks the live one had then. */
function switchBegun(
  begun: readonly Begun[] = [],
): { readonly from: Colour; readonly to: Colour; readonly count: number | undefined } | undefined {
  const data = begun.findLast(({ action }) => action === 'switch')?.data;
  const { from, to, count } = data ?? {};
  if (!isColour(from) || !isColour(to)) return undefined;
  return { from, to, count: typeof count === 'number' ? count : undefined };
}

/**
 * How many tasks the new colour is to have: as many as the live one had when the deploy began, which may be drained already
 * where this goes on after a kill. What gets requests loses no task in any case.
 */
function countFor({ services, split }: PairView, live: Colour, begun: number | undefined): number {
  const idle = otherColour(live);
  const wanted = begun ?? services[live].service.desiredCount ?? 0;
  return split.percent[idle] > 0 ? Math.max(wanted, services[idle].service.desiredCount ?? 0) : wanted;
}

/** Deploys to the idle colour, which gets no requests but test requests. */
async function toIdle(
  { pair, release, rollout, subject }: Switching,
  view: PairView,
  live: Colour,
  count: number,
): Promise<ReadonlyMap<string, TargetRecord>> {
  const idle = otherColour(live);
  // A load balancer checks the targets of a group only where a rule has it, be it with no weight.
  if (view.rule.weights[view.groups[idle]] === undefined) {
    await rollout.journal('shift', { percent: percentsFor(live, 100) });
    await pair.send(view, live, 100, rollout.signal);
  }
  await rollout.journal('test-rule', { colour: idle });
  await pair.test(view, idle, rollout.signal);
  subject.progress('update', `${live} is live, so ${idle} gets ${release.version}`);
  return moved(pair.targets(idle, { count, described: view.services[live] }), release, rollout);
}

/** Deploys each target of a colour; those that run the release already are left alone. */
async function moved(
  targets: readonly EcsTarget[],
  release: ReleaseRecord,
  rollout: Rollout,
): Promise<ReadonlyMap<string, TargetRecord>> {
  const found = targets.map(async (target) => [target.name, await target.deploy(release, rollout)] as const);
  return new Map(await Promise.all(found));
}

const allRun = async (targets: readonly EcsTarget[], release: ReleaseRecord, signal: AbortSignal) =>
  (await Promise.all(targets.map((target) => target.isRunning(release, signal)))).every(Boolean);

/** Whether a colour that was kept can take all requests as it is. */
async function serves(
  { pair, release, rollout }: Switching,
  view: PairView,
  colour: Colour,
): Promise<boolean> {
  const { signal } = rollout;
  const [runs, targets] = await Promise.all([
    allRun(pair.targets(colour), release, signal),
    pair.health(view, colour, signal),
  ]);
  return runs && targets.length > 0 && targets.every(({ state }) => state === 'healthy');
}

/** Moves the requests to a colour, step by step; each step is watched, and all of them over the bake window. */
async function shift(switching: Switching, view: PairView, colour: Colour, isKept: boolean): Promise<void> {
  const { pair, rollout } = switching;
  const { steps, every, bake } = pair.strategy;
  // A rollback waits for nothing: what it goes back to has been baked.
  const isBack = rollout.kind === 'rollback';
  let rule = view.rule;
  let at = view.split.percent[colour];
  for (const percent of [...(isBack ? [] : steps.filter((step) => step > at)), 100]) {
    if (at !== 100) {
      if (!isKept) await requireServing(switching, view, colour);
      await rollout.journal('shift', { percent: percentsFor(colour, percent) });
      rule = await pair.send({ ...view, rule }, colour, percent, rollout.signal);
      at = percent;
      tellTraffic(switching, percentsFor(colour, percent), otherColour(colour));
    }
    const forMs = percent === 100 ? bake : every;
    if (!isBack && forMs > 0) await watched(switching, colour, forMs);
  }
}

async function watched(
  { pair, release, rollout, subject }: Switching,
  colour: Colour,
  forMs: number,
): Promise<void> {
  subject.progress('traffic', `watched for ${formatDuration(forMs)}`);
  await Promise.all(pair.targets(colour).map((target) => target.watch(release, rollout, forMs)));
}

/**
 * Waits for a moment until all targets of a colour are healthy.
 * @throws StackError DEPLOY_FAILED where the group is empty or a target stays unhealthy
 */
async function requireServing({ pair, rollout }: Switching, view: PairView, colour: Colour): Promise<void> {
  const { clock } = pair.options;
  const untilMs = clock.now().getTime() + SERVING_LIMIT_MS;
  for (;;) {
    const targets = (await pair.health(view, colour, rollout.signal)).filter(
      ({ state }) => state !== 'draining',
    );
    if (targets.length > 0 && targets.every(({ state }) => state === 'healthy')) return;
    if (targets.length === 0 || clock.now().getTime() >= untilMs)
      throw notServing(pair.scopes[colour], colour, targets);
    await clock.sleep(SERVING_POLL_MS, rollout.signal);
  }
}

/** What becomes of the old colour: it is kept for a while, or drained at once. */
async function retire({ pair, rollout, subject }: Switching, view: PairView, old: Colour): Promise<void> {
  const { keep } = pair.strategy;
  if (keep > 0) {
    subject.progress(
      'keep',
      `${old} keeps running for ${formatDuration(keep)}: a rollback is one change of the rule`,
    );
    return;
  }
  const { taskDefinition = '' } = view.services[old].service;
  await rollout.journal('drain', { colour: old });
  await pair.set(old, { taskDefinition, count: 0 }, rollout.signal);
  subject.progress('drain', `${old} is drained`);
}

function tellTraffic(
  { rollout, name, release }: Switching,
  weights: Readonly<Record<Colour, number>>,
  old: Colour,
): void {
  const before = rollout.known?.version;
  const versions = {
    ...(before === undefined ? {} : { [old]: before }),
    [otherColour(old)]: release.version,
  };
  rollout.stage.traffic({ subject: name, weights, versions });
}

/** The old colour, which is kept from now on. */
function nowKept({ pair }: Switching, old: Colour): Readonly<Record<string, string>> {
  const { keep } = pair.strategy;
  if (keep === 0) return {};
  const nowMs = pair.options.clock.now().getTime();
  const at = (ms: number) => new Date(ms).toISOString();
  return { kept: old, 'kept-since': at(nowMs), 'kept-until': at(nowMs + keep) };
}

/** What was kept before and still runs: a deploy that changes nothing does not forget it. */
function stillKept({ rollout }: Switching, { services }: PairView, live: Colour) {
  const { kept, 'kept-since': since, 'kept-until': until } = rollout.known?.target?.facts ?? {};
  const isKept = isColour(kept) && kept !== live && (services[kept].service.desiredCount ?? 0) > 0;
  return isKept && since !== undefined && until !== undefined
    ? { kept, 'kept-since': since, 'kept-until': until }
    : {};
}

/** @param found what a target that was found to run the release already counts as: it was put to use */
function recorded(
  records: ReadonlyMap<string, TargetRecord>,
  facts: Readonly<Record<string, string>>,
  found: TargetRecord['status'] = 'unchanged',
): ReadonlyMap<string, TargetRecord> {
  return new Map(
    [...records].map(([name, record]) => {
      const status = record.status === 'unchanged' ? found : record.status;
      return [name, { ...record, status, facts: { ...record.facts, ...facts } }];
    }),
  );
}
