import { formatDuration } from '../../../base/duration.js';
import { HealthGate, isHealthyStatus, type GateVerdict } from '../../rules/healthGate.js';
import type { Proof } from '../../rules/proof.js';
import type { Endpoint, ProbeRoute } from './endpoints.js';
import { allTasks, requireRunning, searchCrashed, tasksLeft, why } from './gateTasks.js';
import { isAnswered, requestOf, type Reachability } from './reachability.js';
import { TargetsWatch } from './targetsWatch.js';
import type { GateOptions } from './gateOptions.js';

/** In a long bake window, ended tasks are searched for this often; in a short one at its end. */
const SEARCH_EVERY_MS = 15_000;
const LONGEST_PROBE_MS = 5000;
/** What was seen to run so shortly before the verdict needs no other look. */
const MOMENT_MS = 1000;
/** Where nothing is expected to answer, it is not waited for long. */
const SILENT_PROBE_MS = 1000;
/** Between probes until everything is healthy for the first time, at most. */
const FIRST_ROUNDS_MS = 250;

/**
 * Holds the release back until it has been healthy over the bake window: probes answer, its targets are healthy, and no
 * task of it ended. Probes that cannot reach the tasks judge nothing: neither did what ran before answer them.
 *
 * @returns what the verdict rests on; undefined where no task is wanted, so that nothing shows that the release works
 * @throws StackError DEPLOY_FAILED with reason and evidence; the signal's reason on abort
 */
export async function passGate(options: GateOptions): Promise<Proof | undefined> {
  const { health, route, settled, scope } = options;
  const now = () => scope.clock.now().getTime();
  const targets = new TargetsWatch(options);
  const needsTasks = route.kind === 'each-task' || targets.isAsked;
  const wasSettled = settled.aborted;
  let settledMs = now();
  settled.addEventListener('abort', () => (settledMs = now()), { once: true });
  let tasks = needsTasks ? await allTasks(options) : undefined;
  let { reachability } = options;
  const endpoints = (): readonly Endpoint[] =>
    route.kind === 'url' ? [{ name: route.url, url: route.url }] : (tasks?.endpoints ?? []);
  const openGate = () => {
    const probed = reachability === 'silent' ? [] : endpoints().map(({ name }) => ({ name }));
    const rules = { bakeMs: health.for, timeoutMs: health.timeout };
    return new HealthGate(rules, [...probed, ...targets.watched(tasks)], now());
  };
  if (reachability === 'silent' && endpoints().length > 0)
    scope.subject.progress('health', unprobedWords(route, 'nor did what ran before'));
  let gate = openGate();
  const openedMs = now();
  let searchedMs = openedMs;
  let hasFailed = false;
  let round = 0;
  for (;;) {
    round += 1;
    const roundMs = now();
    const settledBefore = settled.aborted;
    const results = await Promise.all(
      endpoints().map((endpoint) => probeOnce(options, endpoint, reachability)),
    );
    if (reachability !== 'seen' && results.some(({ heard }) => heard)) {
      // They can be reached after all: from here on they are judged by what they answer.
      const wasSilent = reachability === 'silent';
      reachability = 'seen';
      if (wasSilent) gate = openGate();
    }
    for (const { name, ok, words } of results) {
      gate.record(name, { ok, words }, now());
      hasFailed ||= !ok;
    }
    await targets.ask(gate, tasks, 'when-due');
    const verdict = gate.judge(now());
    if (verdict.state !== 'healthy') options.onProgress(verdict);
    if (verdict.state === 'unhealthy') {
      const left = await tasksLeft(options, tasks);
      if (left === undefined && reachability === 'unknown' && results.length > 0) {
        reachability = 'silent';
        scope.subject.progress('health', unprobedWords(route, 'and nothing ran before'));
      } else if (left === undefined) throw await why(options, verdict.reason, tasks?.tasks ?? []);
      else tasks = left;
      gate = openGate();
      continue;
    }
    // The last round has to have begun after the platform was stable: before, an old task may have answered.
    if (verdict.state === 'healthy' && settledBefore && (await targets.ask(gate, tasks, 'at-the-end'))) break;
    if (verdict.state === 'healthy' && settled.aborted) continue;
    // Until then the watch of the rollout searches.
    if (settled.aborted && now() - searchedMs >= SEARCH_EVERY_MS) {
      searchedMs = now();
      await searchCrashed(options);
    }
    await pause(options, nextRoundMs(options, verdict, now() - roundMs));
  }
  const known = reachability === 'seen' && hasFailed ? undefined : tasks?.tasks;
  const tasksSeenMs = wasSettled && round === 1 ? openedMs : -Infinity;
  const justSeen = now() - (known === undefined ? settledMs : tasksSeenMs) < MOMENT_MS;
  const left = await requireRunning(options, known, justSeen);
  if (left === undefined) return undefined;
  options.onProgress({ state: 'healthy' });
  const count = endpoints().length;
  return {
    watched: formatDuration(health.for),
    ...(targets.words === undefined ? {} : { targets: targets.words }),
    ...(left.length > 0 && left.every(({ healthStatus }) => healthStatus === 'HEALTHY')
      ? { checked: true }
      : {}),
    ...(count === 0
      ? {}
      : reachability === 'seen'
        ? { answered: route.kind === 'url' ? 'its URL' : count === 1 ? 'its task' : `${count} tasks` }
        : { unseen: 'nothing answers from here' }),
  };
}

function unprobedWords(route: ProbeRoute, before: string): string {
  const scope = route.kind === 'url' ? route.url : 'the tasks’ own addresses';
  return `${scope} cannot be reached from here: nothing answers, ${before}; so it does not count for the release (set health.url to an address that can be reached)`;
}

/** Often until healthy for the first time, then at the configured interval, and once at the window's very end. */
function nextRoundMs({ health }: GateOptions, verdict: GateVerdict, roundMs: number): number {
  if (verdict.state === 'waiting') return Math.min(FIRST_ROUNDS_MS, health.interval);
  const untilInterval = Math.max(10, health.interval - roundMs);
  if (verdict.state !== 'baking') return untilInterval;
  return Math.min(untilInterval, Math.max(10, health.for - verdict.forMs));
}

/** Sleeps, but wakes at once when the platform gets stable: that may be all the gate waits for. */
async function pause({ scope, signal, settled }: GateOptions, ms: number): Promise<void> {
  if (settled.aborted) return scope.clock.sleep(ms, signal);
  try {
    await scope.clock.sleep(ms, AbortSignal.any([signal, settled]));
  } catch (error) {
    signal.throwIfAborted();
    if (!settled.aborted) throw error;
  }
}

async function probeOnce(
  { health, probe, signal, route }: GateOptions,
  endpoint: Endpoint,
  reachability: Reachability,
) {
  const longest = reachability === 'silent' ? SILENT_PROBE_MS : LONGEST_PROBE_MS;
  const timeoutMs = Math.min(longest, Math.max(1000, health.interval));
  const answer = await probe(endpoint.url, { timeoutMs, signal, ...requestOf(route) });
  const ok = answer.status !== undefined && isHealthyStatus(answer.status, health.status);
  return { name: endpoint.name, ok, words: answer.words, heard: isAnswered(answer) };
}
