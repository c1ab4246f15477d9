import { definedOnly } from '../../../base/definedOnly.js';
import type { ReleaseRecord } from '../../../domain/records.js';
import type { CheckEnd } from '../../../events/stage.js';
import type { When } from '../../checks/checks.js';
import { byName, type CheckedAddress } from '../../rules/checkCommands.js';
import { checkTask, stopBegunChecks, type CheckTaskOptions } from './checkTask.js';
import type { ProbeRoute } from './endpoints.js';
import type { EcsServiceConfig } from './schema.js';
import type { EcsTargetOptions } from './targetOptions.js';

export interface EcsChecks extends CheckTaskOptions {
  readonly options: CheckTaskOptions['options'] & Pick<EcsTargetOptions, 'checkTools'>;
  readonly release: ReleaseRecord;
  /** Where the new revision answers: a test listener, the idle colour, or the service. */
  readonly at: CheckedAddress | undefined;
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
  const { options, scope, tasks, rollout, definition, release, at } = parts;
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
    at,
    task: checkTask(parts),
  };
  return runChecks({ tools, stage, signal }, target, when);
}

export const hasChecks = ({ checks }: Pick<EcsServiceConfig, 'checks'>): boolean =>
  Object.keys(checks ?? {}).length > 0;

/**
 * Where the service answers, for a command.
 * @param route where the gate probes it
 * @param known `path`: the one that is probed, which is no part of the address. `environmentUrl` is better where all requests
 * go to the service and the route needs headers. Of an idle colour it is not: there the old release answers.
 */
export function addressOf(
  route: ProbeRoute,
  known: { readonly path: string; readonly environmentUrl?: string | undefined; readonly isIdle: boolean },
): CheckedAddress | undefined {
  const { environmentUrl, isIdle } = known;
  const environment = environmentUrl === undefined || isIdle ? undefined : { url: environmentUrl };
  if (route.kind !== 'url') return environment;
  const { url, headers, via, anyName } = route;
  const path = known.path.startsWith('/') ? known.path : `/${known.path}`;
  const at = { url: url.endsWith(path) ? url.slice(0, -path.length) : new URL(url).origin };
  if (isIdle) return byName({ ...at, ...definedOnly({ headers, anyName }) }, environmentUrl);
  return headers === undefined && via === undefined ? at : (environment ?? at);
}
