import type { EventOf, StackEvent } from '../events/events.js';
import { PLAN_ORDER, type PlannedResource, type PlanSummary } from '../domain/plan.js';
import { countsBytes } from './format.js';
import { LAST_LINES } from './stageWatch.js';
import { trafficWords } from './traffic.js';

import type { PlanRecord, RunPart, StageRecord, SubjectRecord } from '../events/run.js';

/** Subjects of a stage that are worth keeping; a plan of thousands of resources must not fill the disk. */
const SUBJECTS_KEPT = 500;
const PLANNED_KEPT = 1000;
const NOTICES_KEPT = 100;
/** Checks of a stage, and moves of its traffic. */
const CHECKS_KEPT = 200;

/** @returns an empty part, before its first event */
export function emptyPart(process: string, startedAt: string): RunPart {
  return { process, command: '', planned: [], stages: [], notices: [], startedAt, status: 'running' };
}

/** @returns the part after an event; pure, so that the record of any run can be made from its events alone */
export function afterEvent(part: RunPart, event: StackEvent): RunPart {
  switch (event.type) {
    case 'run.start': {
      const { time, type: _, stages, ...about } = event;
      return { ...part, ...about, planned: stages, startedAt: time };
    }
    case 'release':
      return { ...part, release: event.release };
    case 'notice': {
      const { level, message, next } = event;
      const notice = { level, message, ...(next === undefined ? {} : { next }) };
      return { ...part, notices: [...part.notices, notice].slice(-NOTICES_KEPT) };
    }
    // What a command printed is its result, and none of the run's record.
    case 'line':
      return part;
    case 'run.end': {
      const { time, type: _, seconds: _seconds, ...end } = event;
      return { ...part, ...end, endedAt: time };
    }
    default:
      return { ...part, stages: afterStageEvent(part.stages, event) };
  }
}

type StageEvent = EventOf<
  | 'stage.start'
  | 'stage.progress'
  | 'stage.output'
  | 'stage.fact'
  | 'stage.check'
  | 'stage.traffic'
  | 'stage.plan'
  | 'stage.end'
>;

function afterStageEvent(stages: readonly StageRecord[], event: StageEvent): readonly StageRecord[] {
  const index = stages.findIndex(({ id }) => id === event.stage);
  const known = index === -1 ? freshStage(event) : (stages[index] as StageRecord);
  const changed = changedStage(known, event);
  return index === -1 ? [...stages, changed] : stages.with(index, changed);
}

function freshStage(event: StageEvent): StageRecord {
  return {
    id: event.stage,
    title: event.stage,
    status: 'running',
    startedAt: event.time,
    facts: [],
    subjects: [],
    lastLines: [],
  };
}

function changedStage(stage: StageRecord, event: StageEvent): StageRecord {
  switch (event.type) {
    case 'stage.start': {
      const { title, environment } = event;
      // A stage that starts again (a retry) begins afresh.
      return { ...freshStage(event), title, ...(environment === undefined ? {} : { environment }) };
    }
    case 'stage.fact': {
      const others = stage.facts.filter(({ name }) => name !== event.name);
      return { ...stage, facts: [...others, { name: event.name, value: event.value }] };
    }
    case 'stage.check': {
      const { time, type: _, stage: __, ...check } = event;
      const checks = [...(stage.checks ?? []), { ...check, at: time }];
      return { ...stage, checks: checks.slice(-CHECKS_KEPT) };
    }
    case 'stage.traffic': {
      const { time, type: _, stage: __, ...traffic } = event;
      const before = stage.traffic ?? [];
      // The first word tells where requests went before: a move is a phase of its target.
      const isMove = before.some(({ subject }) => subject === traffic.subject);
      const move = { time, phase: 'traffic', message: trafficWords(traffic) };
      return {
        ...stage,
        traffic: [...before, { ...traffic, at: time }].slice(-CHECKS_KEPT),
        subjects: isMove ? afterProgress(stage.subjects, traffic.subject, move) : stage.subjects,
      };
    }
    case 'stage.plan':
      return { ...stage, plan: planRecord(event.summary) };
    case 'stage.output':
      return { ...stage, lastLines: [...stage.lastLines, event.line].slice(-LAST_LINES) };
    case 'stage.end': {
      const { time, type: _, stage: __, ...end } = event;
      return { ...stage, ...end, endedAt: time };
    }
    case 'stage.progress':
      // Layers of a push are subjects too, by the hundred, and tell nothing afterwards.
      return event.subject === undefined || countsBytes(event)
        ? stage
        : { ...stage, subjects: afterProgress(stage.subjects, event.subject, event) };
  }
}

/** What is worth a look stands first, so that it is not what is left out. */
export function planRecord(summary: PlanSummary, most = PLANNED_KEPT): PlanRecord {
  const weight = ({ action }: PlannedResource) => PLAN_ORDER.indexOf(action);
  const resources = [...summary.resources].sort((one, other) => weight(one) - weight(other));
  return {
    summary: { ...summary, resources: resources.slice(0, most) },
    hidden: Math.max(0, resources.length - most),
  };
}

function afterProgress(
  subjects: readonly SubjectRecord[],
  name: string,
  event: Pick<EventOf<'stage.progress'>, 'time' | 'phase' | 'message' | 'status'>,
): readonly SubjectRecord[] {
  const index = subjects.findIndex((subject) => subject.name === name);
  if (index === -1 && subjects.length >= SUBJECTS_KEPT) return subjects;
  const known: SubjectRecord = subjects[index] ?? { name, status: 'running', phases: [] };
  const last = known.phases.at(-1);
  const phase = { name: event.phase ?? last?.name ?? '', message: event.message, at: event.time };
  // The same phase again only changes what is said; its time stays that of its beginning.
  const phases =
    last !== undefined && last.name === phase.name
      ? known.phases.with(-1, { ...phase, at: last.at })
      : [...known.phases, phase];
  const changed = { name, status: event.status ?? 'running', phases };
  return index === -1 ? [...subjects, changed] : subjects.with(index, changed);
}
