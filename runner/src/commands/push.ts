import { flag, type CommandDefinition } from './command.js';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'push',
    summary: 'Build and push the images, and record the release',
    description: `Pushes to the registry of the environment that \`--env\` names, else of the one the branch leads to (where that one is promoted to, of the one it is promoted from), else of the first environment. A missing repository is made, with immutable tags and scan on push.

Every image gets the tags \`VERSION\`, \`COMMIT\` and \`BRANCH-COMMIT\` (characters that a tag cannot have become dashes). Tags never move, so there is none that follows a branch. A dirty tree gets its version only, which says \`dirty\`. Dirty is what is uncommitted below the configuration's directory, and every file that goes into an image without being in the commit as it is: wherever the context lies, whether git ignores it or not. Leave such files out by \`.dockerignore\`, or name what a step before the build makes under \`generated:\` of the image. A file that changes while it is read or sent is read again once; then the build fails with \`CONTENT_CHANGED\`.

Where a release has this very content already, nothing is built or pushed, and neither Docker nor AWS is asked. \`AUTOMATION_STACK_REGISTRY\` overrides the registry's address.`,
    options: [{ name: 'force', description: 'Build and push again, although a release has this content.' }],
    examples: [
      { command: 'push', explains: 'build what changed, push it, and record the release' },
      { command: 'push --env staging', explains: 'to the registry of staging' },
    ],
    changes: true,
    environment: 'optional',
    async run(context, input) {
      const [{ ensureRelease }, { buildEnvironment }, { asRun }, { inStage }] = await Promise.all([
        import('../steps/release.js'),
        import('../steps/inputs.js'),
        import('../steps/runEvents.js'),
        import('../steps/stage.js'),
      ]);
      if (Object.keys((await context.config()).images).length === 0)
        return {
          data: { images: {} },
          text: 'There are no images: nothing was pushed, and no release was made.',
        };
      const environment = await buildEnvironment(context);
      if (context.options.dryRun) {
        const { previewPush } = await import('../steps/previewRelease.js');
        return previewPush(context, environment);
      }
      const stage = { id: 'push', title: 'Push images', environment: environment.name };
      const force = flag(input, 'force');
      const release = await asRun(
        context,
        'push',
        [{ id: stage.id, title: stage.title, needs: [] }],
        async () => {
          const work = () => ensureRelease(context, { environment, stage: stage.id, force });
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
