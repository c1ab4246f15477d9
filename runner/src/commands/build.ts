import { flag, type CommandDefinition } from './command.js';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'build',
    summary: 'Build the images whose inputs changed',
    description: `An image's inputs are its Dockerfile, the files of its context that \`.dockerignore\` leaves, build arguments, target and platform. Their digest tells whether it has to be built: an image that was pushed with the same inputs is left alone, without asking Docker or AWS.

BuildKit builds where the engine has it; the files, build secrets and registry logins that it asks for come from the runner itself, so no Docker client is needed. \`DOCKER_BUILDKIT=0\` chooses the classic builder. \`.git\` is never part of a context, unless \`.dockerignore\` says \`!.git\`. File modes are sent as git knows them: executable or not.`,
    arguments: [{ name: 'image', description: 'Images to build; all where left out.', variadic: true }],
    options: [{ name: 'force', description: 'Build from the first step on, although nothing changed.' }],
    examples: [
      { command: 'build', explains: 'all images, side by side' },
      { command: 'build web --force', explains: 'one image, every step again' },
    ],
    changes: true,
    environment: 'optional',
    async run(context, input) {
      const [{ buildAll, summariseBuild }, { chooseImages }] = await Promise.all([
        import('../steps/build.js'),
        import('../steps/inputs.js'),
      ]);
      const names = chooseImages(await context.config(), input.arguments);
      if (names.length === 0)
        return { data: { images: [] }, text: 'There are no images: nothing was built.' };
      if (context.options.dryRun) {
        const { previewBuild } = await import('../steps/previewRelease.js');
        return previewBuild(context, names);
      }
      const { asImageStages } = await import('../steps/imageStages.js');
      const force = flag(input, 'force');
      const built = await asImageStages(
        context,
        'build',
        names,
        (name, stage) => buildAll(context, [name], stage, { force }),
        summariseBuild,
      );
      return { data: { images: built.flat() } };
    },
  },
];
