import type { Stage } from '../events/stage.js';
import type { Context, NamedEnvironment } from '../context/context.js';
import { targetsWithKinds } from '../context/kinds.js';
import { StackError, toErrorRecord } from '../base/errors.js';
import { runField } from '../base/sharedRun.js';
import type { ContractStep } from '../config/migrateSchema.js';
import type { ContractRecord } from '../domain/contract.js';
import type { MigrationRecord } from '../domain/migration.js';
import type { DeploymentRecord, MigrationEntry, ReleaseRecord } from '../domain/records.js';
import type { Begun, Rollout, Target } from '../context/target.js';
import { requireAccount } from '../context/account.js';
import type { State } from '../state/state.js';
import { commitHere, recordApproval, requireApproval } from './approvals.js';
import { outrunBy, outrunWords } from './contracted.js';
import { withLock } from './environmentLock.js';
import { migratingTargets } from './migrate.js';
import { notingMigrations, withRestoreWords } from './migrationEntries.js';
import { closeLastRun } from './preflight.js';
import { unknownRelease } from './promote.js';
import { dueStep, type StepDecision } from './rules/contractStep.js';
import { readLastRun, unfinishedError } from './unfinished.js';

export interface ContractRequest {
  readonly environment: NamedEnvironment;
  readonly stage: Stage;
  /** Targets by name; all that have a contract step where empty. */
  readonly only: readonly string[];
  readonly waitMs?: number;
  readonly approvedBy?: readonly string[];
  /** It was recorded already who did: a stage of its own asked for it. */
  readonly isApprovalRecorded?: boolean;
  /** What has to wait is no failure: a later run does it. */
  readonly mayWait?: boolean;
}

export interface ContractResult {
  readonly environment: string;
  /** By target: the release whose step was done, and its task. */
  readonly done: Readonly<Record<string, MigrationRecord & { readonly of: string }>>;
  /** By target: why there was nothing to do yet, or any more. */
  readonly left: Readonly<Record<string, string>>;
}

/**
 * Removes what only older releases need, where that is due: with the image and configuration of what runs there, under the
 * environment's lock. It is recorded before it begins, since from then on older releases are refused; a task that a run
 * left that was killed is gone on with.
 * @throws StackError MIGRATION_FAILED, CONFIG_INVALID, LOCKED, DEPLOY_CUT_OFF, APPROVAL_REQUIRED; SCHEMA_CONTRACTED where
 * another environment still needs it, or it has to wait
 */
export async function contractEnvironment(
  context: Context,
  request: ContractRequest,
): Promise<ContractResult> {
  const { environment, stage, only, waitMs = 0 } = request;
  const names = await migratingTargets(context, environment, only, 'contract');
  const steps = await configuredSteps(context, environment, names);
  await requireAccount(context, environment);
  const targets = await context.targets(environment, names);
  return withLock(context, { environment: environment.name, stage, waitMs }, async (state, lock) => {
    const lastRun = await readLastRun(state, environment.name);
    const all = () => context.targets(environment);
    const unfinished = await closeLastRun(context, state, lastRun, all, request);
    if (unfinished !== undefined) throw await unfinishedError(state, unfinished, environment);
    const { ledger } = state;
    const deployments = await ledger.deployments(environment.name, { limit: 100 });
    const recorded = await ledger.contracts.all(environment.name);
    const plan: { target: Target; step: ContractStep; decision: StepDecision }[] = [];
    for (const target of targets) {
      const step = steps.get(target.name) as ContractStep;
      const due = dueStep({ target: target.name, step, deployments, steps: recorded });
      plan.push({ target, step, decision: await held(context, state, environment, due) });
    }
    const left = Object.fromEntries(
      plan.flatMap(({ target, decision }) => (decision.kind === 'due' ? [] : [[target.name, decision.why]])),
    );
    const waiting = plan.find(({ decision }) => decision.kind === 'waits');
    if (waiting !== undefined && request.mayWait !== true)
      throw mustWait(environment, left, waiting.target.name);
    const due = plan.flatMap(({ decision, ...one }) =>
      decision.kind === 'due' ? [{ ...one, of: decision.version }] : [],
    );
    const approved = due.some(({ step }) => step.approval === 'required')
      ? await approvedBy(context, request)
      : undefined;
    const signal = AbortSignal.any([context.signal, lock.lost]);
    const runs = deployments.find(({ status }) => status === 'healthy') as DeploymentRecord;
    const done: Record<string, MigrationRecord & { of: string }> = {};
    for (const { target, step, of } of due) {
      const about = { context, state, environment, stage, signal, step, of, ranIn: runs.version, recorded };
      done[target.name] = { of, ...(await contractTarget(target, { ...about, approved })) };
    }
    return { environment: environment.name, done, left };
  });
}

/** Nothing is removed that another environment still needs. */
async function held(
  context: Context,
  state: State,
  environment: NamedEnvironment,
  decision: StepDecision,
): Promise<StepDecision> {
  if (decision.kind !== 'due') return decision;
  const other = await outrunBy(context, state, environment, await knownRelease(state, decision.version));
  return other === undefined ? decision : { kind: 'waits', why: outrunWords(other) };
}

