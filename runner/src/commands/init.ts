import { option, type CommandDefinition } from './command.js';
import { starterShapes, type StarterShape } from '../core/starter.js';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'init',
    summary: 'Write a first automation-stack.yml for this directory',
    description: `Looks at what is here: Dockerfiles become images, a Terraform root becomes the infrastructure, the repository’s name the application’s. Writes a commented configuration and a Jenkinsfile, and keeps the state directory out of git. Nothing is overwritten. \`--dry-run\` prints the configuration.`,
    options: [
      {
        name: 'example',
        value: 'SHAPE',
        choices: starterShapes,
        description:
          'What environments deploy to: a fleet of hosts, an ECS service, or nothing yet; guessed where left out.',
      },
    ],
    examples: [
      { command: 'init', explains: 'A configuration and a Jenkinsfile from what is here.' },
      { command: 'init --example flask-fleet --dry-run', explains: 'See one for a fleet of hosts.' },
    ],
    changes: true,
    environment: 'none',
    async run(context, input) {
      const { initialise } = await import('../steps/init.js');
      const done = await initialise(context, option(input, 'example') as StarterShape | undefined);
      if (context.options.dryRun) return { data: done, text: done.configuration };
      const { application, images, infrastructure } = done.facts;
      const seen = [
        `application ${application}`,
        ...images.map(
          ({ name, context: folder }) => `image ${name} from ${folder === '.' ? '' : `${folder}/`}Dockerfile`,
        ),
        ...(infrastructure === undefined ? [] : [`Terraform root ${infrastructure.directory}`]),
      ];
      const { configuration: _, ...data } = done;
      return {
        data,
        text: [
          `Wrote ${done.written.join(', ')}: ${seen.join(', ')}.`,
          ...(done.kept.length === 0 ? [] : [`Left as they are: ${done.kept.join(', ')}.`]),
          '',
          `Look at ${done.written[0]}, then type`,
          '  node runner config check',
          '  node runner doctor',
          '  node runner stages --branch develop',
          '  node runner deploy --env staging',
        ].join('\n'),
      };
    },
  },
];
