import { judgeService } from '../../../domain/ecsService.js';
import type { DeploymentKind, ReleaseRecord } from '../../../domain/records.js';
import { serviceView } from '../../../adapters/aws/ecs.js';
import { refuseForeign } from './ecsFailures.js';
import { imageOf, nextRevision, type NextRevision, type Planned } from './nextRevision.js';
import type { ServiceDescription } from './serviceDescription.js';
import type { TargetParts } from './targetParts.js';
import { withTerraformChanges } from './terraformRevision.js';

/**
 * The service as it is, and the revision that brings a release to it.
 * @param kind of the deployment that is to bring it
 * @throws StackError CONFIG_INVALID where the release has no image for it, or something else moves the service; AWS_*
 */
export async function planRelease(
  parts: TargetParts,
  release: ReleaseRecord,
  signal: AbortSignal,
  kind?: DeploymentKind,
): Promise<NextRevision> {
  const { scope, shared, reader } = parts;
  const { members } = shared.parts;
  // Before anything is asked: a release without one of the images is no release for this service.
  for (const member of members) imageOf(member, scope, release);
  const described = await reader.takeRecent(signal);
  refuseForeign(scope, described.service);
  // The way back brings nothing new, whatever the world has changed since.
  const from = kind === 'rollback' ? { ...described, newest: undefined } : described;
  const { definition, tags } = described;
  return { running: { definition, tags }, ...(await revisionOf(parts, release, from, signal)) };
}

/** Of a colour that runs another release: made of what the live one runs, with all that was changed there since. */
async function revisionOf(
  { options, api, scope, shared }: TargetParts,
  release: ReleaseRecord,
  described: ServiceDescription,
  signal: AbortSignal,
): Promise<Planned> {
  const { registry, like } = options;
  const { members } = shared.parts;
  const caughtUp = await withTerraformChanges(api, described, members, signal);
  const own = nextRevision(registry, members, scope, release, caughtUp);
  if (like === undefined || !own.next.changed) return own;
  const live = await withTerraformChanges(api, like.described, members, signal);
  const { service } = described;
  const made = nextRevision(registry, members, scope, release, { ...live, service });
  return { ...made, next: { ...made.next, changed: true } };
}

/**
 * Whether the service runs a release already, with at least one task, and nothing is on its way.
 * @throws StackError CONFIG_INVALID where the release has no image for it; AWS_*
 */
export async function runsRelease(
  { options, api, scope, shared, reader }: TargetParts,
  release: ReleaseRecord,
  signal: AbortSignal,
): Promise<boolean> {
  const { members } = shared.parts;
  for (const member of members) imageOf(member, scope, release);
  const described = await reader.readRecent(signal);
  const view = serviceView(described.service);
  const { state } = judgeService(view, { taskDefinition: view.taskDefinition });
  const caughtUp = await withTerraformChanges(api, described, members, signal);
  const { next } = nextRevision(options.registry, members, scope, release, caughtUp);
  return !next.changed && state === 'stable';
}

/** @throws StackError DEPLOY_FAILED where the revision cannot run, see verify/verifyAhead.ts */
export async function refuseUnrunnableRevision(
  { options, scope, shared }: TargetParts,
  release: ReleaseRecord,
  { described, next, running }: NextRevision,
  signal: AbortSignal,
): Promise<void> {
  const { aws, images = aws, clock } = options;
  const { refuseUnrunnable } = await import('./verify/verifyAhead.js');
  const { containerDefinitions } = next.input;
  const definition = { ...described.definition, containerDefinitions };
  const { members } = shared.parts;
  const nowMs = clock.now().getTime();
  await refuseUnrunnable({
    ...{ aws, images, scope, running, definition, members, release, nowMs, signal },
  });
}