interface Contracting {
  readonly context: Context;
  readonly state: State;
  readonly environment: NamedEnvironment;
  readonly stage: Stage;
  readonly signal: AbortSignal;
  readonly step: ContractStep;
  /** The release whose step it is. */
  readonly of: string;
  /** The release that runs. */
  readonly ranIn: string;
  readonly recorded: readonly ContractRecord[];
  readonly approved: string | undefined;
}

async function contractTarget(target: Target, contracting: Contracting): Promise<MigrationRecord> {
  const { context, state, environment, stage, signal, step, of, ranIn, recorded, approved } = contracting;
  if (target.migrate === undefined) throw new Error(`${target.name} cannot migrate`);
  const { contracts } = state.ledger;
  const [release, older] = [await knownRelease(state, ranIn), await knownRelease(state, of)];
  const begun = recorded.find(
    ({ target: name, version, status }) => name === target.name && version === of && status === 'running',
  );
  let record =
    begun ??
    (await contracts.start(environment.name, {
      target: target.name,
      version: of,
      madeAt: older.createdAt,
      ...(step.id === undefined ? {} : { id: step.id }),
      ranIn,
      who: context.who,
      ...(approved === undefined ? {} : { approvedBy: approved }),
      ...runField(context.env),
      ...(context.runUrl === undefined ? {} : { runUrl: context.runUrl }),
    }));
  const write = async (news: Partial<ContractRecord>) => {
    record = await contracts.update(environment.name, { ...record, ...news });
  };
  const told: MigrationEntry[] = [];
  const rollout: Rollout = {
    stage,
    signal,
    journal: notingMigrations(
      async (action, data = {}) => {
        if (action === 'migrate') await write(startOf(data));
        if (action === 'snapshot-there') await write({ snapshot: String(data['snapshot']) });
        if (action === 'migrated') await write({ status: 'ok', task: String(data['task']) });
      },
      target.name,
      told,
      context.clock,
    ),
    ...(begun === undefined ? {} : { begun: begunOf(begun) }),
  };
  try {
    const done = await target.migrate(release, rollout, of);
    // A task that had ended unseen has no entry of its own.
    if (record.status !== 'ok') await write({ status: 'ok', task: done.task });
    return done;
  } catch (error) {
    const { message } = toErrorRecord(error);
    await write({ status: 'failed', reason: message }).catch(() => undefined);
    throw error instanceof StackError ? withRestoreWords(error, told) : error;
  }
}

const startOf = ({
  startedBy,
  host,
}: Readonly<Record<string, unknown>>): Pick<ContractRecord, 'startedBy' | 'host'> => ({
  ...(typeof startedBy === 'string' ? { startedBy } : {}),
  ...(typeof host === 'string' ? { host } : {}),
});

/** What a killed run did of a step, as its target wrote it. */
const begunOf = ({ snapshot, startedBy, host }: ContractRecord): readonly Begun[] => [
  ...(snapshot === undefined ? [] : [{ action: 'snapshot-there', data: { snapshot } }]),
  ...(startedBy === undefined
    ? []
    : [{ action: 'migrate', data: { startedBy, ...(host === undefined ? {} : { host }) } }]),
];

async function knownRelease({ ledger }: State, version: string): Promise<ReleaseRecord> {
  const release = await ledger.release(version);
  if (release === undefined) throw unknownRelease(version);
  return release;
}

async function configuredSteps(
  context: Context,
  environment: NamedEnvironment,
  names: readonly string[],
): Promise<ReadonlyMap<string, ContractStep>> {
  return new Map(
    targetsWithKinds(await context.kinds(), environment).flatMap(({ name, config, kind }) => {
      const step = names.includes(name) ? kind.migration?.(config)?.contract : undefined;
      return step === undefined ? [] : [[name, step] as const];
    }),
  );
}

/** Who let it pass, by the rule of the environment's promotions. @throws StackError APPROVAL_REQUIRED */
async function approvedBy(
  context: Context,
  { environment, approvedBy: by = [], isApprovalRecorded = false }: ContractRequest,
): Promise<string> {
  const approved = await requireApproval(
    context,
    environment,
    by,
    await commitHere(context),
    isApprovalRecorded,
  );
  if (!isApprovalRecorded) await recordApproval(context, environment, approved, undefined, 'contract');
  return approved.by.join(', ');
}

function mustWait(
  { name }: NamedEnvironment,
  left: Readonly<Record<string, string>>,
  target: string,
): StackError {
  return new StackError('SCHEMA_CONTRACTED', `the contract of ${name} has to wait: ${left[target]}`, {
    where: `${name}, target ${target}`,
    next: `\`node runner history --env ${name}\` shows what ran; the stage contract:${name} of a delivery runs it when it is due.`,
  });
}

/** How it ended, in one line. */
export function contractSummary({ environment, done, left }: ContractResult): string {
  const words = Object.entries(done).map(([target, { of }]) => `the contract of ${of} is done (${target})`);
  const others = Object.entries(left).map(([target, why]) => `${target}: ${why}`);
  if (words.length > 0) return `${environment}: ${[...words, ...others].join('; ')}`;
  return `${environment}: nothing to contract (${others.join('; ')})`;
}
