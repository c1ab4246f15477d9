import type { ContextWith, NamedEnvironment } from '../context/context.js';
import { targetsWithKinds } from '../context/kinds.js';
import { StackError } from '../base/errors.js';
import { barrierOf, type Aged, type ContractRecord } from '../domain/contract.js';
import type { DeploymentRecord } from '../domain/records.js';
import type { State } from '../state/state.js';
import type { DeployRequest } from './deployRequest.js';
import { day, dueStep, outrun, type OtherEnvironment } from './rules/contractStep.js';

/** So many deployments are looked at for the release whose step is due. */
const DEPLOYMENTS = 100;

/** Contract steps that the configuration has now, for the record of a deployment. */
export async function contractsOf(
  context: ContextWith<'kinds'>,
  environment: NamedEnvironment,
  only: readonly string[] | undefined,
): Promise<Pick<DeploymentRecord, 'contracts'>> {
  const steps = targetsWithKinds(await context.kinds(), environment).flatMap(({ name, config, kind }) => {
    const step = kind.migration?.(config)?.contract;
    if (step === undefined || only?.includes(name) === false) return [];
    return [[name, step.id === undefined ? {} : { id: step.id }] as const];
  });
  return steps.length === 0 ? {} : { contracts: Object.fromEntries(steps) };
}

/**
 * A release whose schema is gone is not brought back, by whatever verb. What goes back by itself is not asked: no contract
 * step runs within a deployment that may be restored.
 * @throws StackError SCHEMA_CONTRACTED
 */
export async function refuseContracted(
  context: ContextWith<'config' | 'environment' | 'events' | 'kinds'>,
  { ledger }: State,
  request: DeployRequest,
): Promise<void> {
  const { environment, release, kind, resume, forcedBy } = request;
  if (kind === 'catch-up' || resume !== undefined) return;
  const places = [environment.name, ...(await sharing(context, environment))];
  const steps = await Promise.all(
    places.map(async (place) => (await ledger.contracts.all(place)).map((step) => ({ ...step, place }))),
  );
  const step = barrierOf(release, steps.flat());
  if (step === undefined) return;
  const message = `release ${release.version} needs what the contract of ${step.version} ${removedWords(step)}`;
  if (forcedBy === undefined) throw contractedError(environment.name, message, step);
  const words = `${forcedBy} brings it all the same: ${request.forcedReason ?? 'no reason given'}`;
  context.events.emit({ type: 'notice', level: 'warning', message: `${message}; ${words}` });
}

const removedWords = (step: ContractRecord): string =>
  step.status === 'ok'
    ? `removed on ${day(step)}`
    : `may have removed on ${day(step)}, as it was not ended well`;

function contractedError(
  environment: string,
  message: string,
  step: ContractRecord & { readonly place: string },
): StackError {
  const there = step.place === environment ? '' : ` of ${step.place}, which has the same database`;
  return new StackError('SCHEMA_CONTRACTED', message, {
    where: environment,
    evidence: [
      `${step.target}${there}: ${step.task === undefined ? '' : `task ${step.task}, `}by ${step.who}, while ${step.ranIn} ran`,
    ],
    next: `Bring ${step.version} or a later release. --force REASON brings it anyway and records who and why.`,
  });
}

/** Environments with a target that has the same database as one of this environment. */
async function sharing(
  context: ContextWith<'config' | 'environment' | 'kinds'>,
  environment: NamedEnvironment,
): Promise<readonly string[]> {
  const kinds = await context.kinds();
  const databasesOf = (of: NamedEnvironment) =>
    targetsWithKinds(kinds, of).flatMap(({ config, kind }) => kind.migration?.(config)?.database ?? []);
  const own = databasesOf(environment);
  if (own.length === 0) return [];
  const names = Object.keys((await context.config()).environments).filter((one) => one !== environment.name);
  const others = await Promise.all(names.map((name) => context.environment(name)));
  return others
    .filter((other) => databasesOf(other).some((one) => own.includes(one)))
    .map(({ name }) => name);
}

/**
 * The environment that still runs a release from before a step: one that has the same database, or one that this
 * environment's releases come from.
 * @param step the release whose step it is
 */
export async function outrunBy(
  context: ContextWith<'config' | 'environment' | 'kinds'>,
  { ledger }: State,
  environment: NamedEnvironment,
  step: Aged,
): Promise<OtherEnvironment | undefined> {
  const shared = await sharing(context, environment);
  const { from } = environment.config.promotion ?? {};
  const others = [
    ...shared.map((name) => ({ name, why: 'shares its database' })),
    ...(from === undefined || shared.includes(from)
      ? []
      : [{ name: from, why: 'is where its releases come from' }]),
  ];
  const running = await Promise.all(
    others.map(async ({ name, why }): Promise<readonly OtherEnvironment[]> => {
      const { healthy } = await ledger.current(name);
      if (healthy === undefined) return [];
      const { version, startedAt } = healthy;
      const createdAt = (await ledger.release(version))?.createdAt ?? startedAt;
      return [{ environment: name, version, createdAt, why }];
    }),
  );
  return outrun(step, running.flat());
}

/** `reporting shares its database and still runs 1.2.0`. */
export const outrunWords = ({ environment, version, why }: OtherEnvironment): string =>
  `${environment} ${why} and still runs ${version}`;

/**
 * A promotion is refused where the contract step that follows it would take from another environment what that still
 * needs: it would be stuck half way.
 * @throws StackError PROMOTION_REFUSED
 */
export async function refuseOutrun(
  context: ContextWith<'clock' | 'config' | 'environment' | 'kinds'>,
  state: State,
  request: Pick<DeployRequest, 'environment' | 'release' | 'forcedBy'>,
): Promise<void> {
  const { environment, release, forcedBy } = request;
  if (forcedBy !== undefined) return;
  const { contracts = {} } = await contractsOf(context, environment, undefined);
  if (Object.keys(contracts).length === 0) return;
  const { ledger } = state;
  const deployments = await ledger.deployments(environment.name, { limit: DEPLOYMENTS });
  if (deployments[0]?.version === release.version) return;
  // As it will be when the release is there.
  const ahead = aheadOf(environment.name, release, context.clock.now(), contracts);
  const steps = await ledger.contracts.all(environment.name);
  for (const { name, config, kind } of targetsWithKinds(await context.kinds(), environment)) {
    const step = kind.migration?.(config)?.contract;
    if (step === undefined) continue;
    const decision = dueStep({ target: name, step, deployments: [ahead, ...deployments], steps });
    if (decision.kind !== 'due') continue;
    const of = decision.version === release.version ? release : await ledger.release(decision.version);
    const other = of === undefined ? undefined : await outrunBy(context, state, environment, of);
    if (other === undefined) continue;
    throw new StackError(
      'PROMOTION_REFUSED',
      `the contract of ${decision.version} would follow, and ${outrunWords(other)}`,
      {
        where: environment.name,
        next: `Bring ${decision.version} or a later release to ${other.environment} first; --force REASON promotes it anyway and records who and why.`,
      },
    );
  }
}

const aheadOf = (
  environment: string,
  { version, commit }: { readonly version: string; readonly commit: string },
  now: Date,
  contracts: NonNullable<DeploymentRecord['contracts']>,
): DeploymentRecord => ({
  sequence: 0,
  environment,
  kind: 'promote',
  version,
  status: 'healthy',
  startedAt: now.toISOString(),
  who: '',
  commit,
  contracts,
});
