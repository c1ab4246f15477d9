import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import { referencesIn } from '../config/referencesIn.js';
import type { Pipeline, Stage } from './rules/stageGraph.js';
import type { ReleaseRecord } from '../domain/records.js';
import type { ChangeRecord } from '../state/changes.js';
import { pauseQuestion, type PauseQuestion } from '../domain/paused.js';
import { readLastRun } from '../delivery/unfinished.js';
import { readDrift } from '../state/driftRecords.js';
import { recordedApproval } from '../delivery/approvals.js';
import { terraformInputs } from '../infrastructure/changeRecord.js';
import { cleanCommit } from '../context/checkedOut.js';

/** Who has done a stage, and when. */
export interface DoneStage {
  /** Name of the run, where that was recorded. */
  readonly run?: string;
  readonly url?: string;
  readonly who: string;
  readonly at: string;
  /** What is to be decided, where it brought the release to a pause. */
  readonly paused?: PauseQuestion;
}

interface ResumeSearch {
  readonly context: Context;
  readonly commit: string;
  readonly release: ReleaseRecord | undefined;
}

/**
 * The stages of a branch that another run of the very commit has done, as the ledger proves it: what it does not prove is
 * done again, and so is all that needs such a stage. Changes that were made past the runner are in no ledger.
 */
export async function doneStages(
  context: Context,
  { stages }: Pick<Pipeline, 'stages'>,
): Promise<ReadonlyMap<string, DoneStage>> {
  const done = new Map<string, DoneStage>();
  const commit = await cleanCommit(context);
  if (commit === undefined) {
    const message = 'there are uncommitted changes: no stage counts as done';
    context.events.emit({ type: 'notice', level: 'info', message });
    return done;
  }
  const looking: ResumeSearch = { context, commit, release: await releaseOf(context) };
  // What an application needs may have changed since: it is looked at again, and holds nothing back here.
  const gates = new Set(stages.filter(({ kind }) => kind === 'needs').map(({ id }) => id));
  for (const stage of stages) {
    if (!stage.needs.every((need) => done.has(need) || gates.has(need))) continue;
    const proof = await proofOf(looking, stage, done);
    if (proof !== undefined) done.set(stage.id, proof);
  }
  return done;
}

/** One line of a stage that is left out. */
export function doneWords({ run, url, who, at, paused }: DoneStage): string {
  const waits = paused === undefined ? '' : ', and paused there';
  return `done already by ${url ?? run ?? who} at ${at.slice(0, 16).replace('T', ' ')} UTC${waits}`;
}

async function proofOf(
  { context, commit, release }: ResumeSearch,
  stage: Stage,
  done: ReadonlyMap<string, DoneStage>,
): Promise<DoneStage | undefined> {
  const environment = async () => context.environment(stage.environment);
  switch (stage.kind) {
    // Of contract steps their own ledger knows what is done: looking again costs nothing.
    case 'needs':
    case 'approve-contract':
    case 'contract':
      return undefined;
    // What is released already is found in the repository.
    case 'release':
      return undefined;
    case 'build':
      return release?.images[stage.image as string] === undefined &&
        release?.artifacts?.[stage.image as string] === undefined
        ? undefined
        : madeBy(release);
    case 'test':
      return testedBy(context, commit, stage.image as string, release);
    case 'push':
      return release === undefined ? undefined : madeBy(release);
    case 'deploy':
    case 'promote':
      return (
        (await deployedBy(context, commit, stage.environment as string, release)) ??
        (await pausedBy(context, commit, stage.environment as string, release))
      );
    case 'continue':
      return deployedBy(context, commit, stage.environment as string, release);
    case 'plan':
    case 'apply':
      return changeBy(await appliedBy(context, commit, await environment()));
    case 'provision':
      return changeBy(await provisionedBy(context, commit, await environment()));
    case 'approve':
      return approvedBy(context, commit, await environment(), done);
  }
}

async function releaseOf(context: Context): Promise<ReleaseRecord | undefined> {
  const { images, artifacts } = await context.config();
  if (Object.keys({ ...images, ...artifacts }).length === 0) return undefined;
  const { findRelease } = await import('../release/findRelease.js');
  return findRelease(context);
}

async function testedBy(
  context: ContextWith<'state'>,
  commit: string,
  image: string,
  release: ReleaseRecord | undefined,
): Promise<DoneStage | undefined> {
  const inputs = release?.images[image]?.inputs;
  if (inputs === undefined) return undefined;
  const { ledger } = await context.state();
  const passed = await ledger.tests.get(image, inputs);
  return passed?.commit === commit ? doneOf(passed, passed.who, passed.at) : undefined;
}

