import type { Stage } from '../events/stage.js';
import type { Context, ContextWith } from '../context/context.js';
import { StackError } from '../base/errors.js';
import { poll } from '../base/poll.js';
import { withContent, type ReleaseRecord } from '../domain/records.js';
import { runField } from '../base/sharedRun.js';
import { imageTags } from './rules/tags.js';
import { isRelease, rebuiltVersion } from './rules/semanticVersion.js';
import { reportUncommitted, treeContent } from './treeContent.js';
import { introduceApplication } from './describeApplication.js';
import { currentVersion } from './currentVersion.js';
import { pushArtifacts } from './artifacts.js';
import { pushImages } from './push.js';
import { workingTreeInputs } from './treeInputs.js';
import type { ReleaseRequest } from './releaseRequest.js';

/**
 * Builds and pushes what is checked out and records it; apart from `release.ts`, which most often finds one. Where another
 * run was faster with the same content, its release is ours.
 * @throws StackError TAG_IMMUTABLE where the version stands for other content; BUILD_FAILED, CONTENT_CHANGED,
 *   REGISTRY_REFUSED, GIT_FAILED, STATE_CONFLICT …
 */
export async function makeRelease(context: Context, request: ReleaseRequest): Promise<ReleaseRecord> {
  const [{ tree, inputs, uncommitted }, { ledger }] = await Promise.all([
    treeContent(context),
    context.state(),
  ]);
  if (tree.dirty) warnOfUncommitted(context, uncommitted);
  const content = { inputs, dirty: tree.dirty };
  const force = request.force === true;
  const current = await currentVersion(context);
  // Recorded since we looked: a record is there a moment before it can be found by commit and inputs.
  const taken = await ledger.release(current);
  const meanwhile = force ? undefined : withContent(taken, content);
  if (meanwhile !== undefined) return meanwhile;
  const version = taken === undefined ? current : await nextVersion(context, current);
  try {
    return await pushRelease(context, request, version);
  } catch (error) {
    const lost = error instanceof StackError && ['TAG_IMMUTABLE', 'STATE_CONFLICT'].includes(error.code);
    const winner = lost && !force ? await awaitRecord(context, request.stage, version) : undefined;
    const theirs = withContent(winner, content);
    if (theirs === undefined) throw error;
    return theirs;
  }
}

/** A release that its commit does not describe is no candidate for production: whoever makes it is told why, and which way out. */
function warnOfUncommitted(context: ContextWith<'events'>, uncommitted: readonly string[]): void {
  const message = `not what its commit says: ${reportUncommitted(uncommitted).join(', ')}`;
  const next =
    'Commit it, exclude it by .dockerignore, or list it under `generated:` of the image if a step before the build makes it.';
  context.events.emit({ type: 'notice', level: 'warning', message, next });
}

/** Pushes the images of what is checked out under a version, and records it. */
async function pushRelease(
  context: Context,
  request: ReleaseRequest,
  version: string,
): Promise<ReleaseRecord> {
  const [{ application }, { tree, inputs }, { ledger }] = await Promise.all([
    context.config(),
    treeContent(context),
    context.state(),
  ]);
  const { images: built } = await workingTreeInputs(context);
  const tags = imageTags({ version, ...tree });
  // Who has only artifacts needs no registry.
  const images = Object.keys(built).length === 0 ? {} : await pushImages(context, { ...request, tags });
  const { environment, stage, force } = request;
  const artifacts = await pushArtifacts(context, { environment, stage, force, version, commit: tree.commit });
  const record: ReleaseRecord = {
    version,
    application,
    ...tree,
    images,
    ...(Object.keys(artifacts).length === 0 ? {} : { artifacts }),
    inputs,
    createdAt: context.clock.now().toISOString(),
    createdBy: context.who,
    ...runField(context.env),
    ...(context.runUrl === undefined ? {} : { runUrl: context.runUrl }),
  };
  await ledger.putRelease(context.secrets.value(record));
  await introduceApplication(context);
  request.stage.fact('release', version);
  return record;
}

/** From the push of its images to its record a release takes seconds; longer, and its run was killed in between. */
const RECORD_WITHIN_MS = 30_000;
const POLL_MS = 500;

/** The record of a version that another run has pushed just now; undefined where none comes in good time. */
async function awaitRecord(
  context: ContextWith<'clock' | 'signal' | 'state'>,
  stage: Stage,
  version: string,
): Promise<ReleaseRecord | undefined> {
  const { ledger } = await context.state();
  const message = `another run has pushed ${version} first: waiting for the record of its release`;
  let told = false;
  const look = async () => {
    const record = await ledger.release(version);
    if (record === undefined && !told) stage.progress(message, { status: 'running' });
    told = true;
    return record;
  };
  const { clock, signal } = context;
  return poll(look, { clock, limitMs: RECORD_WITHIN_MS, gapMs: POLL_MS, signal });
}

/**
 * A version stands for the same bytes for ever. The same commit with other bytes (a forced rebuild, another build
 * argument) gets `.r2`, `.r3` …; a tagged release can have only one content.
 * @param taken a version that has a release
 */
async function nextVersion(context: ContextWith<'state'>, taken: string): Promise<string> {
  if (isRelease(taken)) {
    throw new StackError('TAG_IMMUTABLE', `version ${taken} is released already, with other content`, {
      where: `v${taken}`,
      next: 'Commit the changes and make the next version: node runner release',
    });
  }
  const { ledger } = await context.state();
  for (let attempt = 2; ; attempt++) {
    const candidate = rebuiltVersion(taken, attempt);
    if ((await ledger.release(candidate)) === undefined) return candidate;
  }
}
