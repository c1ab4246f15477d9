import type { Context } from '../context/context.js';
import { lendCredentials } from './pushCredentials.js';
import { releaseScope } from './releaseScope.js';
import { versionTags, type VersionTag } from './rules/semanticVersion.js';

/**
 * The version that what is checked out was released as; undefined where it was not. Asks `origin` where this clone knows
 * of none: another agent may have made it.
 * @throws StackError GIT_FAILED
 */
export async function releasedVersion(context: Context): Promise<VersionTag | undefined> {
  const { git } = context;
  const [{ prefix }, { commit }] = await Promise.all([releaseScope(context), git.workingTree()]);
  const here = (tags: Parameters<typeof versionTags>[0]) =>
    versionTags(tags, prefix).find((tag) => tag.commit === commit);
  const known = here(await git.allTags());
  if (known !== undefined || !(await git.remotes()).includes('origin')) return known;
  await lendCredentials(context);
  return here((await git.remoteRefs('origin')).tags);
}
