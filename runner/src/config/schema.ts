import * as z from 'zod';
import { isAddress } from '../domain/resourceAddress.js';
import { isDuration, parseDuration } from '../base/duration.js';
import { inventorySchema } from './inventorySchema.js';
import type { Source } from './referencesIn.js';
import { REFERENCES } from './valueShape.js';

// One document is validated a run: compiling validators first would take longer than it saves.
z.config({ jitless: true });

/**
 * The one source of what `automation-stack.yml` may hold: validation, the JSON Schema in `resources/` and the
 * reference page of the docs are all made from it. Descriptions are the docs.
 */

const NAME = /^[a-z][a-z0-9-]*$/;
const name = z.string().regex(NAME, 'must be lower-case letters, digits and dashes, starting with a letter');
const text = z.string().min(1, 'must not be empty');
/** Text with references; all other text is used as it stands, and refuses them. */
const LOOKED_UP: readonly Source[] = ['env', 'secret-env', 'ssm', 'secret', 'output'];
const lookedUp = text.meta({ [REFERENCES]: LOOKED_UP });
/** Where a secret belongs: `config show` never prints what stands there, and what it becomes is masked everywhere. */
const secret = text.meta({ writeOnly: true, [REFERENCES]: LOOKED_UP });
/** Read before anything can be asked of AWS or Terraform. */
const fromEnvironment = text.meta({ [REFERENCES]: ['env'] satisfies readonly Source[] });
/** Timers count in 31 bits of milliseconds: one that is set for longer ends at once. */
const durationText = (longest: string) =>
  z
    .string()
    .refine(isDuration, 'must be a duration such as 30s, 10m or 1h30m')
    .refine((value) => !isDuration(value) || parseDuration(value) <= parseDuration(longest), {
      message: `must be at most ${longest}`,
    });
const duration = (fallback: string, longest = '24d') =>
  durationText(longest).default(fallback).transform(parseDuration);
/** Text for a process: whatever is written plain (`3.10`, `on`) arrives as it was typed. */
const typed = z
  .union([z.string(), z.number(), z.boolean()])
  .transform(String)
  .meta({ [REFERENCES]: LOOKED_UP });
const variable = z
  .string()
  .regex(
    /^[A-Za-z_]\w*$/,
    'must be the name of a variable: letters, digits and _, not beginning with a digit',
  );
const containerVariable = z
  .string()
  .regex(/^[^\s=\0]+$/, 'must be the name of a variable: no "=" and no space');
const containerEnvironment = z
  .record(containerVariable, typed.meta({ [REFERENCES]: [...LOOKED_UP, 'release'] }))
  .default({});
const variables = z.record(z.string(), z.unknown().meta({ [REFERENCES]: LOOKED_UP }));
const terraformAddress = z
  .string()
  .refine(isAddress, 'must be an address of Terraform, such as module.app or aws_ecs_service.web["blue"]');

