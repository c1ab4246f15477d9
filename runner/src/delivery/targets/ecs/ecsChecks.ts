import type { ReleaseRecord } from '../../../domain/records.js';
import type { CheckEnd } from '../../../events/stage.js';
import type { When } from '../../checks/checks.js';
import { checkTask, stopBegunChecks, type CheckTaskOptions } from './checkTask.js';
import type { ProbeRoute } from './endpoints.js';
import type { EcsServiceConfig } from './schema.js';
import type { EcsTargetOptions } from './targetOptions.js';

export interface EcsChecks extends CheckTaskOptions {
  readonly options: CheckTaskOptions['options'] & Pick<EcsTargetOptions, 'checkTools'>;
  readonly release: ReleaseRecord;
  /** Where the new revision answers: a test listener, the idle colour, or the service. */
  readonly url: string | undefined;
  /** Ends the checks; that of the rollout where left out. */
  readonly signal?: AbortSignal;
}

/**
 * Runs the checks of a service for one moment of its deploy: before the new revision gets requests, or while it is
 * watched with them. Tasks of checks that a killed run left are stopped first.
 *
 * @returns how each ended; none where nothing is to be checked now
 * @throws StackError DEPLOY_FAILED with last lines or numbers; AWS_*; the signal's reason on abort
 */
export async function runEcsChecks(parts: EcsChecks, when: When): Promise<readonly CheckEnd[]> {
  const { options, scope, tasks, rollout, definition, release, url } = parts;
  const { config, checkTools: tools, clock, name } = options;
  if (!hasChecks(config)) return [];
  if (tools === undefined) throw new Error(`the checks of ${name} have nothing to work with`);
  const { stage, signal = rollout.signal } = { ...rollout, ...parts };
  if (when.when === 'before-traffic') {
    const { family = '' } = definition;
    await stopBegunChecks({ tasks, clock, subject: stage.subject(name), signal, family }, rollout.begun);
  }
  const { runChecks } = await import('../../checks/runChecks.js');
  const target = {
    name,
    environment: scope.environment,
    checks: config.checks,
    release,
    kind: rollout.kind,
    url,
    task: checkTask(parts),
  };
  return runChecks({ tools, stage, signal }, target, when);
}

export const hasChecks = ({ checks }: Pick<EcsServiceConfig, 'checks'>): boolean =>
  Object.keys(checks ?? {}).length > 0;

/**
 * Where the service answers that all requests go to. What is found by the rules of a load balancer may need headers that
 * a command does not send: then the environment's own URL is better.
 */
export function urlOfService(route: ProbeRoute, environmentUrl: string | undefined): string | undefined {
  if (route.kind !== 'url') return environmentUrl;
  const isPlain = route.headers === undefined && route.via === undefined;
  return isPlain ? new URL(route.url).origin : (environmentUrl ?? new URL(route.url).origin);
}
