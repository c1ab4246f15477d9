import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { writeAtomically } from '../adapters/process/atomicFile.js';
import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import type { PlanSummary, PlanScope } from '../domain/plan.js';
import { isRecord } from '../base/toolJson.js';
import {
  hasStateMoved,
  staleReasons,
  stateReasons,
  type PlanBinding,
  type StateVersion,
} from './rules/planBinding.js';
import { writeFailure } from '../adapters/process/localFailures.js';
import type { PlanIds } from './ownership.js';
import { defaultPlanFile, makePlanFolder } from './planPlaces.js';
import { digest } from '../base/digest.js';
import { rootContent } from './rootContent.js';
import { currentState, plannedState } from './stateVersion.js';
import type { PlanOrigin } from './planOrigin.js';

/** A plan on disk with what it was made from and what it would do. */
export interface SavedPlan {
  /** Absolute path of Terraform's plan file; the description is beside it, with `.json` after its name. */
  readonly file: string;
  readonly binding: PlanBinding;
  readonly summary: PlanSummary;
  /** What it means to other deployments. */
  readonly ids: PlanIds;
  readonly createdAt: string;
  readonly createdBy: string;
}

/**
 * Makes room for a plan: an old one goes, and the file is its owner's only, as plans hold secrets in clear text.
 * @throws StackError STATE_WRITE_FAILED
 */
export async function preparePlanFile(context: ContextWith<'config' | 'env'>, file: string): Promise<void> {
  await makePlanFolder(await context.config(), context.env, file);
  try {
    await removePlan(file);
    await writeFile(file, '', { mode: 0o600 });
  } catch (error) {
    throw writeFailure(error, file);
  }
}

/**
 * Removes a plan and what describes it; nothing where there is none.
 * @param file of the plan, absolute
 */
export async function removePlan(file: string): Promise<void> {
  await Promise.all([rm(file, { force: true }), rm(description(file), { force: true })]);
}

/** What a plan that was just made is bound to. */
export function bindPlan(
  context: ContextWith<'config' | 'env' | 'git'>,
  environment: NamedEnvironment,
  file: string,
  origin: PlanOrigin,
): Promise<PlanBinding> {
  return bindingOf(context, environment, file, origin, plannedState);
}

/** Writes what a plan was made from beside it. */
export async function describePlan(
  context: ContextWith<'clock' | 'who'>,
  file: string,
  binding: PlanBinding,
  summary: PlanSummary,
  ids: PlanIds,
): Promise<SavedPlan> {
  const saved: SavedPlan = {
    file,
    binding,
    summary,
    ids,
    createdAt: context.clock.now().toISOString(),
    createdBy: context.who,
  };
  try {
    await chmod(file, 0o600);
    await writeAtomically(description(file), `${JSON.stringify(saved)}\n`, { mode: 0o600 });
  } catch (error) {
    throw writeFailure(error, file);
  }
  return saved;
}

/** A plan that was kept, as far as it can be read. */
export interface FoundPlan {
  readonly plan?: SavedPlan;
  /** Why it no longer fits, in words; empty where it does. */
  readonly stale: readonly string[];
  /** The state is another one than it was made on. */
  readonly isStateMoved?: boolean;
}

/**
 * Looks for a saved plan.
 * @returns undefined where there is none
 */
export async function findPlan(
  context: Context,
  environment: NamedEnvironment,
  file: string,
  origin: PlanOrigin,
): Promise<FoundPlan | undefined> {
  const now = await bindingOf(context, environment, file, origin).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (now === undefined) return undefined;
  let saved: SavedPlan;
  try {
    saved = JSON.parse(await readFile(description(file), 'utf8')) as SavedPlan;
    if (!isRecord(saved) || !isRecord(saved.binding) || !isRecord(saved.summary)) throw new Error('no plan');
  } catch {
    return { stale: [`there is no ${description(file)} that says what it was made from`] };
  }
  const stale = staleReasons(saved.binding, now);
  // A process of its own, so asked last.
  const state = stale.length === 0 ? await currentState(context, origin.root) : undefined;
  const made = saved.binding.state;
  return {
    plan: { ...saved, file },
    stale: stale.length > 0 ? stale : stateReasons(made, state),
    isStateMoved: hasStateMoved(made, state),
  };
}

/** Digest of the plan that is kept of an environment; undefined where there is none. */
export async function savedPlanDigest(
  context: ContextWith<'config' | 'env'>,
  environment: NamedEnvironment,
  scope: PlanScope | undefined,
): Promise<string | undefined> {
  const kept = { destroy: false, ...(scope === undefined ? {} : { scope }) };
  const file = defaultPlanFile(await context.config(), context.env, environment.name, kept);
  const plan = await readFile(file).catch(() => undefined);
  return plan === undefined ? undefined : digest(plan);
}

const description = (file: string) => `${file}.json`;

async function bindingOf(
  context: ContextWith<'config' | 'env' | 'git'>,
  environment: NamedEnvironment,
  file: string,
  { root, variables, terraform, destroy, scope }: PlanOrigin,
  stateOf: (plan: Buffer) => Promise<StateVersion | undefined> = () => Promise.resolve(undefined),
): Promise<PlanBinding> {
  const [config, plan, files, tree, version] = await Promise.all([
    context.config(),
    readFile(file),
    rootContent(root),
    // A deployment need not be in a repository to be planned.
    context.git.workingTree().catch(() => undefined),
    terraform(),
  ]);
  const fromShell = Object.entries({ ...context.env, ...root.env }).filter(([name]) =>
    name.startsWith('TF_VAR_'),
  );
  const state = await stateOf(plan);
  return {
    environment: environment.name,
    // Not where it is on this machine: what one agent planned another may apply.
    directory: relative(config.directory, root.directory) || '.',
    workspace: root.workspace,
    destroy,
    ...(scope === undefined ? {} : { scope }),
    ...(tree === undefined ? {} : { commit: tree.commit }),
    variables: digest(JSON.stringify([sorted(variables), fromShell.sort(), root.varFiles])),
    backend: digest(JSON.stringify(root.backendConfig)),
    files,
    plan: digest(plan),
    terraform: version,
    ...(state === undefined ? {} : { state }),
  };
}

const sorted = (record: Readonly<Record<string, unknown>>) =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
