import { previewResult } from '../events/commandResult.js';
import { flag, type CommandDefinition } from './command.js';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'build',
    summary: 'Build the images and artifacts whose inputs changed',
    description: `The inputs of an image are its Dockerfile, the files of its context that \`.dockerignore\` does not exclude, build arguments, target and platform. Their digest decides whether it has to be built: an image that was pushed with the same inputs is not built again, and neither Docker nor AWS is asked.

BuildKit builds if the engine has it. The runner itself sends the files, build secrets and registry logins, so no Docker client is needed. \`DOCKER_BUILDKIT=0\` chooses the classic builder. \`.git\` is never part of a context, unless \`.dockerignore\` says \`!.git\`. File modes are sent as git knows them: executable or not.

An image of \`kind: packer\` is built by Packer; its inputs are the folder of its template, its playbook, the files that \`inputs\` names, and its variables: see [Images by Packer](../packer-images.md).

The inputs of an artifact are the files of its \`context\` that git knows, with uncommitted changes, its \`command\` and its \`path\`.`,
    arguments: [
      { name: 'image', description: 'Images and artifacts to build (default: all).', variadic: true },
    ],
    options: [{ name: 'force', description: 'Build all steps again, even if nothing changed.' }],
    examples: [
      { command: 'build', explains: 'all images, in parallel' },
      { command: 'build web --force', explains: 'one image, every step again' },
    ],
    changes: true,
    environment: 'optional',
    async run(context, input) {
      const [{ buildAll, summariseBuild }, { chooseBuilt }] = await Promise.all([
        import('../release/build.js'),
        import('../release/treeInputs.js'),
      ]);
      const names = chooseBuilt(await context.config(), input.arguments);
      if (names.length === 0)
        return { data: { images: [] }, text: 'There are no images and no artifacts: nothing was built.' };
      if (context.options.dryRun) {
        const { previewBuild } = await import('../release/previewRelease.js');
        return previewResult(await previewBuild(context, names));
      }
      const { asImageStages } = await import('../release/imageStages.js');
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