const commandOf = (word: typeof text) =>
  z
    .union([
      word.refine(
        (value) => !/['"\\]|\$\{[^}]*\s/.test(value),
        'is split at white space: write a list if a word contains a space or a quote',
      ),
      z.array(word).min(1),
    ])
    .transform((value) => (Array.isArray(value) ? value : value.trim().split(/\s+/)))
    .refine(
      (words) => !words.some((word) => /^(?:&&|\|\|?|;|[<>].*)$/.test(word)),
      'is run without a shell: put pipes and && into a script and run that',
    );
const command = commandOf(text);

const imageTest = z.union([
  command,
  z.strictObject({
    command: command.describe('What to run; its exit code decides.'),
    target: text
      .optional()
      .describe('Dockerfile stage to build and run it in, for images without test tools.'),
    on: z
      .enum(['image', 'host'])
      .default('image')
      .describe('Where it runs: in the image, or on the machine with the sources.'),
  }),
]);

export const imageSchema = z.strictObject({
  context: fromEnvironment.default('.').describe('Build context, relative to the configuration file.'),
  dockerfile: fromEnvironment.optional().describe('Dockerfile (default: `Dockerfile` in the context).'),
  repository: text.describe(
    'Repository in the registry; it is created if it is missing (immutable tags, scan on push).',
  ),
  target: text.optional().describe('Dockerfile stage that is the image.'),
  platform: text.optional().describe('Platform such as linux/amd64 (default: that of the engine).'),
  'build-args': z
    .record(containerVariable, typed)
    .default({})
    .describe('Build arguments; never put a secret here.'),
  secrets: z
    .record(z.string().regex(/^[^\s,=]+$/, 'must be an id without space, comma and "="'), secret)
    .default({})
    .describe(
      'BuildKit secrets by id, each a reference such as ${env:NPM_TOKEN}; mounted with RUN --mount=type=secret,id=NAME.',
    ),
  generated: z
    .array(text)
    .default([])
    .describe(
      'Files of the context that are in no commit and belong in the image, because a step before the build makes them; in the notation of .dockerignore. Any other such file makes the release dirty.',
    ),
  test: imageTest.optional().describe('Unit tests: a command in the image, or {command, target, on}.'),
});

const health = z.strictObject({
  path: lookedUp.default('/').describe('HTTP path that answers 2xx or 3xx when the application is healthy.'),
  port: z
    .number()
    .int()
    .min(1)
    .max(65535)
    .optional()
    .describe('Port of the probe (default: that of the target).'),
  url: lookedUp
    .optional()
    .describe('Whole URL to probe instead of each task or host, e.g. through the load balancer.'),
  status: z
    .array(z.number().int())
    .optional()
    .describe('Status codes that count as healthy (default: 200–399).'),
  for: duration('10s').describe(
    'Bake window: how long it must stay healthy before the deploy counts as healthy.',
  ),
  interval: duration('2s').describe('Time between probes.'),
  timeout: duration('2m').describe('How long it may take to become healthy the first time.'),
});

const migrate = z.strictObject({
  command: commandOf(lookedUp).describe(
    'Command that changes the schema; it replaces the command of the container.',
  ),
  container: lookedUp.optional().describe('Container it runs in (default: that of the target).'),
  timeout: duration('10m').describe('After this long it is stopped and counts as failed.'),
});

const ecsService = z.strictObject({
  kind: z.literal('ecs-service'),
  cluster: lookedUp.describe('Cluster name or ARN.'),
  service: lookedUp.describe('Service name.'),
  image: name.describe('Image of this configuration that the service runs.'),
  container: lookedUp
    .optional()
    .describe(
      'Container in the task definition that runs it (default: the first). Two targets may be two containers of one service, which is then deployed once.',
    ),
  strategy: z.enum(['rolling']).default('rolling').describe('How tasks are replaced.'),
  environment: containerEnvironment.describe(
    'Environment variables set on the container; ${release:version}, ${release:commit} and ${release:branch} are filled in.',
  ),
  migrate: migrate
    .optional()
    .describe('Migration that runs as a task of the new release before the service is updated.'),
  health: health.prefault({}).describe('The health gate.'),
  timeout: duration('15m').describe('How long the platform may take to become stable.'),
});

/** Ansible has underscores in the names of groups. */
const group = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_-]*$/,
    'must be the name of a group: letters, digits, _ and dashes, not beginning with a digit',
  );

const fleet = z.strictObject({
  kind: z.literal('fleet'),
  group: group.describe('Inventory group of the hosts.'),
  image: name.describe('Image of this configuration that the hosts run.'),
  playbook: lookedUp
    .default('deploy.yml')
    .describe('Playbook that replaces the container on one batch of hosts.'),
  port: z
    .number()
    .int()
    .min(1)
    .max(65535)
    .default(80)
    .describe('Port on the host where the application answers.'),
  'container-port': z.number().int().min(1).max(65535).default(8000).describe('Port inside the container.'),
  environment: containerEnvironment.describe(
    'Environment variables of the container; ${release:version}, ${release:commit} and ${release:branch} are filled in.',
  ),
  registry: lookedUp
    .optional()
    .describe('Registry host as the hosts see it (default: the ECR of the account).'),
  'target-group': lookedUp
    .optional()
    .describe('Target group (name or ARN). Hosts leave it before they are updated and join it afterwards.'),
  drain: duration('10s').describe('Longest wait for a host to be drained from the target group.'),
  batch: z
    .union([
      z.number().int().min(1),
      z.string().regex(/^(100|[1-9]?[0-9])%$/, 'must be a number or a percentage'),
    ])
    .default('50%')
    .describe('How many hosts are replaced at a time: a number, or a percentage of the group.'),
  'max-failed': z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe(
      'Number of hosts that may be down or fail in a deploy; with more, all hosts roll back. Such a deploy is recorded as partial, and `deploy --catch-up` updates these hosts.',
    ),
  vars: variables.default({}).describe('Variables for the playbook.'),
  health: health.prefault({}).describe('The health gate of each host.'),
});

