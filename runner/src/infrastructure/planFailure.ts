import { existsSync } from 'node:fs';
import type { ContextWith, NamedEnvironment } from '../context/context.js';
import { StackError } from '../base/errors.js';
import type { PlanScope } from '../domain/plan.js';
import { sharedRun } from '../base/sharedRun.js';
import type { ChangeRecord } from '../state/changes.js';
import type { FoundPlan, SavedPlan } from './savedPlan.js';
import { scopeOption } from './scope.js';

/** Digits of a digest that people are shown: enough to compare by eye. */
const SHOWN = 12;

/** A plan as it is named for people. */
export const planName = (digest: string) => digest.slice(0, SHOWN);

/** A plan that does not fit. */
export function planStale(
  context: ContextWith<'env' | 'options'>,
  environment: NamedEnvironment,
  file: string,
  reasons: readonly string[],
  scope?: PlanScope,
): StackError {
  return new StackError('PLAN_STALE', `the plan no longer fits: ${reasons.join('; ')}`, {
    where: file,
    next:
      sharedRun(context.env) === undefined
        ? `Plan again and review the plan: node runner plan --env ${environment.name}${scopeOption(scope)} --out ${shorten(context, file)}`
        : 'Run the build again: it plans again and asks for an approval of that plan.',
  });
}

/** No plan where one was named, or approved. */
export function missingPlan(
  context: ContextWith<'env'>,
  environment: NamedEnvironment,
  file: string,
  scope?: PlanScope,
): StackError {
  return new StackError(
    'PLAN_STALE',
    existsSync(file) ? 'the plan cannot be read' : 'there is no such plan',
    {
      where: file,
      next:
        sharedRun(context.env) === undefined
          ? `Make it: node runner plan --env ${environment.name}${scopeOption(scope)} --out ${file}`
          : 'A build applies only its own plan: run it again from its beginning.',
    },
  );
}

/** @throws StackError PLAN_STALE where the saved plan is another one than was read and approved */
export function requireApprovedPlan(
  environment: NamedEnvironment,
  { binding, file }: SavedPlan,
  approved: string,
): void {
  if (binding.plan === approved) return;
  throw new StackError(
    'PLAN_STALE',
    `plan ${planName(approved)} of ${environment.name} was approved, but ${planName(binding.plan)} would be applied`,
    { where: file, next: 'Run the build again: it plans again and asks for an approval of that plan.' },
  );
}

/**
 * Why a plan no longer fits, and who has moved the state since, where the ledger knows: what another build has applied
 * is what most often does.
 */
export async function plainWords(
  context: ContextWith<'env' | 'state'>,
  environment: NamedEnvironment,
  { plan, stale, isStateMoved }: FoundPlan,
): Promise<readonly string[]> {
  if (plan === undefined || isStateMoved !== true) return stale;
  const other = await changedSince(context, environment, plan).catch(() => undefined);
  if (other === undefined) return stale;
  const who = other.runUrl ?? other.run ?? other.who;
  const did = { apply: 'applied', destroy: 'destroyed', provision: 'provisioned' }[other.kind];
  const what = sharedRun(context.env) === undefined ? 'run' : 'build';
  return [`another ${what} has ${did} ${environment.name} since it was made (${who})`, ...stale];
}

async function changedSince(
  context: ContextWith<'env' | 'state'>,
  { name }: NamedEnvironment,
  { createdAt }: SavedPlan,
): Promise<ChangeRecord | undefined> {
  const { ledger } = await context.state();
  const own = sharedRun(context.env);
  for await (const change of ledger.changes.newest(name)) {
    if (change.startedAt < createdAt && (change.endedAt ?? change.startedAt) < createdAt) return undefined;
    const isOwn = own !== undefined && change.run === own;
    // Our own has begun already; another one that runs would hold Terraform's lock.
    if (change.kind !== 'provision' && change.status !== 'running' && !isOwn) return change;
  }
  return undefined;
}

function shorten(context: ContextWith<'options'>, file: string): string {
  const folder = `${context.options.directory}/`;
  return file.startsWith(folder) ? file.slice(folder.length) : file;
}
