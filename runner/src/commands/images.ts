import { option, type CommandDefinition } from './command.js';
import { wholeNumber } from './operateOptions.js';
import { listResources, withEnvironments } from './resourceList.js';
import {
  ago,
  allEnvironmentsOption,
  isWatched,
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
  description: `Machine images (AMIs) of the account that carry the tags of the deployment, with the instances that run them; and the newest images in the repositories that the configuration names, with the environments whose release in service has them. They are only shown: \`prune\` deletes what no environment runs or may return to.`,
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
    const kind = option(input, 'kind') as 'machine' | 'registry' | undefined;
    const asked = {
      kinds: kind === undefined ? (['machine', 'registry'] as const) : [kind],
      tags: tagsAsked(input),
      limit: wholeNumber(input, 'limit', 1) ?? LIMIT,
    };
    const { imagesOf } = await import('../resources/images.js');
    return listResources(context, input, {
      look: (environment) => imagesOf(context, environment, asked),
      show: (found, now) => {
        const machine = withEnvironments(
          found.map(({ environment, result }) => ({ environment, result: result.machine })),
        );
        // Environments of one account have the same repositories.
        const registry = [
          ...new Map(
            found.flatMap(({ result }) =>
              result.registry.map((image) => [`${image.repository}@${image.digest}`, image] as const),
            ),
          ).values(),
        ];
        const machineRows = machine.map((image) => [
          ...[image.environment, image.id, image.name, image.state, ago(image.created, now)],
          image.usedBy.join(', '),
        ]);
        const registryRows = registry.map((image) => [
          ...[image.repository, image.tags.join(', '), image.digest.slice(0, SHORT_DIGEST)],
          ago(image.pushed, now),
          image.bytes === undefined ? '' : (image.bytes / 1e6).toFixed(1),
          image.runsIn.join(', '),
        ]);
        return {
          data: { machine, registry },
          tables: [
            { headers: MACHINE_HEADERS, rows: machineRows },
            { headers: REGISTRY_HEADERS, rows: registryRows },
          ],
        };
      },
      none: 'no such image',
    });
  },
};

export const commands = [images];
