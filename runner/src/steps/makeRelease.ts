import type { Context } from '../container.js';
import { readChanges, type Change } from '../core/commits.js';
import { StackError } from '../core/errors.js';
import type { ReleaseRecord } from '../core/release.js';
import { imageTags } from '../core/tags.js';
import { highestTag, isRelease, rebuiltVersion, versionOf, type VersionTag } from '../core/version.js';
import { introduceApplication } from './describeApplication.js';
import { workingTreeInputs } from './inputs.js';
import { pushImages } from './push.js';
import type { ReleaseRequest } from './release.js';

/** Builds and pushes what is checked out and records it; apart from `release.ts`, which most often finds one. */
export async function makeRelease(context: Context, request: ReleaseRequest): Promise<ReleaseRecord> {
  const [{ application }, tree, { inputs }, { ledger }] = await Promise.all([
    context.config(),
    context.git.workingTree(),
    workingTreeInputs(context),
    context.state(),
  ]);
  const version = await freeVersion(context, await currentVersion(context));
  const tags = imageTags({ version, ...tree });
  const images = await pushImages(context, { ...request, tags });
  const record: ReleaseRecord = {
    version,
    application,
    ...tree,
    images,
    inputs,
    createdAt: context.clock.now().toISOString(),
    createdBy: context.who,
    ...(context.runUrl === undefined ? {} : { runUrl: context.runUrl }),
  };
  await ledger.putRelease(context.secrets.value(record));
  await introduceApplication(context);
  context.events.emit({ type: 'stage.fact', stage: request.stage, name: 'release', value: version });
  return record;
}

/** Where history stands: the last release and what changed since. */
export interface History {
  readonly last: VersionTag | undefined;
  readonly changes: readonly Change[];
}

/** Reads tags and commits; two git processes, one on a tag. */
export async function readHistory(context: Context): Promise<History> {
  const [tree, tags] = await Promise.all([context.git.workingTree(), context.git.tags()]);
  const last = highestTag(tags, tree.commit);
  if (last === undefined && (await context.git.isShallow())) {
    const message =
      'this clone is shallow and has no version tag: versions are counted from the commits that are here';
    context.events.emit({ type: 'notice', level: 'warning', message, next: 'git fetch --unshallow --tags' });
  }
  if (last?.commit === tree.commit) return { last, changes: [] };
  return { last, changes: readChanges(await context.git.commitsSince(last?.name)) };
}

/** The version of what is checked out, by tags and conventional commits. */
export async function currentVersion(context: Context): Promise<string> {
  const [tree, { last, changes }, { inputs }] = await Promise.all([
    context.git.workingTree(),
    readHistory(context),
    workingTreeInputs(context),
  ]);
  return versionOf({
    tags: last === undefined ? [] : [last],
    commit: tree.commit,
    changes,
    dirty: tree.dirty,
    inputs,
  });
}

/**
 * A version stands for the same bytes for ever. The same commit with other bytes (a forced rebuild, another build
 * argument) gets `.r2`, `.r3` …; a tagged release can have only one content.
 */
async function freeVersion(context: Context, version: string): Promise<string> {
  const { ledger } = await context.state();
  if ((await ledger.release(version)) === undefined) return version;
  if (isRelease(version)) {
    throw new StackError('TAG_IMMUTABLE', `version ${version} is released already, with other content`, {
      where: `v${version}`,
      next: 'Commit what changed and make the next one: node runner release',
    });
  }
  for (let attempt = 2; ; attempt++) {
    const candidate = rebuiltVersion(version, attempt);
    if ((await ledger.release(candidate)) === undefined) return candidate;
  }
}
