import type { Context } from '../../context/context.js';
import type { ReleaseArtifact, ReleaseImage, ReleaseRecord } from '../../domain/records.js';

/** Digest of an image or artifact that is yet to be built. */
export const UNBUILT = '';

/**
 * The release that a deploy would bring: the named one, that of the working tree, or what the working tree would be built to.
 * @throws StackError RELEASE_UNKNOWN
 */
export async function comparedRelease(
  context: Context,
  version: string | undefined,
): Promise<{ readonly release: ReleaseRecord; readonly built: boolean }> {
  if (version !== undefined) {
    const release = await (await context.state()).ledger.release(version);
    if (release !== undefined) return { release, built: true };
    const { unknownRelease } = await import('../promote.js');
    throw unknownRelease(version);
  }
  const { findRelease } = await import('../../release/findRelease.js');
  const found = await findRelease(context);
  return found === undefined
    ? { release: await unbuiltRelease(context), built: false }
    : { release: found, built: true };
}

/** What was built of an image's inputs before is known; the others have no digest yet. */
async function unbuiltRelease(context: Context): Promise<ReleaseRecord> {
  const [{ currentVersion }, { treeContent }, { workingTreeInputs }] = await Promise.all([
    import('../../release/currentVersion.js'),
    import('../../release/treeContent.js'),
    import('../../release/treeInputs.js'),
  ]);
  const [version, { tree }, { images, artifacts, inputs }, { application }, { ledger }] = await Promise.all([
    currentVersion(context),
    treeContent(context),
    workingTreeInputs(context),
    context.config(),
    context.state(),
  ]);
  const known = await Promise.all(
    Object.values(images).map(async ({ name, config, inputs: own }): Promise<[string, ReleaseImage]> => {
      const build = await ledger.buildByInputs(name, own);
      const { repository } = config;
      return [name, { repository, digest: build?.digest ?? UNBUILT, tags: [], inputs: own }];
    }),
  );
  const files = Object.values(artifacts).map(
    ({ name, config: { bucket }, inputs: own }): [string, ReleaseArtifact] => [
      name,
      { bucket, key: '', digest: UNBUILT, sizeBytes: 0, inputs: own },
    ],
  );
  return {
    version,
    application,
    ...tree,
    images: Object.fromEntries(known),
    ...(files.length === 0 ? {} : { artifacts: Object.fromEntries(files) }),
    inputs,
    createdAt: context.clock.now().toISOString(),
    createdBy: context.who,
  };
}
