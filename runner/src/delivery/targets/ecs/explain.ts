import type { StackError } from '../../../base/errors.js';
import {
  shortName,
  type ServiceView,
  type RolloutProgress,
  type Verdict,
  type Wanted,
} from '../../../domain/ecsService.js';
import type { TasksOf } from '../../../domain/stoppedTask.js';
import { overtakenError } from './ecsFailures.js';
import { crashError, failure, orFallback, stoppedOf, type DiagnosisScope } from './diagnosis.js';

/** A rollout that was judged. */
export interface JudgedService {
  readonly scope: DiagnosisScope;
  readonly wanted: Wanted;
  /** When the platform created the deployment, by its own clock. */
  readonly sinceMs?: number;
  readonly signal: AbortSignal;
}

/** The tasks that a rollout started. */
export const tasksOf = (judged: Pick<JudgedService, 'wanted' | 'sinceMs'>): TasksOf => ({
  taskDefinition: judged.wanted.taskDefinition,
  ...(judged.sinceMs === undefined ? {} : { sinceMs: judged.sinceMs }),
});

/** The failure behind a verdict, with the stopped task that caused it where there is one. */
export async function explain(
  judged: JudgedService,
  verdict: Exclude<Verdict, RolloutProgress>,
  view: ServiceView,
): Promise<StackError> {
  const { scope, wanted, signal } = judged;
  if (verdict.state === 'overtaken') {
    return overtakenError(
      scope,
      `someone else deployed ${shortName(verdict.taskDefinition)} in the meantime, instead of ${shortName(wanted.taskDefinition)}`,
      view.events,
    );
  }
  if (verdict.state === 'gone') return failure(scope, `the service is ${verdict.status} now`, view.events);
  const [crashed] = await orFallback(stoppedOf(scope, tasksOf(judged), signal), [], signal);
  const platform =
    verdict.state === 'rolled-back'
      ? `ECS rolled back to ${shortName(verdict.taskDefinition)}: ${verdict.reason}`
      : `ECS gave up: ${verdict.reason}`;
  if (crashed === undefined) return failure(scope, platform, view.events);
  const crash = await crashError(scope, crashed, signal);
  return failure(scope, crash.message, [platform, ...crash.evidence]);
}
