import type { ContextWith, NamedEnvironment } from '../context/context.js';
import { approvalRule } from '../domain/approvalDecision.js';
import { StackError } from '../base/errors.js';
import { pausesOf, pauseWords } from '../domain/paused.js';
import type { DeploymentRecord } from '../domain/records.js';
import { stepWords, UNREADABLE_ENTRY, type Unfinished } from '../state/journal.js';
import type { Ledger } from '../state/ledger.js';
import type { State } from '../state/state.js';
import type { Begun, Target } from '../context/target.js';
import { isWriteFailure } from './recordEnd.js';

/** What the last run left of a deployment. The lock says whether it is still at work. */
export type LastRun =
  | { readonly kind: 'nothing' }
  /** Its record was written and nothing else: it has changed nothing. */
  | { readonly kind: 'begun'; readonly deployment: DeploymentRecord }
  /** Its journal is open: anything in it may have happened. */
  | {
      readonly kind: 'open';
      readonly unfinished: Unfinished;
      readonly begun?: DeploymentRecord;
      /** Its record, where it had paused and somebody went on with it. */
      readonly continued?: DeploymentRecord;
    }
  /** The platform waits until somebody says how it goes on; its journal is open. */
  | { readonly kind: 'paused'; readonly deployment: DeploymentRecord; readonly unfinished: Unfinished }
  /** It came to its end; only its journal was not closed. */
  | { readonly kind: 'ended'; readonly deployment: DeploymentRecord; readonly unfinished: Unfinished }
  /** Its journal cannot be read. */
  | { readonly kind: 'unreadable'; readonly error: StackError };

/** What a kill between any two writes may have left of an environment's last deployment. */
export async function readLastRun({ ledger, journal }: State, environment: string): Promise<LastRun> {
  let unfinished: Unfinished | undefined;
  try {
    unfinished = await journal.unfinished(environment);
  } catch (error) {
    if (error instanceof StackError && error.code === 'STATE_UNREADABLE')
      return { kind: 'unreadable', error };
    throw error;
  }
  const { latest } = await ledger.current(environment);
  const begun = latest?.status === 'running' ? latest : undefined;
  if (unfinished === undefined)
    return begun === undefined ? { kind: 'nothing' } : { kind: 'begun', deployment: begun };
  const { sequence } = unfinished.deployment;
  const deployment = await ledger.deployment(environment, sequence);
  if (deployment?.status === 'paused') return { kind: 'paused', deployment, unfinished };
  const hasEnded =
    deployment !== undefined && deployment.status !== 'running' && deployment.status !== 'cut-off';
  if (hasEnded) return { kind: 'ended', deployment, unfinished };
  // One that went over it and was killed before it had a journal of its own.
  const later = begun !== undefined && begun.sequence > sequence ? { begun } : {};
  const continued =
    deployment !== undefined && pausesOf(deployment).length > 0 ? { continued: deployment } : {};
  return { kind: 'open', unfinished, ...later, ...continued };
}

/** The deployment that `--resume` goes on with, as `status` tells of it. */
export function unfinishedSummary(lastRun: LastRun) {
  if (lastRun.kind !== 'begun' && lastRun.kind !== 'open') return undefined;
  const { deployment } = lastRun.kind === 'open' ? lastRun.unfinished : lastRun;
  const last = lastRun.kind === 'open' ? lastRun.unfinished.entries.at(-1) : undefined;
  const { sequence, version, who } = deployment;
  return { sequence, version, who, ...(last === undefined ? {} : { lastStep: stepWords(last) }) };
}

/**
 * Ends what needs nobody's decision: a record of what changed nothing, a journal of what has ended. Where that cannot
 * be written now it is no hindrance: whatever comes next says the same.
 */
export async function closeRecords(
  context: ContextWith<'events'>,
  state: State,
  lastRun: LastRun,
): Promise<void> {
  try {
    await endRecords(context, state, lastRun);
  } catch (error) {
    if (!isWriteFailure(error)) throw error;
    tell(context, `the deployment that the last run left open cannot be ended yet: ${error.message}`);
  }
}

