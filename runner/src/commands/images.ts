import { option, type CommandDefinition } from './command.js';
import { wholeNumber } from './operateOptions.js';
import {
  ago,
  allEnvironmentsOption,
  environmentsAsked,
  isWatched,
  listed,
  ofEach,
  tagOption,
  tagsAsked,
  watchOption,
} from './resourceOptions.js';

const MACHINE_HEADERS = ['environment', 'machine image', 'name', 'state', 'made', 'used by'];
const REGISTRY_HEADERS = ['repository', 'tags', 'digest', 'pushed', 'mb', 'in service in'];
const LIMIT = 20;
const SHORT_DIGEST = 19;

const images: CommandDefinition = {
  name: 'images',
  summary: 'List the machine images of an environment and the container images of the application',
  description: `Machine images (AMIs) of the account that carry the tags of the deployment, with the instances that run them; and the newest images in the repositories that the configuration names, with the environments whose release in service has them. They are only shown: lifecycle policies clean up, and a rollback may need what looks unused.`,
  options: [
    {
      name: 'kind',
      value: 'KIND',
      choices: ['machine', 'registry'],
      description: 'Only images of this kind.',
    },
    { name: 'limit', value: 'N', description: `Images of each repository, the newest (default: ${LIMIT}).` },
    tagOption,
    allEnvironmentsOption,
    watchOption,
  ],
  examples: [
    { command: 'images --env staging', explains: 'Both kinds.' },
    { command: 'images --env staging --kind registry --limit 5 --json', explains: 'What was pushed last.' },
  ],
  environment: 'several',
  endless: isWatched,
  async run(context, input) {
    const environments = await environmentsAsked(context, input);
    const kind = option(input, 'kind') as 'machine' | 'registry' | undefined;
    const asked = {
      kinds: kind === undefined ? (['machine', 'registry'] as const) : [kind],
      tags: tagsAsked(input),
      limit: wholeNumber(input, 'limit', 1) ?? LIMIT,
    };
    const [{ imagesOf }, { table }] = await Promise.all([
      import('../resources/images.js'),
      import('../views/table.js'),
    ]);
    return listed(context, input, async () => {
      const { found, failed } = await ofEach(environments, (environment) =>
        imagesOf(context, environment, asked),
      );
      const machine = found.flatMap(({ environment, result }) =>
        result.machine.map((image) => ({ environment, ...image })),
      );
      // Environments of one account have the same repositories.
      const registry = [
        ...new Map(
          found.flatMap(({ result }) =>
            result.registry.map((image) => [`${image.repository}@${image.digest}`, image] as const),
          ),
        ).values(),
      ];
      const now = context.clock.now();
      const tables = [
        ...(machine.length === 0
          ? []
          : [
              table(
                MACHINE_HEADERS,
                machine.map((image) => [
                  ...[image.environment, image.id, image.name, image.state, ago(image.created, now)],
                  image.usedBy.join(', '),
                ]),
              ),
            ]),
        ...(registry.length === 0
          ? []
          : [
              table(
                REGISTRY_HEADERS,
                registry.map((image) => [
                  ...[image.repository, image.tags.join(', '), image.digest.slice(0, SHORT_DIGEST)],
                  ago(image.pushed, now),
                  image.bytes === undefined ? '' : (image.bytes / 1e6).toFixed(1),
                  image.runsIn.join(', '),
                ]),
              ),
            ]),
      ];
      const none = `${found.map(({ environment }) => environment).join(', ')} has no such image.`;
      return { data: { machine, registry }, text: tables.join('\n\n') || none, ...failed };
    });
  },
};

export const commands = [images];
