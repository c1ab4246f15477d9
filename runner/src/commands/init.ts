import { relative } from 'node:path';
import { asTyped } from '../base/calledAs.js';
import { StackError } from '../base/errors.js';
import { shellQuote } from '../base/shell.js';
import type { Context, ContextWith } from '../context/context.js';
import type { CommandResult } from '../events/commandResult.js';
import type { Initialised } from '../starter/init.js';
import { flag, option, type CommandDefinition, type CommandInput } from './command.js';
import { starterShapes, type StarterShape } from '../starter/rules/starterFile.js';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'init',
    summary: 'Write a first automation-stack.yml for this directory',
    description: `Reads this directory, a few levels deep. Compose files and Dockerfiles become images and targets, with ports, tests and health checks. A Terraform root with its variable files and outputs becomes the infrastructure, playbooks become the provisioning, branches lead to staging and production, and the name of the repository becomes the name of the application. Staging and production never share a service or a host.

Writes a commented configuration and a Jenkinsfile, and excludes the state directory from git. It says what was guessed, left out or not understood and why, and what to type next. Nothing is overwritten. \`--dry-run\` prints the configuration.

\`--from-service CLUSTER/SERVICE\` makes the configuration of an ECS service that runs: cluster, container, image repository, health path and strategy. Variables and secrets stay in its task definition. What runs is recorded as the first release, so that \`diff\` is empty and a rollback has somewhere to go. AWS is only read; see docs/from-a-service.md.`,
    options: [
      {
        name: 'example',
        value: 'SHAPE',
        choices: starterShapes,
        description:
          'What environments deploy to: a fleet of hosts, an ECS service, or nothing yet (default: guessed).',
      },
      {
        name: 'from-service',
        value: 'CLUSTER/SERVICE',
        description:
          'An ECS service that runs (or its ARN); `--env` names its environment (default: staging).',
      },
      {
        name: 'terraform-import',
        description: 'Write a file of Terraform too, with the service and `import` blocks for it.',
      },
      { name: 'region', value: 'REGION', description: 'Region of that service (default: AWS_REGION).' },
    ],
    examples: [
      { command: 'init', explains: 'A configuration and a Jenkinsfile for this directory.' },
      { command: 'init --example flask-fleet --dry-run', explains: 'Show one for a fleet of hosts.' },
      {
        command: 'init --from-service shop/web --env staging',
        explains: 'Take over a service that was made by Copilot, ecspresso or hand.',
      },
    ],
    changes: true,
    environment: 'optional',
    async run(context, input) {
      const service = option(input, 'from-service');
      refuseMixed(input, service);
      if (service !== undefined) return fromService(context, input, service);
      const { initialise } = await import('../starter/init.js');
      const done = await initialise(context, option(input, 'example') as StarterShape | undefined);
      const next = nextCommands(done, context);
      const { configuration, ...data } = done;
      if (context.options.dryRun) return { data: { ...done, next }, text: configuration };
      return {
        data: { ...data, next },
        text: told({ ...done, from: seen(done).join(', '), next }),
      };
    },
  },
];

function refuseMixed(input: CommandInput, service: string | undefined): void {
  const ofService = [
    ...(option(input, 'region') === undefined ? [] : ['--region']),
    ...(flag(input, 'terraform-import') ? ['--terraform-import'] : []),
  ];
  const [one, other] =
    service === undefined && ofService[0] !== undefined
      ? [ofService[0], 'needs --from-service CLUSTER/SERVICE']
      : service !== undefined && option(input, 'example') !== undefined
        ? ['--example', 'is for projects without a service; leave it out']
        : [];
  if (one === undefined) return;
  throw new StackError('USAGE', `${one} ${other}`, { next: 'node runner init --help' });
}

async function fromService(context: Context, input: CommandInput, service: string): Promise<CommandResult> {
  const { initialiseFromService } = await import('../starter/fromService/initFromService.js');
  const done = await initialiseFromService(context, {
    service,
    region: option(input, 'region'),
    imports: flag(input, 'terraform-import'),
  });
  const { configuration, facts, terraform, written, kept, notes, git, adopted } = done;
  const { living, environment, target, image, container } = facts;
  const next = [
    ...gitCommands(git, context),
    ...[
      'config check',
      `diff --env ${environment}`,
      ...(terraform?.isRoot === true ? [`plan --env ${environment}`] : []),
      `deploy --env ${environment}`,
    ].map((words) => asTyped(`node runner ${words}`, context.call)),
  ];
  const data = {
    cluster: living.cluster,
    service: living.service,
    region: living.region,
    account: living.account,
    environment,
    target,
    image: image.name,
    repository: image.repository,
    written,
    kept,
    notes,
    ...(adopted !== undefined && 'release' in adopted ? { release: adopted.release.version } : {}),
    next,
  };
  if (context.options.dryRun)
    return {
      data: { ...data, configuration, ...(terraform === undefined ? {} : { terraform: terraform.text }) },
      text: [configuration, ...(terraform === undefined ? [] : [`# ${terraform.path}`, terraform.text])].join(
        '\n',
      ),
    };
  const from = `the service ${living.cluster}/${living.service} (container ${container.name}, ${living.revision})`;
  return { data, text: told({ written, kept, notes, from, next }) };
}

/** What was done, what there is to know, and what to type next. */
function told(done: {
  readonly written: readonly string[];
  readonly kept: readonly string[];
  readonly notes: readonly string[];
  readonly from: string;
  readonly next: readonly string[];
}): string {
  const { written, kept, notes, from, next } = done;
  return [
    `Wrote ${written.join(', ')}: ${from}.`,
    ...(kept.length === 0 ? [] : [`Not changed: ${kept.join(', ')}.`]),
    ...(notes.length === 0 ? [] : ['', 'To know:', ...notes.map((note) => `- ${note}`)]),
    '',
    `Look at ${written[0]}, then type`,
    ...next.map((line) => `  ${line}`),
  ].join('\n');
}

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
  const runner = (words: string) => asTyped(`node runner ${words}`, call);
  const branches = Object.entries(facts.branches ?? {});
  const [branch = 'develop'] = branches.find(([, name]) => name === 'staging') ?? branches[0] ?? [];
  const hasTargets = facts.shape !== 'minimal';
  return [
    ...gitCommands(git, { options }),
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

/** A release needs a commit. */
function gitCommands(git: Initialised['git'], { options }: ContextWith<'options'>): readonly string[] {
  const { directory, cwd = directory } = options;
  const place = directory === cwd ? [] : ['-C', relative(cwd, directory)];
  const inGit = (...words: readonly string[]) => ['git', ...place, ...words].map(shellQuote).join(' ');
  return [
    ...(git.isRepository ? [] : [inGit('init')]),
    ...(git.hasCommit ? [] : [inGit('add', '.'), inGit('commit', '-m', 'feat: begin')]),
  ];
}
