import type { ContextWith } from '../context/context.js';
import type { ReleaseScope } from './releaseScope.js';
import { notesOfTag } from './rules/releaseTag.js';
import { versionTags, type VersionTag } from './rules/semanticVersion.js';

/**
 * The version tags of `origin`, all of which this clone has afterwards. A tag that a run has made here and was killed before it
 * could push it is pushed now; one that another run has made meanwhile on another commit gives way to that.
 * @throws StackError GIT_FAILED, LOCKED
 */
export async function publishedTags(
  context: ContextWith<'events' | 'git'>,
  { prefix }: ReleaseScope,
  say: (message: string) => void,
): Promise<readonly VersionTag[]> {
  const { git } = context;
  const [{ tags }, known, reachable] = await Promise.all([
    git.remoteRefs('origin'),
    git.allTags(),
    git.tags(),
  ]);
  const there = versionTags(tags, prefix);
  const commitOf = new Map(known.map(({ name, commit }) => [name, commit]));
  for (const { name, commit } of there) {
    const here = commitOf.get(name);
    if (here === undefined || here === commit) continue;
    const object = await git.resolve(`refs/tags/${name}`);
    if (object === undefined) continue;
    await git.deleteTag(name, object);
    commitOf.delete(name);
    const message = `the tag ${name} stood on ${here.slice(0, 8)} in this clone and stands on ${commit.slice(0, 8)} in origin: that of origin counts`;
    const next = `Where yours is to be kept: git tag OTHER-NAME ${object.slice(0, 12)}`;
    context.events.emit({ type: 'notice', level: 'warning', message, next });
  }
  const missing = there.filter(({ name }) => !commitOf.has(name)).map(({ name }) => name);
  if (missing.length > 0) await git.fetchSome('origin', missing);
  const names = new Set(there.map(({ name }) => name));
  const pushed: VersionTag[] = [];
  for (const tag of versionTags(reachable, prefix)) {
    if (names.has(tag.name) || commitOf.get(tag.name) === undefined) continue;
    // What somebody has tagged by hand is theirs to push.
    if (notesOfTag(tag.name, await git.tagMessage(tag.name)) === undefined) continue;
    await git.push([`refs/tags/${tag.name}`]);
    pushed.push(tag);
    say(`pushed ${tag.name} to origin, which an earlier run had made`);
  }
  return [...pushed, ...there];
}
