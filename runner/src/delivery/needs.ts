import type { Stage } from '../events/stage.js';
import type { Context, ContextWith } from '../context/context.js';
import { StackError } from '../base/errors.js';
import { poll } from '../base/poll.js';
import { HeldBack, upstreamError, type UpstreamStanding } from './rules/upstreamFindings.js';
import type { DeployRequest } from './deployRequest.js';
import { walkUpstream, type UpstreamGraph } from './upstream.js';

export interface UpstreamReport extends Omit<UpstreamGraph, 'standings'> {
  readonly standings: readonly UpstreamStanding[];
  /** One line: who is healthy. */
  readonly summary: string;
}

export interface NeedsRequest {
  /** Environment that is to be deployed to. */
  readonly environment: string;
  /** Tells of the wait. */
  readonly stage?: Stage;
  /** Longest wait for deployments that are under way upstream, in milliseconds. */
  readonly waitMs?: number;
}

const FIRST_POLL_MS = 250;
const LONGEST_POLL_MS = 5000;

/**
 * Makes sure that everything upstream is healthy in an environment; what is just being deployed there is waited for.
 * @throws StackError UPSTREAM_FAILED, UPSTREAM_MISSING, UPSTREAM_RUNNING (after `waitMs`), and what walkUpstream throws
 */
export async function requireUpstream(context: Context, request: NeedsRequest): Promise<UpstreamReport> {
  const { environment, stage, waitMs = 0 } = request;
  const { standings: look, ...graph } = await walkUpstream(context);
  const { clock, signal } = context;
  let reported: string | undefined;
  let held: HeldBack | undefined;
  const unlessHeld = async (left: () => number) => {
    signal.throwIfAborted();
    const standings = await look(environment);
    held = upstreamError(environment, standings);
    if (held === undefined) return { ...graph, standings, summary: summaryOf(environment, standings) };
    if (held.code !== 'UPSTREAM_RUNNING' || left() <= 0) throw held;
    const message = `waiting: ${held.why}`;
    if (message !== reported) stage?.progress(message, { status: 'running' });
    reported = message;
    return undefined;
  };
  const pace = { gapMs: FIRST_POLL_MS, growth: 1.5, longestGapMs: LONGEST_POLL_MS };
  const report = await poll(unlessHeld, { clock, limitMs: waitMs, ...pace, signal });
  if (report === undefined) throw held as StackError;
  return report;
}

/** How everything upstream stands in some environments; judges nothing. */
export async function readUpstream(
  context: ContextWith<'clock' | 'config' | 'env' | 'kinds' | 'patience' | 'secrets'>,
  environments: readonly string[],
): Promise<UpstreamReport> {
  const { standings, ...graph } = await walkUpstream(context);
  const found = await Promise.all(environments.map((environment) => standings(environment)));
  return { ...graph, standings: found.flat(), summary: '' };
}

/**
 * Holds a deployment or promotion back until what it needs is healthy. Not held back: a rollback, a deployment that is
 * resumed, and one of the release that is healthy there already. `forcedReason` goes past it, with a warning.
 * @returns what is left of the request's wait, in milliseconds
 */
export async function waitForUpstream(context: Context, request: DeployRequest): Promise<number> {
  const { environment, release, kind, stage, resume, waitMs = 0, forcedReason } = request;
  if (kind === 'rollback' || resume !== undefined) return waitMs;
  const { ledger } = await context.state();
  if ((await ledger.current(environment.name)).healthy?.version === release.version) return waitMs;
  if (forcedReason !== undefined) {
    await warnOfUpstream(context, environment.name, forcedReason);
    return waitMs;
  }
  const startedAt = context.clock.now().getTime();
  await requireUpstream(context, { environment: environment.name, stage, waitMs });
  return Math.max(0, waitMs - (context.clock.now().getTime() - startedAt));
}

/** What would hold a deployment back now; undefined where nothing would. */
export async function unhealthyUpstream(
  context: Context,
  environment: string,
): Promise<StackError | undefined> {
  try {
    await requireUpstream(context, { environment });
    return undefined;
  } catch (error) {
    if (error instanceof StackError && error.code !== 'INTERRUPTED') return error;
    throw error;
  }
}

async function warnOfUpstream(context: Context, environment: string, reason: string): Promise<void> {
  const held = await unhealthyUpstream(context, environment);
  if (held === undefined) return;
  const message = `continuing although ${held instanceof HeldBack ? held.why : held.message} (forced: ${reason})`;
  context.events.emit({ type: 'notice', level: 'warning', message });
}

function summaryOf(environment: string, standings: readonly UpstreamStanding[]): string {
  const healthy = standings.flatMap(({ application, standing, deployment }) =>
    standing === 'healthy' ? [`${application} ${deployment?.version}`] : [],
  );
  if (healthy.length === 0) return `no needed application has an environment ${environment}`;
  return `healthy in ${environment}: ${healthy.join(', ')}`;
}