async function endRecords(context: ContextWith<'events'>, state: State, lastRun: LastRun): Promise<void> {
  if (lastRun.kind === 'ended') {
    const { deployment, unfinished } = lastRun;
    const writer = await state.journal.open(unfinished.deployment, unfinished.snapshots);
    await writer.close(deployment.status);
    tell(
      context,
      `the journal of deployment ${deployment.sequence} is closed: it ended as ${deployment.status}`,
    );
  }
  const begun =
    lastRun.kind === 'begun' ? lastRun.deployment : lastRun.kind === 'open' ? lastRun.begun : undefined;
  if (begun === undefined) return;
  await state.ledger.finishDeployment({ ...begun, status: 'cut-off', reason: NOTHING_CHANGED });
  tell(context, `deployment ${begun.sequence} of ${begun.version} by ${begun.who} was ${NOTHING_CHANGED}`);
}

export const NOTHING_CHANGED = 'cut off before anything changed';

/** How far it came, for records. */
export function unfinishedReason({ entries }: Unfinished): string {
  const last = entries.at(-1);
  return last === undefined ? NOTHING_CHANGED : `cut off after ${stepWords(last)}`;
}

/** What to tell when a deployment before this one waits for somebody. */
export function pausedError(deployment: DeploymentRecord): StackError {
  const { environment, sequence, version, who } = deployment;
  return new StackError(
    'DEPLOY_PAUSED',
    `deployment ${sequence} of ${version} to ${environment} by ${who} is paused`,
    {
      where: environment,
      evidence: pausesOf(deployment).map(pauseWords),
      next: `\`node runner continue --env ${environment}\` continues it; \`node runner rollback --env ${environment}\` goes back.`,
    },
  );
}

/** What to tell when a deployment before this one never came to its end. */
export async function unfinishedError(
  { ledger }: State,
  unfinished: Unfinished,
  environment: NamedEnvironment,
): Promise<StackError> {
  const { deployment, entries } = unfinished;
  const { name } = environment;
  const last = entries.at(-1);
  return new StackError(
    'DEPLOY_CUT_OFF',
    `deployment ${deployment.sequence} of ${deployment.version} to ${name} by ${deployment.who} was cut off`,
    {
      where: name,
      evidence: [
        `started ${deployment.startedAt}`,
        ...(deployment.runUrl === undefined ? [] : [`run ${deployment.runUrl}`]),
        last === undefined ? 'nothing had been changed yet' : `last step: ${stepWords(last)} (${last.time})`,
      ],
      next:
        `\`node runner deploy --env ${name} --resume\` continues it; ` +
        `\`node runner rollback --env ${name}\` rolls back to ${deployment.previous ?? 'what ran before'}. ` +
        `If neither works: ${await recoveryCommands(ledger, deployment, environment)}`,
    },
  );
}

/**
 * The commands that bring another release over one that can be neither finished nor undone, with the version of one
 * that was healthy before where the ledger knows any.
 */
export async function recoveryCommands(
  ledger: Pick<Ledger, 'previousHealthy'>,
  { environment: name, previous, version }: DeploymentRecord,
  { config }: Pick<NamedEnvironment, 'config'>,
): Promise<string> {
  const earlier = await ledger.previousHealthy(name, previous ?? version).catch(() => undefined);
  const good = earlier?.version ?? previous ?? 'VERSION';
  const other =
    config.promotion === undefined
      ? `node runner deploy --env ${name} --release ${good}`
      : `node runner promote --env ${name} --release ${good}${approvalRule(config.promotion.approval) !== undefined ? ' --approve' : ''}`;
  return (
    `\`node runner rollback --env ${name} --to ${good}\` or \`${other}\` deploys a release that works ` +
    `(\`node runner history --env ${name}\` lists them).`
  );
}

/**
 * What runs that were killed began with a target, as that wrote it into the journal. An entry that cannot be read may
 * be of any.
 * @param entries of the journal, in order
 */
export function begunActions(
  target: Pick<Target, 'name'>,
  entries: Unfinished['entries'] = [],
): readonly Begun[] {
  return entries
    .filter((entry) => entry.target === target.name || entry.action === UNREADABLE_ENTRY)
    .map(({ action, data }) => ({ action, ...(data === undefined ? {} : { data }) }));
}

function tell(context: ContextWith<'events'>, message: string): void {
  context.events.emit({ type: 'notice', level: 'warning', message });
}
