import pMap from 'p-map';
import { StackError, toErrorRecord } from '../../base/errors.js';
import { CHECK_PHASE, type CheckEnd } from '../../events/stage.js';
import {
  alarmsOf,
  checkVariables,
  commandsOf,
  isWatched,
  type CommandCheck,
} from '../rules/checkCommands.js';
import { judgeAlarm } from '../rules/checkVerdicts.js';
import { agentCommand } from './agentCommand.js';
import { checkError, type CheckedTarget, type ChecksContext, type RunCommand, type When } from './checks.js';
import { watchChecks } from './watchChecks.js';

/** Commands at the same time, of one target. */
const SIDE_BY_SIDE = 4;
/** Lines of a command that are kept as evidence. */
const LINES = 15;

/**
 * Runs the checks of a target for one moment of its deploy; the first to fail ends the others. Each that comes to its end
 * tells it by `stage.check`. All may be run again after a kill. A rollback is checked by nothing: what the checks found
 * may be the very reason for it.
 *
 * @returns how each ended; none where nothing is to be checked now
 * @throws StackError DEPLOY_FAILED with the check's last lines or numbers; AWS_*; the signal's reason on abort
 */
export async function runChecks(
  context: ChecksContext,
  target: CheckedTarget,
  when: When,
): Promise<readonly CheckEnd[]> {
  const { checks = {}, kind } = target;
  if (kind === 'rollback') return [];
  if (when.when === 'bake') return isWatched(checks) ? watchChecks(context, target, when) : [];
  if (when.when === 'before-change') return lookAtAlarms(context, target);
  const commands = commandsOf(checks);
  const failed = new AbortController();
  const signal = AbortSignal.any([context.signal, failed.signal]);
  let failure: unknown;
  const ends = await pMap(
    commands,
    async (check) => {
      try {
        return await runOne({ ...context, signal }, target, check);
      } catch (error) {
        failure ??= error;
        failed.abort(error);
        return undefined;
      }
    },
    { concurrency: SIDE_BY_SIDE },
  );
  if (failed.signal.aborted) throw failure;
  return ends.filter((end) => end !== undefined);
}

/** An alarm that is on already may be told before anybody is served by the release. */
async function lookAtAlarms(context: ChecksContext, target: CheckedTarget): Promise<readonly CheckEnd[]> {
  const alarms = alarmsOf(target.checks ?? {});
  if (alarms.length === 0) return [];
  const { tools, stage, signal } = context;
  const { describeAlarms } = await import('../../adapters/aws/cloudWatch.js');
  const names = [...new Set(alarms.map(({ alarm }) => alarm))];
  const found = await describeAlarms(await tools.aws(), names, signal);
  for (const { name, alarm, already } of alarms) {
    const { reason, evidence } = judgeAlarm(alarm, found.get(alarm), { already });
    if (reason === undefined) continue;
    stage.check({ subject: target.name, name, status: 'failed', seconds: 0, evidence });
    throw checkError(target, name, { reason, evidence });
  }
  return [];
}

async function runOne(context: ChecksContext, target: CheckedTarget, check: CommandCheck): Promise<CheckEnd> {
  const { tools, stage, signal } = context;
  signal.throwIfAborted();
  const startedMs = tools.clock.now().getTime();
  const source = `check ${check.name}${target.host === undefined ? '' : ` on ${target.host.name}`}`;
  stage.progress(check.command.join(' '), {
    subject: target.name,
    phase: `${CHECK_PHASE}${check.name}`,
    status: 'running',
  });
  const told = (status: CheckEnd['status'], evidence: readonly string[]): CheckEnd => {
    const seconds = (tools.clock.now().getTime() - startedMs) / 1000;
    const name = target.host === undefined ? check.name : `${check.name} on ${target.host.name}`;
    const end = { subject: target.name, name, status, seconds, evidence };
    stage.check(end);
    return end;
  };
  try {
    const { failure, tail } = await placeOf(
      context,
      target,
      check,
    )({
      ...check,
      env: checkVariables(target),
      release: target.release,
      signal,
      tell: (line) => stage.output(source, line),
    });
    const evidence = tail.slice(-LINES);
    if (failure === undefined) return told('ok', evidence);
    told('failed', evidence);
    throw checkError(target, check.name, { reason: failure, evidence });
  } catch (error) {
    signal.throwIfAborted();
    // It could not be run at all: that fails the check too, with what is told of it.
    if (error instanceof StackError && error.code !== 'DEPLOY_FAILED') {
      const { message, evidence = [], next } = toErrorRecord(error);
      const lines = [...evidence, ...(next === undefined ? [] : [next])];
      told('failed', [message, ...lines]);
      throw checkError(target, check.name, { reason: message, evidence: lines, cause: error });
    }
    throw error;
  }
}

/** Who runs a command. */
function placeOf({ tools }: ChecksContext, target: CheckedTarget, check: CommandCheck): RunCommand {
  if (check.on === 'agent') return check.image === undefined ? agentCommand(tools) : tools.container;
  const place = check.on === 'task' ? target.task : target.onHost;
  if (place === undefined) throw new Error(`${target.name} has no ${check.on} for the check ${check.name}`);
  return place;
}
