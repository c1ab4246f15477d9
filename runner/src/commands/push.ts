import { previewResult } from '../events/commandResult.js';
import type { Stage } from '../events/stage.js';
import { flag, type CommandDefinition } from './command.js';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'push',
    summary: 'Build and push the images, and record the release',
    description: `Pushes to the registry of the environment that \`--env\` names. Without it, to the registry of the environment the branch leads to (if that one is promoted to, of the one it is promoted from), or of the first environment. A missing repository is created, with immutable tags and scan on push.

Every image gets the tags \`VERSION\`, \`COMMIT\` and \`BRANCH-COMMIT\` (characters that a tag cannot have become dashes). Tags never move, so no tag follows a branch. A dirty tree gets only its version, which contains \`dirty\`. A tree is dirty if there are uncommitted changes below the configuration's directory, or if a file of an image is not in the commit as it is, even if git ignores it. Exclude such files by \`.dockerignore\`, or list files that a step before the build makes under \`generated:\` of the image. A file that changes while it is read or sent is read again once; then the build fails with \`CONTENT_CHANGED\`.

Artifacts are uploaded to their buckets under keys of their content, with checksum, application and version in their metadata; the release keeps checksum, size and the version of the object.

If a release with the same content exists, nothing is built or pushed, and neither Docker nor AWS is asked. \`AUTOMATION_STACK_REGISTRY\` overrides the registry's address.`,
    options: [{ name: 'force', description: 'Build and push again, even if a release has this content.' }],
    examples: [
      { command: 'push', explains: 'build what changed, push it, and record the release' },
      { command: 'push --env staging', explains: 'to the registry of staging' },
    ],
    changes: true,
    environment: 'optional',
    async run(context, input) {
      const [{ ensureRelease }, { buildEnvironment }, { asRun }, { inStage }] = await Promise.all([
        import('../release/findRelease.js'),
        import('../release/treeInputs.js'),
        import('../context/runEvents.js'),
        import('../events/stage.js'),
      ]);
      const { images, artifacts } = await context.config();
      if (Object.keys({ ...images, ...artifacts }).length === 0)
        return {
          data: { images: {} },
          text: 'There are no images and no artifacts: nothing was pushed, and no release was made.',
        };
      const environment = await buildEnvironment(context);
      if (context.options.dryRun) {
        const { previewPush } = await import('../release/previewRelease.js');
        return previewResult(await previewPush(context, environment));
      }
      const stage = { id: 'push', title: 'Push images', environment: environment.name };
      const force = flag(input, 'force');
      const release = await asRun(
        context,
        'push',
        [{ id: stage.id, title: stage.title, needs: [] }],
        async () => {
          const work = (telling: Stage) => ensureRelease(context, { environment, stage: telling, force });
          const made = await inStage(context, stage, work, ({ version }) => ({
            reason: `release ${version}`,
          }));
          context.events.emit({ type: 'release', release: made });
          return made;
        },
        ({ version }) => `release ${version}`,
        { environment: environment.name },
      );
      return { data: release };
    },
  },
];
