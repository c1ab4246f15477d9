import type { ContextWith } from '../context/context.js';
import { behindOf, type BehindOfTarget } from '../domain/behind.js';
import { toErrorRecord, type ErrorRecord } from '../base/errors.js';
import { pausesOf, type PausedTarget } from '../domain/paused.js';
import type { KeptColour } from '../domain/kept.js';
import type { PowerRecord } from '../domain/power.js';
import {
  digestOfRelease,
  type DeploymentRecord,
  type ReleaseRecord,
  type RunsOf,
} from '../domain/records.js';
import { readDrift, type DriftRecord } from '../state/driftRecords.js';
import { readPower } from '../state/powerRecords.js';
import type { TargetStatus } from '../context/target.js';
import { keptColours } from './keptColours.js';
import { unfinishedSummary, readLastRun } from './unfinished.js';

export interface EnvironmentStatus {
  readonly environment: string;
  /** The deployment whose release is in service: it ended healthy, or partial. */
  readonly healthy?: DeploymentRecord;
  readonly latest?: DeploymentRecord;
  /** Hosts that do not run what `healthy` says; then that ended `partial`. */
  readonly behind?: readonly BehindOfTarget[];
  /** Who holds the lock now. */
  readonly lock?: {
    readonly who: string;
    readonly since: string;
    readonly command: string;
    readonly runUrl?: string;
  };
  /** A deployment that never came to its end, and that nobody is working on. */
  readonly cutOff?: {
    readonly sequence: number;
    readonly version: string;
    readonly who: string;
    readonly lastStep?: string;
  };
  /** Targets of the latest deployment that wait for somebody, while no run is at work. */
  readonly paused?: readonly PausedTarget[];
  /** Old colours that run beside the live ones, by the ledger, for a way back. */
  readonly kept?: readonly KeptColour[];
  /** Where it is powered off, or on its way: what does not run is not broken then. */
  readonly power?: PowerRecord;
  /** Its lock, its journal or its power is stored, and is none. */
  readonly unreadable?: readonly ErrorRecord[];
  /** What the last `drift` found; null where there was none yet, absent where there is no infrastructure. */
  readonly drift?: DriftRecord | null;
  readonly targets?: readonly (TargetStatus & { readonly name: string })[];
}

/** The status of the environment named by --env, or of all. */
export async function statusOfEnvironments(
  context: ContextWith<'config' | 'environment' | 'options' | 'state' | 'targets'>,
  live: boolean,
): Promise<readonly EnvironmentStatus[]> {
  const config = await context.config();
  const names =
    context.options.environment === undefined
      ? Object.keys(config.environments)
      : [(await context.environment()).name];
  return Promise.all(names.map((name) => statusOf(context, name, live)));
}

async function statusOf(
  context: ContextWith<'environment' | 'state' | 'targets'>,
  name: string,
  live: boolean,
): Promise<EnvironmentStatus> {
  const state = await context.state();
  const { store, ledger, locks } = state;
  const hasInfrastructure = (await context.environment(name)).config.infrastructure !== undefined;
  const [current, stored, lastRun, drift, power, targets] = await Promise.all([
    ledger.current(name),
    locks.stored(name),
    readLastRun(state, name),
    hasInfrastructure ? readDrift(store, name) : undefined,
    readPower(store, name).then(
      (found) => ({ found }),
      (error: unknown) => ({ error }),
    ),
    live ? targetStatus(context, name) : undefined,
  ]);
  const kept = await keptColours(state, name, current);
  const behind = current.healthy === undefined ? [] : behindOf(current.healthy);
  const lock = stored.state === 'held' ? stored.holder : undefined;
  // While somebody holds the lock, an open journal is simply the deployment in progress.
  const unfinished = lock === undefined ? unfinishedSummary(lastRun) : undefined;
  const errors = [
    ...(stored.state === 'unreadable' ? [stored.error] : []),
    ...(lastRun.kind === 'unreadable' ? [lastRun.error] : []),
    ...('error' in power ? [power.error] : []),
  ];
  return {
    environment: name,
    ...current,
    ...(behind.length === 0 ? {} : { behind }),
    ...(lock === undefined ? {} : { lock }),
    ...(unfinished === undefined ? {} : { cutOff: unfinished }),
    ...(lastRun.kind === 'paused' && lock === undefined ? { paused: pausesOf(lastRun.deployment) } : {}),
    ...(kept.length === 0 ? {} : { kept }),
    ...('error' in power || power.found === undefined || power.found.status === 'on'
      ? {}
      : { power: power.found }),
    ...(errors.length === 0 ? {} : { unreadable: errors.map(toErrorRecord) }),
    ...(hasInfrastructure ? { drift: drift ?? null } : {}),
    ...(targets === undefined ? {} : { targets }),
  };
}

async function targetStatus(
  context: ContextWith<'environment' | 'state' | 'targets'>,
  name: string,
): Promise<readonly (TargetStatus & { name: string })[]> {
  const environment = await context.environment(name);
  if (Object.keys(environment.config.targets).length === 0) return [];
  const { ledger } = await context.state();
  const version = (await ledger.current(name)).healthy?.version;
  const release = version === undefined ? undefined : await ledger.release(version);
  const targets = await context.targets(environment);
  return Promise.all(
    targets.map(async (target) => {
      try {
        const runs = environment.config.targets[target.name] ?? {};
        return { name: target.name, ...againstLedger(await target.status(release), release, runs) };
      } catch (error) {
        const { message } = toErrorRecord(error);
        return { name: target.name, kind: target.kind, healthy: false, summary: message };
      }
    }),
  );
}

/** A target that runs something else than the ledger says is not healthy, however well that runs. */
export function againstLedger(
  status: TargetStatus,
  release: ReleaseRecord | undefined,
  runs: RunsOf,
): TargetStatus {
  const digest = digestOfRelease(release, runs);
  if (release === undefined || digest === undefined) return status;
  const expected = { version: release.version, digest };
  if (status.digest === undefined || status.digest === digest) return { ...status, expected };
  const summary = `${status.summary}; runs ${status.digest}, not ${release.version} (${digest})`;
  return { ...status, expected, healthy: false, summary };
}
