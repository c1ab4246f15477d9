import { primaryOf } from '../../../domain/ecsService.js';
import type { ReleaseRecord } from '../../../domain/records.js';
import { serviceView, type Service } from '../../../adapters/aws/ecs.js';
import type { Rollout } from '../../../context/target.js';
import { addressOf, runEcsChecks } from './ecsChecks.js';
import { probeByHttp, probeSetupsOf, type ProbeSetup } from './probeSetup.js';
import { followRollout, type RolloutOptions } from './rollout.js';
import type { ServiceDescription } from './serviceDescription.js';
import type { Changed } from './serviceMove.js';
import { diagnosisOf, type TargetParts } from './targetParts.js';

/** What following a rollout needs. @param service as the change left it */
export function followingOf(
  parts: TargetParts,
  described: ServiceDescription,
  service: Service,
  { route, reachability, groups }: ProbeSetup,
  rollout: Rollout,
): Omit<RolloutOptions, 'wanted' | 'acceptedMs'> {
  const { config, aws, probe = probeByHttp } = parts.options;
  const createdMs = primaryOf(serviceView(service))?.createdMs;
  return {
    scope: diagnosisOf(parts, described, rollout),
    desired: service.desiredCount ?? 0,
    timeoutMs: config.timeout,
    signal: rollout.signal,
    // Where nothing is wanted there is nothing to watch.
    health: service.desiredCount === 0 ? { ...config.health, for: 0 } : config.health,
    route,
    reachability,
    targets: { aws, api: parts.api, groups },
    graceMs: (service.healthCheckGracePeriodSeconds ?? 0) * 1000,
    probe,
    ...(createdMs === undefined ? {} : { sinceMs: createdMs }),
  };
}

/** A service that is moved, and what ends its checks. */
type Checked = Changed & { readonly rollout: Rollout; readonly signal: AbortSignal };

/**
 * Runs the checks beside the gate. A rolling update sends requests to new tasks as they become healthy: it can be checked
 * only once the service is stable. The idle colour of a switch gets none until then.
 * @param passed aborts when the gate has passed
 */
export async function checkBesideGate(
  { options, scope, tasks, name }: TargetParts,
  release: ReleaseRecord,
  { described, service = described.service, taskDefinition, acceptedMs, setupOf, rollout, signal }: Checked,
  passed: AbortSignal,
  moments: readonly ('before-traffic' | 'bake')[] = ['before-traffic', 'bake'],
): Promise<void> {
  const { definition } = described;
  const at = addressOf(setupOf(name).route, {
    path: options.config.health.path,
    environmentUrl: options.url,
    isIdle: options.like !== undefined,
  });
  const checked = {
    options,
    scope,
    tasks,
    rollout,
    signal,
    service,
    definition,
    taskDefinition,
    release,
    at,
  };
  await Promise.all(
    moments.map((when) =>
      runEcsChecks(checked, when === 'bake' ? { when, lasts: passed, sinceMs: acceptedMs } : { when }),
    ),
  );
}

/**
 * Watches what runs, as a deploy does in the end; alarms and metrics are watched with it.
 * @param release what runs there
 * @param forMs how long it must stay healthy
 * @returns what the verdict rests on, in words
 * @throws StackError DEPLOY_FAILED with reason and evidence
 */
export async function watchService(
  parts: TargetParts,
  release: ReleaseRecord,
  rollout: Rollout,
  forMs: number,
): Promise<string | undefined> {
  const { options, shared, reader, name } = parts;
  const described = await reader.read(rollout.signal);
  const subject = rollout.stage.subject(name);
  const setupOf = await probeSetupsOf(options, shared, described, subject, rollout.signal);
  const following = followingOf(parts, described, described.service, setupOf(name), rollout);
  const { taskDefinition = '' } = described.service;
  const acceptedMs = options.clock.now().getTime();
  const checked = { described, taskDefinition, previous: taskDefinition, acceptedMs, setupOf, rollout };
  return followRollout({
    ...following,
    health: { ...following.health, for: forMs },
    acceptedMs,
    wanted: { taskDefinition },
    check: (signal, passed) => checkBesideGate(parts, release, { ...checked, signal }, passed, ['bake']),
  });
}
