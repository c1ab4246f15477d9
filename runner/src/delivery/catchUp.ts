import type { Stage } from '../events/stage.js';
import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import { targetsWithKinds } from '../context/kinds.js';
import { behindOf, behindWords, isInService, type BehindOfTarget } from '../domain/behind.js';
import { StackError } from '../base/errors.js';
import type { DeploymentRecord, ReleaseRecord } from '../domain/records.js';
import { requireAccount } from '../context/account.js';
import type { DeployResult } from './deployRequest.js';
import { deployRelease } from './deploy.js';

export interface CatchUpRequest {
  readonly environment: NamedEnvironment;
  readonly stage: Stage;
  readonly waitMs?: number;
}

export interface CaughtUp {
  /** Undefined where no host was behind: then nothing was done. */
  readonly result?: DeployResult;
  /** Hosts that are behind still. */
  readonly behind: readonly BehindOfTarget[];
  /** In words. */
  readonly summary: string;
}

/**
 * Brings the hosts that are behind to the release that their environment runs, and touches no other host. Which ones
 * they are, a look at all hosts tells: also those that came since, or that somebody changed by hand.
 * @throws StackError RELEASE_NONE where the environment runs nothing; CONFIG_INVALID where the settings have changed
 *   since; and what deployRelease throws
 */
export async function catchUp(context: Context, request: CatchUpRequest): Promise<CaughtUp> {
  const { environment, stage, waitMs } = request;
  const { name } = environment;
  await requireAccount(context, environment);
  const { current, release } = await inService(context, name);
  context.events.emit({ type: 'release', release });
  const found = await findBehind(context, environment, current, release);
  // Hosts that came back by themselves are put into service again, and the record says so.
  if (found.length === 0 && current.status === 'healthy') {
    return { behind: [], summary: `nothing to catch up: every host of ${name} runs ${current.version}` };
  }
  const only = await catchingUp(context, environment);
  const result = await deployRelease(context, {
    environment,
    release,
    kind: 'catch-up',
    stage,
    only,
    ...(waitMs === undefined ? {} : { waitMs }),
  });
  const { behind } = result;
  const summary =
    behind.length === 0
      ? `every host of ${name} runs ${current.version}`
      : `${name} runs ${current.version}, ${behindWords(behind)} still`;
  return { result, behind, summary };
}

/**
 * `deploy --catch-up --dry-run`: which hosts would be brought forward.
 * @throws StackError RELEASE_NONE where no release is in service
 */
export async function previewCatchUp(
  context: ContextWith<'kinds' | 'state' | 'targets'>,
  environment: NamedEnvironment,
): Promise<{ readonly version: string; readonly behind: readonly BehindOfTarget[] }> {
  const { current, release } = await inService(context, environment.name);
  return { version: current.version, behind: await findBehind(context, environment, current, release) };
}

/** What was asked for has not happened while a host is behind. */
export function stillBehind(environment: string, { behind }: CaughtUp): StackError | undefined {
  const [first] = behind;
  if (first === undefined) return undefined;
  return new StackError('DEPLOY_FAILED', `${behindWords(behind)} still: ${first.reason}`, {
    where: `${first.target} of ${environment}, ${first.host}`,
    evidence: behind.map(({ host, reason }) => `${host}: ${reason}`),
    next: `Fix the cause, then run again: node runner deploy --env ${environment} --catch-up`,
  });
}

async function inService(
  context: ContextWith<'state'>,
  name: string,
): Promise<{ readonly current: DeploymentRecord; readonly release: ReleaseRecord }> {
  const { ledger } = await context.state();
  const current = (await ledger.current(name)).healthy;
  const release = current === undefined ? undefined : await ledger.release(current.version);
  if (current !== undefined && release !== undefined && isInService(current.status))
    return { current, release };
  throw new StackError('RELEASE_NONE', `${name} runs no release that hosts could be updated to`, {
    where: name,
    next: `\`node runner deploy --env ${name}\` deploys one.`,
  });
}

async function findBehind(
  context: ContextWith<'kinds' | 'targets'>,
  environment: NamedEnvironment,
  current: DeploymentRecord,
  release: ReleaseRecord,
): Promise<readonly BehindOfTarget[]> {
  const names = await catchingUp(context, environment);
  if (names.length === 0) return behindOf(current);
  const targets = await context.targets(environment, names);
  const found = await Promise.all(
    targets.map(async (target) => {
      const known = { version: current.version, target: current.targets?.[target.name] };
      const hosts = (await target.behind?.(release, known)) ?? [];
      return hosts.map((host) => ({ target: target.name, ...host }));
    }),
  );
  return found.flat();
}

/** The targets that catching up is about. */
export async function catchingUp(
  context: ContextWith<'kinds'>,
  environment: NamedEnvironment,
): Promise<readonly string[]> {
  return targetsWithKinds(await context.kinds(), environment).flatMap(({ name, kind }) =>
    kind.capabilities.catchesUp === true ? [name] : [],
  );
}
