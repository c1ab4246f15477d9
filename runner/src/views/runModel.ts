import { definedOnly } from '../base/definedOnly.js';
import type { ErrorRecord } from '../base/errors.js';
import { withCause } from '../base/interruption.js';
import type { StageSummary } from '../events/events.js';
import { worstOf } from '../pipeline/rules/schedule.js';
import { sameFailure } from './failureText.js';
import type { Run, RunFailure, RunPart, RunRecord, RunStage, StageRecord } from '../events/run.js';

/**
 * Joins the parts of a run.
 * @param isAlive whether a part's process may still be at work; others without an end were cut off
 * @param now for how long a run has been going, where it goes on
 */
export function joinRun(record: RunRecord, isAlive: (part: RunPart) => boolean, now: Date): Run {
  const parts = partsOfRun(record.parts);
  const statusOf = (part: RunPart) => (part.status === 'running' && !isAlive(part) ? 'cut-off' : part.status);
  const stages = joinStages(parts, statusOf);
  const last = <T>(pick: (part: RunPart) => T | undefined) =>
    parts.map(pick).findLast((value) => value !== undefined);
  const isShared = parts.length > 1 || parts.some((part) => part.isPart === true);
  const status = runStatus(parts.map(statusOf), stages, isShared);
  const startedAt = parts[0]?.startedAt ?? now.toISOString();
  const endedAt = status === 'running' ? undefined : lastTime(parts);
  const about = {
    application: last((part) => part.application),
    url: last((part) => part.url),
    branch: last((part) => part.branch),
    commit: last((part) => part.commit),
    runUrl: last((part) => part.runUrl),
    who: last((part) => part.who),
    release: last((part) => part.release),
    summary: last((part) => part.summary),
    endedAt,
  };
  return {
    id: record.id,
    commands: unique(parts.map((part) => part.command).filter((command) => command !== '')),
    environments: unique(parts.flatMap((part) => part.environment ?? [])),
    status,
    startedAt,
    seconds: (Date.parse(endedAt ?? now.toISOString()) - Date.parse(startedAt)) / 1000,
    stages,
    failures: failuresOf(parts, stages),
    notices: parts.flatMap((part) => part.notices),
    ...definedOnly(about),
  };
}

/** Parts by their beginning; a signal is told as what it was sent for, where somebody knows. */
function partsOfRun(all: readonly RunPart[]): readonly RunPart[] {
  const parts = [...all].sort((one, other) => one.startedAt.localeCompare(other.startedAt));
  const cause = parts.findLast((part) => part.cause !== undefined)?.cause;
  if (cause === undefined) return parts;
  const retold = ({ error }: { readonly error?: ErrorRecord }) =>
    error === undefined ? {} : { error: withCause(error, cause) };
  const stage = (one: StageRecord): StageRecord => {
    const told = retold(one);
    // What interrupted a stage is its reason too.
    const isRetold = told.error !== undefined && told.error !== one.error;
    return { ...one, ...told, ...(isRetold ? { reason: told.error.message } : {}) };
  };
  return parts.map((part) => ({ ...part, ...retold(part), stages: part.stages.map(stage) }));
}

/** Planned stages in their order with what became of them, then any that came unplanned. */
function joinStages(
  parts: readonly RunPart[],
  statusOf: (part: RunPart) => RunPart['status'] | 'cut-off',
): readonly RunStage[] {
  const planned = new Map<string, StageSummary>();
  for (const stage of parts.flatMap((part) => part.planned))
    if (!planned.has(stage.id)) planned.set(stage.id, stage);
  const reported = new Map<string, RunStage>();
  for (const part of parts) {
    for (const stage of part.stages) {
      // The last word on a stage counts: a retry in a later process replaces what was before.
      const status = stage.status === 'running' && statusOf(part) !== 'running' ? 'cut-off' : stage.status;
      const { needs = [], kind, environment } = planned.get(stage.id) ?? {};
      reported.set(stage.id, { ...definedOnly({ kind, environment }), ...stage, status, needs });
    }
  }
  const waiting = ({ id, title, needs, kind, environment }: StageSummary): RunStage => ({
    id,
    title,
    needs,
    ...definedOnly({ kind, environment }),
    status: 'waiting',
    facts: [],
    subjects: [],
    lastLines: [],
  });
  const inOrder = [...planned.values()].map((stage) => reported.get(stage.id) ?? waiting(stage));
  return [...inOrder, ...[...reported.values()].filter(({ id }) => !planned.has(id))];
}

/**
 * A stage that went well the second time forgives the part that failed the first time; a failure outside of any stage
 * stays. While planned stages wait for their process (Jenkins), the run goes on.
 */
function runStatus(
  parts: readonly Run['status'][],
  stages: readonly RunStage[],
  isShared: boolean,
): Run['status'] {
  const ofStages = stages.map(({ status }) => status).filter((status) => status !== 'waiting');
  const candidates = isShared && ofStages.length > 0 ? [...ofStages, parts.at(-1) as Run['status']] : parts;
  const worst = worstOf(candidates) ?? 'running';
  const waits = isShared && stages.some(({ status }) => status === 'waiting');
  return waits && (worst === 'ok' || worst === 'partial' || worst === 'skipped') ? 'running' : worst;
}

/** Failures that stand: one of a stage that ended otherwise in a later process (a retry, a resumed run) is history. */
function failuresOf(parts: readonly RunPart[], stages: readonly RunStage[]): readonly RunFailure[] {
  const final = new Map(stages.map((stage) => [stage.id, stage]));
  const isForgiven = (error: ErrorRecord) => {
    const reported = parts.flatMap((part) =>
      part.stages.filter((stage) => stage.error !== undefined && sameFailure(stage.error, error)),
    );
    const stands = ({ id }: StageRecord) => {
      const last = final.get(id)?.error;
      return last !== undefined && sameFailure(last, error);
    };
    return reported.length > 0 && !reported.some(stands);
  };
  const all: RunFailure[] = parts.flatMap((part): RunFailure[] => [
    ...(part.error === undefined ? [] : [{ error: part.error, lastLines: [] }]),
    ...part.stages.flatMap((stage) =>
      stage.error === undefined ? [] : [{ error: stage.error, stage: stage.id, lastLines: stage.lastLines }],
    ),
  ]);
  return all
    .filter(({ error }) => !isForgiven(error))
    .reduce<RunFailure[]>((kept, failure) => {
      const index = kept.findIndex(({ error }) => sameFailure(error, failure.error));
      if (index === -1) return [...kept, failure];
      // The stage's telling of the run's failure knows where it was and what was printed last.
      return kept.with(index, {
        ...failure,
        ...kept[index],
        ...(failure.stage === undefined ? {} : failure),
      });
    }, []);
}

function lastTime(parts: readonly RunPart[]): string | undefined {
  const times = parts.flatMap((part) => [
    part.endedAt ?? part.startedAt,
    ...part.stages.flatMap((stage) => [
      stage.endedAt ?? stage.startedAt,
      ...stage.subjects.flatMap(({ phases }) => phases.map(({ at }) => at)),
      ...[...(stage.checks ?? []), ...(stage.traffic ?? [])].map(({ at }) => at),
    ]),
  ]);
  return times.sort().at(-1);
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
