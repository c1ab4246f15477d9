import type { Preview } from '../events/commandResult.js';
import type { Context, NamedEnvironment } from '../context/context.js';
import { imageTags } from './rules/tags.js';
import { reportUncommitted, treeContent } from './treeContent.js';
import type { TreeImage } from './treeImage.js';
import { buildEnvironment, workingTreeInputs } from './treeInputs.js';
import { knownBuild } from './knownBuilds.js';
import { currentVersion } from './currentVersion.js';
import { findRelease } from './findRelease.js';

const SHORT_DIGEST = 'sha256:'.length + 12;

/** `build --dry-run`: which images would be built; asks neither Docker nor AWS. */
export async function previewBuild(context: Context, names: readonly string[]): Promise<Preview> {
  const tree = await workingTreeInputs(context);
  const environment = await buildEnvironment(context);
  const images = await Promise.all(
    names.map(async (name) => {
      const artifact = tree.artifacts[name];
      if (artifact !== undefined) {
        const { knownArtifact } = await import('./artifacts.js');
        const found = await knownArtifact(context, artifact, environment);
        return { name, inputs: artifact.inputs, pushed: found?.digest ?? null };
      }
      const image = tree.images[name] as TreeImage;
      const known = await knownBuild(context, image, environment);
      return { name, inputs: image.inputs, pushed: known?.digest ?? null };
    }),
  );
  const lines = images.map(({ name, inputs, pushed }) =>
    pushed === null
      ? `Would build ${name} (inputs ${inputs.slice(0, SHORT_DIGEST)}), unless the engine has it.`
      : `Would not build ${name}: its inputs were pushed as ${pushed.slice(0, SHORT_DIGEST)}.`,
  );
  return { data: { dryRun: true, images }, lines };
}

/** `push --dry-run`: the release that would be made, or the one that has this content already. */
export async function previewPush(context: Context, environment: NamedEnvironment): Promise<Preview> {
  const found = await findRelease(context);
  if (found !== undefined) {
    const lines = [`Release ${found.version} has this content: nothing would be built or pushed.`];
    const data = { dryRun: true, version: found.version, tags: [], environment: environment.name };
    return { data, lines, isNothing: true };
  }
  const [version, content, tree] = await Promise.all([
    currentVersion(context),
    treeContent(context),
    workingTreeInputs(context),
  ]);
  const tags = imageTags({ version, ...content.tree });
  const names = Object.keys(tree.images);
  const lines = [
    `Would make release ${version} in the registry of ${environment.name}.`,
    ...reportUncommitted(content.uncommitted).map((each) => `  uncommitted: ${each}`),
    ...names.map((name) => `  ${tree.images[name]?.config.repository}: ${tags.join(', ')}`),
    ...Object.values(tree.artifacts).map(({ name, config }) => `  artifact ${name} in ${config.bucket}`),
  ];
  return { data: { dryRun: true, version, tags, environment: environment.name }, lines };
}
