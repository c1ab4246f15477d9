import { hostname } from 'node:os';
import { workersOn } from '../adapters/process/workers.js';
import type { ContextWith, NamedEnvironment } from '../context/context.js';
import { StackError } from '../base/errors.js';
import { changeText, judgeStateLock, type LockVerdict } from './rules/lockHolder.js';
import type { LockHolder } from './rules/terraformMessages.js';
import { terraformCommand, type TerraformRoot } from './rules/terraformArguments.js';
import type { ChangeRecord } from '../state/changes.js';
import { ownIdentity, processState } from '../adapters/process/processIdentity.js';
import { lockHolderOf, type FailedRun } from './rules/terraformFailure.js';

/** Runs of the ledger that are looked at: a lock that is older than so many applies was met by all of them. */
const CHECKED = 50;

/**
 * What a lock means that keeps a command from the state: whose run it is, whether that run lives, and how it is freed,
 * which is never told while it does.
 * @returns LOCKED; undefined where the command failed of something else
 */
export async function stateLocked(
  context: ContextWith<'state'>,
  environment: NamedEnvironment,
  root: TerraformRoot,
  run: FailedRun,
): Promise<StackError | undefined> {
  const lock = lockHolderOf(run);
  if (lock === undefined) return undefined;
  const verdict = judgeStateLock<ChangeRecord>({
    lock,
    changes: await recorded(context, environment),
    processState: ({ process }) => (process === undefined ? 'unknown' : processState(process)),
    hostname: hostname(),
    terraforms: workersOn('terraform', root.directory),
  });
  return lockedState(root, lock, verdict);
}

/** Applies and destroys of others, newest first; undefined where the ledger cannot be read. */
async function recorded(
  context: ContextWith<'state'>,
  environment: NamedEnvironment,
): Promise<readonly ChangeRecord[] | undefined> {
  const own = ownIdentity();
  const found: ChangeRecord[] = [];
  try {
    const { ledger } = await context.state();
    for await (const change of ledger.changes.newest(environment.name)) {
      const isOwn = change.process?.pid === own.pid && change.process.startTime === own.startTime;
      if (!isOwn) found.push(change);
      if (found.length === CHECKED) break;
    }
    return found;
  } catch (error) {
    if (error instanceof StackError) return undefined;
    throw error;
  }
}

/** The failure of a command that met a lock. */
export function lockedState(root: TerraformRoot, lock: LockHolder, verdict: LockVerdict): StackError {
  const who = lock.who ?? 'another terraform';
  const { run, life, because } = verdict;
  const message =
    life === 'gone' ? `${who} left the Terraform state locked` : `${who} holds the Terraform state lock`;
  return new StackError('LOCKED', message, {
    where: `${root.directory} (workspace ${root.workspace})`,
    evidence: [
      ...(run === undefined ? [] : [`run: ${changeText(run)}`]),
      because,
      ...(lock.operation === undefined ? [] : [`operation ${lock.operation}`]),
      ...(lock.created === undefined ? [] : [`since ${lock.created}`]),
      ...(lock.path === undefined ? [] : [`lock of ${lock.path}`]),
      ...(lock.id === undefined ? [] : [`lock id ${lock.id}`]),
    ],
    next: nextOf(root, lock, verdict),
  });
}

const WAIT = 'Wait for it, or wait longer with --lock-timeout SECONDS.';

function nextOf(root: TerraformRoot, lock: LockHolder, { run, life }: LockVerdict): string {
  if (life === 'alive') return WAIT;
  if (lock.id === undefined)
    return `${WAIT} Terraform did not print the lock id, which is needed to free the lock.`;
  const free = terraformCommand(root, 'force-unlock', lock.id);
  if (life === 'gone') return `Free it: ${free}`;
  const look = run?.runUrl ?? (lock.who === undefined ? 'where it was started' : `on ${machineOf(lock.who)}`);
  return `${WAIT} Only if it is certainly gone (check: ${look}): ${free}`;
}

const machineOf = (who: string) => who.slice(who.lastIndexOf('@') + 1);
