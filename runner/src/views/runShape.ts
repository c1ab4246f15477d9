import { anything, isNumber, list, object, oneOf, record, text, time, whole } from '../base/recordShape.js';
import type { RunPart, RunRecord } from '../events/run.js';

const stageStatus = oneOf('ok', 'partial', 'failed', 'skipped', 'rolled-back', 'interrupted', 'running');
const error = object({
  code: text,
  category: text,
  message: text,
  'where?': text,
  'evidence?': list(text),
  'next?': text,
  exitCode: whole(0),
});

const phase = object({ name: text, message: text, at: time });
const resource = object({ address: text, action: text });
const summary = object({
  headline: text,
  counts: record(isNumber),
  losses: list(object({ address: text })),
  resources: list(resource),
  outputs: list(anything),
  drifted: list(text),
  'owned?': list(object({ address: text, what: text, id: text, version: text })),
});
const stage = object({
  id: text,
  title: text,
  'environment?': text,
  status: stageStatus,
  startedAt: time,
  'endedAt?': time,
  'seconds?': isNumber,
  'reason?': text,
  'error?': error,
  facts: list(object({ name: text, value: text })),
  'plan?': object({ summary: summary, hidden: whole(0) }),
  subjects: list(
    object({ name: text, status: oneOf('running', 'ok', 'failed', 'rolled-back'), phases: list(phase) }),
  ),
  'checks?': list(
    object({
      subject: text,
      name: text,
      status: oneOf('ok', 'failed'),
      seconds: isNumber,
      evidence: list(text),
      at: time,
    }),
  ),
  'traffic?': list(object({ subject: text, weights: record(isNumber), versions: record(text), at: time })),
  lastLines: list(text),
});

const image = object({ repository: text, digest: text, tags: list(text) });
const part = object({
  process: text,
  command: text,
  'application?': text,
  'environment?': text,
  'url?': text,
  'branch?': text,
  'commit?': text,
  'runUrl?': text,
  'who?': text,
  planned: list(object({ id: text, title: text, needs: list(text) })),
  stages: list(stage),
  'release?': object({ version: text, commit: text, branch: text, images: record(image) }),
  notices: list(object({ level: text, message: text, 'next?': text })),
  startedAt: time,
  status: stageStatus,
  'endedAt?': time,
  'exitCode?': whole(0),
  'summary?': text,
  'error?': error,
  'cause?': error,
});

const run = object({ id: text, parts: list(anything) });

/** A run's record as far as it can be believed: without parts that a killed process or an editor broke. */
export function readableRun(value: unknown): RunRecord | undefined {
  if (run(value) !== undefined) return undefined;
  const { id, parts } = value as RunRecord;
  const readable = parts.filter((one: RunPart) => part(one) === undefined);
  return readable.length === 0 ? undefined : { id, parts: readable };
}
