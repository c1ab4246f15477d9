import type { CommandDefinition } from './command.js';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'test',
    summary: 'Run the unit tests of images',
    description: `The \`test\` of each image runs in the image, which is built first if its inputs changed. With \`target\` it runs in the Dockerfile stage that has the test tools, with \`on: host\` on this machine in the context's directory. The exit code decides. Images are tested in parallel, up to \`concurrency\`.`,
    arguments: [
      { name: 'image', description: 'Images to test (default: all that have a test).', variadic: true },
    ],
    examples: [
      { command: 'test', explains: 'all tests' },
      { command: 'test web --verbose', explains: 'one image, with all that its test prints' },
    ],
    environment: 'optional',
    async run(context, input) {
      const [{ testImages }, { chooseImages }, { asImageStages }] = await Promise.all([
        import('../release/test.js'),
        import('../release/treeInputs.js'),
        import('../release/imageStages.js'),
      ]);
      const config = await context.config();
      const all = input.arguments.length === 0;
      const names = chooseImages(config, input.arguments).filter(
        (name) => !all || config.images[name]?.test !== undefined,
      );
      if (names.length === 0) return { data: { images: [] }, text: 'No image has a test.' };
      const results = await asImageStages(
        context,
        'test',
        names,
        (name, stage) => testImages(context, [name], stage),
        (result) => result,
      );
      return { data: { images: names.map((name, index) => ({ name, outcome: results[index] })) } };
    },
  },
];
