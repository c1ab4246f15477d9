import type { StackEvent } from '../../runner/src/events/events.js';
import { joinRun } from '../../runner/src/views/runModel.js';
import { afterEvent, emptyPart } from '../../runner/src/views/runRecord.js';
import type { Run, RunPart } from '../../runner/src/events/run.js';

/** The part that events leave in the record. */
export function partOf(events: readonly StackEvent[], process = 'build-1:100:0'): RunPart {
  return events.reduce(afterEvent, emptyPart(process, events[0]?.time ?? new Date(0).toISOString()));
}

/** The run that events make, in one process. */
export function runOf(events: readonly StackEvent[], isAlive = false): Run {
  const now = new Date(events.at(-1)?.time ?? 0);
  return joinRun({ id: 'run-1', parts: [partOf(events)] }, () => isAlive, now);
}
