import type { Context, NamedEnvironment } from '../container.js';
import { StackError } from '../core/errors.js';
import type { ReleaseRecord } from '../core/release.js';
import { workingTreeInputs } from './inputs.js';

export interface ReleaseRequest {
  /** Whose registry gets the images. */
  readonly environment: NamedEnvironment;
  /** Id of the stage that events belong to. */
  readonly stage: string;
  /** Builds and pushes although a release of this content is there. */
  readonly force?: boolean;
}

/**
 * The release of what is checked out: by commit, else by the digest of its inputs, since a merge changes the commit and
 * not the content. A clean tree is never answered with the release of a dirty one.
 */
export async function findRelease(context: Context): Promise<ReleaseRecord | undefined> {
  const [tree, { inputs }, { ledger }] = await Promise.all([
    context.git.workingTree(),
    workingTreeInputs(context),
    context.state(),
  ]);
  const fits = (release: ReleaseRecord | undefined) =>
    release !== undefined && release.inputs === inputs && (tree.dirty || !release.dirty)
      ? release
      : undefined;
  return fits(await ledger.releaseByCommit(tree.commit)) ?? fits(await ledger.releaseByInputs(inputs));
}

/**
 * The release of this working tree; where there is none yet, its images are built and pushed and one is recorded.
 * Two runs that race for the same commit end with the same release.
 *
 * @throws StackError BUILD_FAILED, REGISTRY_REFUSED, TAG_IMMUTABLE, GIT_FAILED, STATE_CONFLICT …
 */
export async function ensureRelease(context: Context, request: ReleaseRequest): Promise<ReleaseRecord> {
  const found = request.force === true ? undefined : await findRelease(context);
  if (found !== undefined) {
    const message = `release ${found.version} has this content: nothing to build or push`;
    context.events.emit({ type: 'stage.progress', stage: request.stage, message, status: 'ok' });
    return found;
  }
  try {
    const { makeRelease } = await import('./makeRelease.js');
    return await makeRelease(context, request);
  } catch (error) {
    // Someone else was faster with the same commit: their release is ours.
    const lost = error instanceof StackError && ['TAG_IMMUTABLE', 'STATE_CONFLICT'].includes(error.code);
    const theirs = lost && request.force !== true ? await awaitRelease(context, request.stage) : undefined;
    if (theirs === undefined) throw error;
    return theirs;
  }
}

/** From the push of the bytes to the record of the release a run needs seconds; longer, and it was killed in between. */
const RECORD_WITHIN_MS = 30_000;
const POLL_MS = 500;

/** The release whose bytes another run has pushed just now; undefined where none is recorded in good time. */
async function awaitRelease(context: Context, stage: string): Promise<ReleaseRecord | undefined> {
  for (let left = RECORD_WITHIN_MS; ; left -= POLL_MS) {
    const theirs = await findRelease(context);
    if (theirs !== undefined || left <= 0) return theirs;
    if (left === RECORD_WITHIN_MS) {
      const message = 'another run pushed this version first: waiting for the record of its release';
      context.events.emit({ type: 'stage.progress', stage, message, status: 'running' });
    }
    await context.clock.sleep(POLL_MS, context.signal);
  }
}