/** The release runs there, brought by this commit's configuration, and nothing has happened there since. */
async function deployedBy(
  context: ContextWith<'state'>,
  commit: string,
  environment: string,
  release: ReleaseRecord | undefined,
): Promise<DoneStage | undefined> {
  if (release === undefined) return undefined;
  const { ledger, journal } = await context.state();
  const { healthy, latest } = await ledger.current(environment);
  const isCurrent =
    healthy?.status === 'healthy' &&
    healthy.sequence === latest?.sequence &&
    healthy.kind !== 'rollback' &&
    healthy.version === release.version &&
    healthy.checkedOut === commit;
  if (!isCurrent || (await journal.unfinished(environment)) !== undefined) return undefined;
  const change = await newestChange(context, environment);
  // What the deployment was told of hosts and addresses may be another now.
  if (change !== undefined && (change.endedAt ?? change.startedAt) > healthy.startedAt) return undefined;
  return doneOf(healthy, healthy.who, healthy.endedAt ?? healthy.startedAt);
}

/** The release waits there at a pause, brought by this commit's configuration: it has not to be brought again. */
async function pausedBy(
  context: ContextWith<'clock' | 'state'>,
  commit: string,
  environment: string,
  release: ReleaseRecord | undefined,
): Promise<DoneStage | undefined> {
  const lastRun = await readLastRun(await context.state(), environment);
  if (release === undefined || lastRun.kind !== 'paused') return undefined;
  const { deployment } = lastRun;
  if (deployment.version !== release.version || deployment.checkedOut !== commit) return undefined;
  const paused = pauseQuestion(deployment, context.clock.now());
  const done = doneOf(deployment, deployment.who, deployment.endedAt ?? deployment.startedAt);
  return { ...done, ...(paused === undefined ? {} : { paused }) };
}

/** The last change of the infrastructure is this commit's apply, of the same values, and no drift was found since. */
async function appliedBy(
  context: ContextWith<'config' | 'env' | 'resolve' | 'state' | 'store'>,
  commit: string,
  environment: NamedEnvironment,
): Promise<ChangeRecord | undefined> {
  const { ledger } = await context.state();
  for await (const change of ledger.changes.newest(environment.name)) {
    if (change.status !== 'ok' || change.commit !== commit) return undefined;
    if (change.kind === 'provision') continue;
    if (change.kind === 'destroy' || change.inputs === undefined) return undefined;
    const scope = environment.config.infrastructure?.scope;
    if ((await terraformInputs(context, environment, scope)) !== change.inputs) return undefined;
    const drift = await readDrift(await context.store(), environment.name);
    const hasDrifted = drift !== undefined && drift.drifted > 0 && drift.checkedAt > (change.endedAt ?? '');
    return hasDrifted ? undefined : change;
  }
  return undefined;
}

/** The last change at all is this commit's provision, of hosts that only Terraform makes, of what stands in the commit. */
async function provisionedBy(
  context: ContextWith<'state'>,
  commit: string,
  { name, config }: NamedEnvironment,
): Promise<ChangeRecord | undefined> {
  const change = await newestChange(context, name);
  const isKnown =
    config.inventory.tags === undefined &&
    referencesIn([config.provision, config.variables]).every(({ kind }) => kind === 'output');
  if (!isKnown || change?.kind !== 'provision' || change.status !== 'ok') return undefined;
  return change.commit === commit ? change : undefined;
}

/** The same commit and the same plan were approved, by those who may, and nothing else went there since. */
async function approvedBy(
  context: Context,
  commit: string,
  environment: NamedEnvironment,
  done: ReadonlyMap<string, DoneStage>,
): Promise<DoneStage | undefined> {
  const approval = await recordedApproval(context, environment, commit);
  if (approval === undefined) return undefined;
  if (environment.config.infrastructure !== undefined) {
    const applied = done.has(`plan:${environment.name}`)
      ? await appliedBy(context, commit, environment)
      : undefined;
    if (applied === undefined || applied.plan !== approval.plan) return undefined;
  }
  return doneOf(approval, approval.approvedBy.join(', '), approval.at);
}

async function newestChange(
  context: ContextWith<'state'>,
  environment: string,
): Promise<ChangeRecord | undefined> {
  const { ledger } = await context.state();
  for await (const change of ledger.changes.newest(environment)) return change;
  return undefined;
}

const madeBy = (release: ReleaseRecord): DoneStage => doneOf(release, release.createdBy, release.createdAt);

const changeBy = (change: ChangeRecord | undefined): DoneStage | undefined =>
  change === undefined ? undefined : doneOf(change, change.who, change.endedAt ?? change.startedAt);

function doneOf(
  { run, runUrl }: { readonly run?: string; readonly runUrl?: string },
  who: string,
  at: string,
): DoneStage {
  return {
    ...(run === undefined ? {} : { run }),
    ...(runUrl === undefined ? {} : { url: runUrl }),
    who,
    at,
  };
}