export const targetSchema = z.discriminatedUnion('kind', [ecsService, fleet]);

const inventory = inventorySchema({ group, lookedUp, secret, variables });

const slack = z.strictObject({
  channel: z
    .union([lookedUp, z.record(z.string(), lookedUp)])
    .describe('Channel, or a map of environment to channel with `default`.'),
  token: secret.optional().describe('Bot token reference, e.g. ${env:SLACK_BOT_TOKEN}; scope chat:write.'),
  webhook: secret
    .optional()
    .describe('Incoming webhook reference, if there is no bot; one message a run, no updates.'),
  on: z
    .array(z.enum(['start', 'stage', 'failure', 'end']))
    .default(['start', 'stage', 'failure', 'end'])
    .describe('Which events are sent.'),
});

const approvalBy = z.strictObject({
  not: z
    .array(z.enum(['author', 'starter']))
    .default([])
    .describe(
      'Who may not approve it: the authors of the changes that are new there (`author`), the person who started the build or typed the command (`starter`). See `people`.',
    ),
  count: z.number().int().min(1).max(10).default(1).describe('How many different people must approve it.'),
});

/** @param words what the forge is called, what a repository is called there, and what a token needs */
const forge = (words: { repository: string; token: string; api: string; request: string }) =>
  z.strictObject({
    token: secret.describe(words.token),
    repository: lookedUp.optional().describe(words.repository),
    api: text
      .regex(/^(?:https?:\/\/|\$\{)/, 'must be an address that begins with https://')
      .meta({ [REFERENCES]: LOOKED_UP })
      .optional()
      .describe(words.api),
    status: z.boolean().default(true).describe('Sets a status on the commit.'),
    comment: z.boolean().default(true).describe(`Keeps one comment at the ${words.request} up to date.`),
  });

const github = forge({
  token:
    'Token reference, e.g. ${env:GITHUB_TOKEN}; commit statuses and pull requests, read and write (classic: scope repo).',
  repository: '`OWNER/NAME` (default: that of the remote `origin`).',
  api: 'Base of the API, e.g. https://github.example.org/api/v3 (default: that of the host of `origin`).',
  request: 'pull request',
});

const gitlab = forge({
  token: 'Token reference, e.g. ${env:GITLAB_TOKEN}; scope api, role Developer.',
  repository: '`GROUP/PROJECT`, or the number of the project (default: that of the remote `origin`).',
  api: 'Base of the API, e.g. https://gitlab.example.org/api/v4 (default: that of the host of `origin`).',
  request: 'merge request',
});

export const environmentSchema = z.strictObject({
  extends: name.optional().describe('Environment whose settings are the starting point.'),
  aws: z
    .strictObject({
      region: fromEnvironment.optional().describe('Region (default: AWS_REGION).'),
      account: z
        .string()
        .regex(/^\d{12}$/, 'must be a 12-digit account id')
        .meta({ type: ['string', 'integer'] })
        .optional()
        .describe('Account that credentials must belong to.'),
      profile: fromEnvironment.optional().describe('Profile of the shared AWS configuration.'),
      role: z
        .string()
        .regex(
          /\$\{|^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/,
          'must be the ARN of a role, such as arn:aws:iam::222222222222:role/delivery',
        )
        .meta({ [REFERENCES]: ['env'] satisfies readonly Source[] })
        .optional()
        .describe(
          'ARN of a role that is assumed for all work in this environment. The present credentials (or `profile`) only assume it, and read and write the ledger.',
        ),
      'external-id': fromEnvironment
        .regex(/\$\{|^[\w+=,.@:/-]{2,1224}$/, 'must be 2 to 1224 letters, digits and +=,.@:/-')
        .optional()
        .describe('External id that the trust policy of the role asks for.'),
      'session-duration': durationText('12h')
        .refine((value) => !isDuration(value) || parseDuration(value) >= parseDuration('15m'), {
          message: 'must be at least 15m',
        })
        .transform(parseDuration)
        .optional()
        .describe(
          'How long a session of the role lasts, 15m to 12h (default: 1h). A session that ends is renewed while a command runs.',
        ),
    })
    .default({}),
  infrastructure: z
    .strictObject({
      directory: fromEnvironment.default('terraform').describe('Terraform root.'),
      workspace: text.optional().describe('Workspace; it is created if it is missing.'),
      'var-files': z.array(fromEnvironment).default([]).describe('Variable files, relative to the root.'),
      variables: variables.default({}).describe('Terraform variables.'),
      'backend-config': z
        .array(lookedUp)
        .default([])
        .describe('Partial backend configuration: files or key=value.'),
      protect: z
        .array(terraformAddress)
        .default([])
        .describe(
          'Addresses of resources or modules that are protected like databases and buckets. `apply` and `destroy` destroy them only if `--allow-destroy` names them.',
        ),
      ownership: text
        .optional()
        .describe(
          'Ledger of what deployments own and reuse, shared by all that name it: a directory, or s3://bucket/prefix (default: `state.location`).',
        ),
      scopes: z
        .record(name, z.array(terraformAddress).min(1, 'must name at least one address'))
        .default({})
        .describe(
          'Named parts of the root for `--scope NAME`: addresses of resources and modules; see docs/infrastructure.md.',
        ),
      scope: name
        .optional()
        .describe(
          'Scope of the plan and apply stages of a delivery run (default: the whole root). Commands that you type have `--scope`.',
        ),
    })
    .optional(),
  'database-users': z
    .strictObject({
      output: lookedUp
        .default('database_users')
        .describe('Terraform output that maps names to the outputs `user` of the module database-user.'),
      timeout: duration('5m').describe('How long the task that creates a user may take.'),
    })
    .optional()
    .describe('Database users that `apply` creates, each with its own secret.'),
  inventory: inventory.prefault({}),
  provision: z
    .strictObject({
      directory: text.default('ansible').describe('Where playbooks are found.'),
      playbooks: z.array(lookedUp).min(1).describe('Playbooks in order.'),
      limit: lookedUp
        .optional()
        .describe(
          'Hosts and groups to provision, separated by commas (default: all). `--limit` overrides it.',
        ),
      vars: variables.default({}).describe('Variables for every playbook.'),
      vault: z.strictObject({ password: secret }).optional().describe('Ansible Vault password reference.'),
      forks: z
        .number()
        .int()
        .min(1)
        .optional()
        .describe('Number of hosts that Ansible works on in parallel (default: that of `ansible.cfg`).'),
    })
    .optional(),
  promotion: z
    .strictObject({
      from: name.describe('Environment a release must be healthy in first.'),
      approval: z
        .union([z.enum(['required', 'none']), approvalBy])
        .default('none')
        .describe('Whether somebody has to approve it; or who may not approve and how many must.'),
      images: z
        .enum(['copy', 'in-place'])
        .default('copy')
        .describe(
          'For promotions to another account or region: `copy` copies the images by digest into the registry of this environment; `in-place` uses them from the registry of the environment they come from. Nothing is copied if both have the same registry.',
        ),
      unmatched: z
        .enum(['stage', 'refuse'])
        .default('stage')
        .describe('What happens if no release matches: deploy to that environment first, or refuse.'),
    })
    .optional(),
  targets: z.record(name, targetSchema).default({}).describe('What the environment deploys to.'),
  url: lookedUp.optional().describe('URL of the environment; shown in reports and Slack.'),
  protected: z
    .boolean()
    .optional()
    .describe(
      'Refuses dirty trees, and `destroy` asks for the name of the environment; always true for environments that are promoted to.',
    ),
  variables: z
    .record(variable, typed)
    .default({})
    .describe('Environment variables that Terraform and Ansible share (the `env` command).'),
});

const agent = z
  .strictObject({
    label: text.optional().describe('Label of the agents that may run it.'),
    image: text.optional().describe('Docker image the stages run in, on an agent of that label.'),
    arguments: text.optional().describe('Arguments of `docker run` for that image.'),
    'pod-template': text
      .optional()
      .describe('Kubernetes pod as a YAML file, relative to the configuration; it replaces a label.'),
    container: text.optional().describe('Container of that pod (default: the first).'),
  })
  .refine((value) => value['pod-template'] === undefined || (!value.label && !value.image), {
    message: 'is either a pod-template, or a label with or without an image',
  });

const credential = z.union([
  text,
  z.strictObject({
    id: text.describe('Id of the credential in Jenkins.'),
    kind: z
      .enum(['text', 'file', 'ssh-key', 'password'])
      .default('text')
      .describe(
        'Secret text; a file or an SSH key, whose path the variable then holds; or a password alone.',
      ),
  }),
]);

const jenkins = z.strictObject({
  agent: agent.optional().describe('Where stages run (default: any agent).'),
  credentials: z
    .record(z.string(), credential)
    .default({})
    .describe(
      'Map of environment variable to Jenkins credential. A variable with a secret that is not listed comes from the credential of its own name, e.g. SLACK_BOT_TOKEN from slack-bot-token.',
    ),
  'aws-credentials': z
    .union([text, z.record(name, text)])
    .optional()
    .describe(
      'Jenkins id of AWS credentials, or a map of environment to id. Leave it out if instance roles or OIDC provide them.',
    ),
  approval: z
    .strictObject({
      submitters: z
        .array(text)
        .default([])
        .describe('Users and groups who may approve; if empty, everybody who may build.'),
      timeout: duration('24h', '365d').describe('How long the build waits for an approval.'),
    })
    .prefault({})
    .describe('Who may approve a release, and how long the build waits.'),
  timeout: duration('2h', '365d').describe('How long the stages of one agent block may take in total.'),
});

export const DEFAULT_BRANCHES = {
  develop: 'staging',
  main: 'production',
  master: 'production',
  'release/*': 'production',
};

export const configSchema = z.strictObject({
  application: name.describe('Name of the application, also in the records of the release ledger.'),
  version: z
    .enum(['from-git'])
    .default('from-git')
    .describe('Where versions come from: git tags and conventional commits.'),
  branches: z
    .record(text, name)
    .optional()
    .describe('Branch name or glob to environment; the first match wins.'),
  needs: z
    .record(name, text)
    .default({})
    .describe(
      'Applications that must be healthy in an environment before this one is deployed there. The value says where their releases are recorded: the directory of the application, or its `state.location`.',
    ),
  images: z.record(name, imageSchema).default({}).describe('Images that a build makes.'),
  environments: z.record(name, environmentSchema).describe('Where releases are deployed.'),
  people: z
    .record(text, z.array(text).min(1))
    .default({})
    .describe(
      'Who is who, for `approval: { not: … }`: map of Jenkins user id to the names and e-mail addresses of the person in git.',
    ),
  notifications: z
    .strictObject({
      slack: slack.optional().describe('Slack: messages in a channel.'),
      github: github.optional().describe('GitHub: commit status and a comment at the pull request.'),
      gitlab: gitlab.optional().describe('GitLab: commit status and a comment at the merge request.'),
    })
    .default({}),
  state: z
    .strictObject({
      location: text
        .default('.automation-stack')
        .describe('Release ledger, locks and journal: a directory, or s3://bucket/prefix for a team.'),
      'lock-expiry': duration('15m').describe('A lock that was not renewed for this long may be taken over.'),
    })
    .prefault({}),
  jenkins: jenkins.prefault({}).describe('How Jenkins runs the stages; ignored on a laptop.'),
  concurrency: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe('Number of stages and hosts that are worked on in parallel.'),
});

export type Config = Readonly<z.infer<typeof configSchema>> & {
  /** Directory of the configuration file: every relative path starts here. */
  readonly directory: string;
  readonly file: string;
};
export type ImageConfig = z.infer<typeof imageSchema>;
export type EnvironmentConfig = z.infer<typeof environmentSchema>;
export type TargetConfig = z.infer<typeof targetSchema>;
export type EcsServiceConfig = Extract<TargetConfig, { kind: 'ecs-service' }>;
export type FleetConfig = Extract<TargetConfig, { kind: 'fleet' }>;
export type HealthConfig = EcsServiceConfig['health'];
export type SlackConfig = NonNullable<Config['notifications']['slack']>;
export type ForgeConfig = NonNullable<Config['notifications']['github']>;
export type JenkinsConfig = Config['jenkins'];
export type InventoryConfig = EnvironmentConfig['inventory'];
