import { relative } from 'node:path';
import { asTyped } from '../base/calledAs.js';
import { shellQuote } from '../base/shell.js';
import type { ContextWith } from '../context/context.js';
import type { Initialised } from '../starter/init.js';
import { option, type CommandDefinition } from './command.js';
import { starterShapes, type StarterShape } from '../starter/rules/starterFile.js';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'init',
    summary: 'Write a first automation-stack.yml for this directory',
    description: `Reads this directory, a few levels deep. Compose files and Dockerfiles become images and targets, with ports, tests and health checks. A Terraform root with its variable files and outputs becomes the infrastructure, playbooks become the provisioning, branches lead to staging and production, and the name of the repository becomes the name of the application. Staging and production never share a service or a host.

Writes a commented configuration and a Jenkinsfile, and excludes the state directory from git. It says what was guessed, left out or not understood and why, and what to type next. Nothing is overwritten. \`--dry-run\` prints the configuration.`,
    options: [
      {
        name: 'example',
        value: 'SHAPE',
        choices: starterShapes,
        description:
          'What environments deploy to: a fleet of hosts, an ECS service, or nothing yet (default: guessed).',
      },
    ],
    examples: [
      { command: 'init', explains: 'A configuration and a Jenkinsfile for this directory.' },
      { command: 'init --example flask-fleet --dry-run', explains: 'Show one for a fleet of hosts.' },
    ],
    changes: true,
    environment: 'none',
    async run(context, input) {
      const { initialise } = await import('../starter/init.js');
      const done = await initialise(context, option(input, 'example') as StarterShape | undefined);
      const next = nextCommands(done, context);
      const { configuration, ...data } = done;
      if (context.options.dryRun) return { data: { ...done, next }, text: configuration };
      return {
        data: { ...data, next },
        text: [
          `Wrote ${done.written.join(', ')}: ${seen(done).join(', ')}.`,
          ...(done.kept.length === 0 ? [] : [`Not changed: ${done.kept.join(', ')}.`]),
          ...(done.notes.length === 0 ? [] : ['', 'To know:', ...done.notes.map((note) => `- ${note}`)]),
          '',
          `Look at ${done.written[0]}, then type`,
          ...next.map((line) => `  ${line}`),
        ].join('\n'),
      };
    },
  },
];

/** What the configuration was made from, in short. */
function seen({ facts }: Initialised): readonly string[] {
  const { application, images, infrastructure, ansible } = facts;
  const fileOf = (context: string) => (context === '.' ? 'Dockerfile' : `${context}/Dockerfile`);
  return [
    `application ${application}`,
    ...images.map(
      ({ name, context, dockerfile, target }) =>
        `image ${name} from ${dockerfile ?? fileOf(context)}${target === undefined ? '' : ` (stage ${target})`}`,
    ),
    ...(infrastructure === undefined
      ? []
      : [
          `Terraform root ${Object.values(infrastructure.directories ?? [infrastructure.directory]).join(' and ')}`,
        ]),
    ...(ansible === undefined ? [] : [`playbooks ${ansible.playbooks.join(', ')}`]),
  ];
}

/** What to type next, as it stands, from where the user is. */
function nextCommands(
  { facts, git }: Initialised,
  { options, call }: ContextWith<'call' | 'options'>,
): readonly string[] {
  const { directory, cwd = directory } = options;
  const place = directory === cwd ? [] : ['-C', relative(cwd, directory)];
  const inGit = (...words: readonly string[]) => ['git', ...place, ...words].map(shellQuote).join(' ');
  const runner = (words: string) => asTyped(`node runner ${words}`, call);
  const branches = Object.entries(facts.branches ?? {});
  const [branch = 'develop'] = branches.find(([, name]) => name === 'staging') ?? branches[0] ?? [];
  const hasTargets = facts.shape !== 'minimal';
  return [
    ...(git.isRepository ? [] : [inGit('init')]),
    ...(git.hasCommit ? [] : [inGit('add', '.'), inGit('commit', '-m', 'feat: begin')]),
    runner('config check'),
    runner('doctor'),
    runner(`stages --branch ${shellQuote(branch)}`),
    ...(facts.infrastructure === undefined ? [] : [runner('plan --env staging')]),
    ...(facts.infrastructure === undefined || !hasTargets ? [] : [runner('apply --env staging')]),
    ...(facts.ansible === undefined && facts.shape !== 'flask-fleet'
      ? []
      : [runner('provision --env staging')]),
    ...(hasTargets ? [runner('deploy --env staging')] : []),
  ];
}
