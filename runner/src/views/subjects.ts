import type { RunStage, RunStageStatus, SubjectRecord } from '../events/run.js';

/** Hosts and targets: what goes through named phases (drain, pull, start, health …), unlike a resource or an image. */
export function phasedSubjects(stage: RunStage): readonly SubjectRecord[] {
  return stage.subjects.filter(({ phases }) => phases.length > 1 && phases.every(({ name }) => name !== ''));
}

/**
 * How a subject ended, wherever it is shown: one that told no end of its own shares that of its stage. Only a stage
 * whose process was killed leaves subjects cut off.
 */
export function subjectStatus(
  { status }: Pick<SubjectRecord, 'status'>,
  stage: Pick<RunStage, 'status'>,
): RunStageStatus {
  return status === 'running' ? stage.status : status;
}

/** The other subjects: told once, by their last word. */
export function plainSubjects(stage: RunStage): readonly SubjectRecord[] {
  const phased = new Set(phasedSubjects(stage));
  return stage.subjects.filter((subject) => !phased.has(subject));
}

/**
 * From when to when a stage was about a subject, in milliseconds since the epoch.
 * @param now the end of what still runs
 */
export function subjectSpan(subject: SubjectRecord, stage: RunStage, now: number): readonly [number, number] {
  const first = subject.phases[0]?.at ?? stage.startedAt;
  const last = subject.status === 'running' ? stage.endedAt : subject.phases.at(-1)?.at;
  return [first === undefined ? now : Date.parse(first), last === undefined ? now : Date.parse(last)];
}

/** Each phase with how long it took, in seconds; the last one is a result and takes none. */
export function phaseTimes(
  subject: SubjectRecord,
  stage: RunStage,
  now: number,
): readonly { readonly name: string; readonly seconds: number }[] {
  const [, end] = subjectSpan(subject, stage, now);
  return subject.phases.map(({ name, at }, index) => {
    const next = subject.phases[index + 1];
    return { name, seconds: ((next === undefined ? end : Date.parse(next.at)) - Date.parse(at)) / 1000 };
  });
}
