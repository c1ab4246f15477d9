import type { Stage } from '../events/stage.js';
import type { ContextWith, NamedEnvironment } from '../context/context.js';
import { StackError, toErrorRecord } from '../base/errors.js';
import { didYouMean } from '../base/nearest.js';
import type { DeploymentName } from '../domain/ownership.js';
import { deploymentText, reusesOf, type Reuse } from './rules/ownershipRules.js';
import type { OwnershipLedger } from '../state/ownershipRecords.js';
import { isProtected } from './dataGuard.js';
import { deploymentOf, openOwnership, type PlanIds } from './ownership.js';

export interface ReuseConsent {
  /** Deployments, `APPLICATION/ENVIRONMENT`, whose reuse does not count: they are gone, or will be applied anew. */
  readonly forgetReuse?: readonly string[];
  /** What the user would type to do it: `node runner destroy --env staging --yes`. */
  readonly command: string;
}

/** Uses told at most. */
const SHOWN = 20;

/**
 * Refuses a plan that destroys or replaces what other deployments reuse. Where the plan may go on, the reuse that was
 * to be forgotten is taken out of the ledger.
 * @throws StackError STILL_REUSED naming each use; OWNERSHIP_UNREADABLE for a protected environment, CONFIG_INVALID
 */
export async function guardReuse(
  context: ContextWith<'config' | 'env' | 'events' | 'kinds' | 'patience' | 'secrets'>,
  environment: NamedEnvironment,
  stage: Stage,
  plan: PlanIds,
  consent: ReuseConsent,
): Promise<void> {
  const found = await findReuse(context, environment, plan);
  if (found === undefined) return;
  const refusal = refusalOf(environment, found, consent);
  if (refusal !== undefined) throw refusal;
  const { ledger, reuses, asked } = found;
  for (const reuse of reuses) await forget(ledger, reuse, plan);
  const message =
    reuses.length === 0
      ? `nobody reuses what would be destroyed: asked ${asked} other ${asked === 1 ? 'deployment' : 'deployments'} in ${ledger.location}`
      : `forgotten: ${[...new Set(reuses.map(deploymentText))].join(', ')}`;
  stage.progress(message);
}

/**
 * The same, but only told, and nothing is forgotten: for a plan that awaits its consent.
 * @returns STILL_REUSED; undefined where nobody reuses what would be destroyed
 */
export async function refuseReuse(
  context: ContextWith<'config' | 'env' | 'events' | 'kinds' | 'patience' | 'secrets'>,
  environment: NamedEnvironment,
  plan: PlanIds,
  consent: ReuseConsent,
): Promise<StackError | undefined> {
  const found = await findReuse(context, environment, plan);
  return found === undefined ? undefined : refusalOf(environment, found, consent);
}

interface Found {
  readonly ledger: OwnershipLedger;
  readonly reuses: readonly Reuse[];
  /** How many other deployments have a record. */
  readonly asked: number;
}

/** Undefined where nothing goes, or where nobody can be asked and the environment is not protected. */
async function findReuse(
  context: ContextWith<'config' | 'env' | 'events' | 'kinds' | 'patience' | 'secrets'>,
  environment: NamedEnvironment,
  { lost }: PlanIds,
): Promise<Found | undefined> {
  if (lost.length === 0) return undefined;
  const ledger = await openOwnership(context, environment);
  const self = await deploymentOf(context, environment);
  try {
    const records = await ledger.all();
    const own = records.find((record) => deploymentText(record) === deploymentText(self));
    const account = environment.config.aws.account ?? own?.account;
    const reuses = reusesOf({ ...self, ...(account === undefined ? {} : { account }) }, lost, records);
    return { ledger, reuses, asked: records.length - (own === undefined ? 0 : 1) };
  } catch (error) {
    return unreadable(context, environment, ledger, error);
  }
}

function unreadable(
  context: ContextWith<'events'>,
  environment: NamedEnvironment,
  ledger: OwnershipLedger,
  error: unknown,
): undefined {
  const { message, evidence, next } = toErrorRecord(error);
  const words = `it is unknown who reuses what ${environment.name} owns: ${message}`;
  if (isProtected(environment)) {
    throw new StackError('OWNERSHIP_UNREADABLE', words, {
      where: ledger.location,
      evidence: evidence ?? [],
      next: `${next ?? 'Fix the cause.'} ${environment.name} is protected: nothing of it is destroyed without this check.`,
      cause: error,
    });
  }
  context.events.emit({
    type: 'notice',
    level: 'warning',
    message: words,
    ...(next === undefined ? {} : { next }),
  });
}

function refusalOf(
  environment: NamedEnvironment,
  { reuses, ledger }: Found,
  { forgetReuse = [], command }: ReuseConsent,
): StackError | undefined {
  const left = reuses.filter((reuse) => !forgetReuse.includes(deploymentText(reuse)));
  if (left.length === 0) return undefined;
  const users = [...new Set(left.map(deploymentText))];
  const lines = left.map(
    (reuse) =>
      `${deploymentText(reuse)} uses ${reuse.address} (${reuse.id}) in ${reuse.from} since ${reuse.since.slice(0, 10)}, applied by ${reuse.who}`,
  );
  const more = lines.length > SHOWN ? [`and ${lines.length - SHOWN} more`] : [];
  const strangers = forgetReuse
    .filter((name) => !reuses.some((reuse) => deploymentText(reuse) === name))
    .map((name) => `--forget-reuse ${name} reuses nothing of it.${didYouMean(name, users)}`);
  const forgotten = [
    ...new Set([
      ...forgetReuse.filter((name) => reuses.some((one) => deploymentText(one) === name)),
      ...users,
    ]),
  ];
  return new StackError(
    'STILL_REUSED',
    `${users.join(' and ')} ${users.length === 1 ? 'reuses' : 'reuse'} what would be destroyed`,
    {
      where: `${environment.name}, according to the ledger in ${ledger.location}`,
      evidence: [...strangers, ...lines.slice(0, SHOWN), ...more],
      next:
        `Let ${users.length === 1 ? 'it' : 'them'} use something else, or destroy ${users.length === 1 ? 'it' : 'them'} first. ` +
        `If ${users.length === 1 ? 'it no longer exists' : 'they no longer exist'}: ${command} ${forgotten.map((name) => `--forget-reuse ${name}`).join(' ')}`,
    },
  );
}

/** Takes what goes out of another deployment's record; what that uses of others stays guarded. */
async function forget(ledger: OwnershipLedger, user: DeploymentName, { lost }: PlanIds): Promise<void> {
  const gone = new Set(lost.flatMap(({ ids }) => ids));
  await ledger.update({ application: user.application, environment: user.environment }, (stored) =>
    stored === undefined
      ? undefined
      : {
          ...stored,
          reuses: stored.reuses.filter(({ id }) => !gone.has(id)),
          owns: stored.owns.filter(({ ids }) => !ids.some((id) => gone.has(id))),
        },
  );
}
