import type { Context } from '../context/context.js';
import { withContent, type ReleaseRecord } from '../domain/records.js';
import { treeContent } from './treeContent.js';
import { onFrozenContent } from './treeInputs.js';
import type { ReleaseRequest } from './releaseRequest.js';

/**
 * The release of what is checked out: by commit, else by the digest of its inputs, since a merge changes the commit and
 * not the content.
 */
export async function findRelease(context: Context): Promise<ReleaseRecord | undefined> {
  const [{ tree, inputs }, { ledger }] = await Promise.all([treeContent(context), context.state()]);
  const content = { inputs, dirty: tree.dirty };
  return (
    withContent(await ledger.releaseByCommit(tree.commit), content) ??
    withContent(await ledger.releaseByInputs(inputs), content)
  );
}

/**
 * The release of this working tree; where there is none yet, its images are built and pushed and one is recorded.
 * Two runs that race for the same commit end with the same release.
 *
 * @throws StackError BUILD_FAILED, CONTENT_CHANGED, REGISTRY_REFUSED, TAG_IMMUTABLE, GIT_FAILED, STATE_CONFLICT …
 */
export async function ensureRelease(context: Context, request: ReleaseRequest): Promise<ReleaseRecord> {
  return onFrozenContent(context, async () => {
    const found = request.force === true ? undefined : await findRelease(context);
    if (found !== undefined) {
      const message = `release ${found.version} has this content: nothing to build or push`;
      request.stage.progress(message, { status: 'ok' });
      return found;
    }
    await request.beforeBuild?.();
    const { makeRelease } = await import('./makeRelease.js');
    return makeRelease(context, request);
  });
}
