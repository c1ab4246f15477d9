import * as z from 'zod';
import { isDuration, parseDuration } from '../base/duration.js';
import { artifacts } from './artifactsSchema.js';
import { hooks } from './hooksSchema.js';
import { imageExtras } from './imageExtras.js';
import { inventorySchema } from './inventorySchema.js';
import type { KindSchemas, TargetConfig } from './kindSchemas.js';
import { packerImageSchema, type PackerImageConfig } from './packerSchema.js';
import { powerSchema } from './powerSchema.js';
import { releaseSchema } from './releaseSchema.js';
import { storeForms } from './storeLocation.js';
import type { Source } from './referencesIn.js';
import { retention } from './retentionSchema.js';
import { ownStages } from './stagesSchema.js';
import {
  command,
  containerVariable,
  duration,
  durationText,
  fromEnvironment,
  group,
  lookedUp,
  name,
  secret,
  terraformAddress,
  text,
  typed,
  variable,
  variables,
} from './schemaWords.js';
import { REFERENCES } from './valueShape.js';

// One document is validated a run: compiling validators first would take longer than it saves.
z.config({ jitless: true });

/**
 * The one source of what `automation-stack.yml` may hold: validation, the JSON Schema in `resources/` and the
 * reference page of the docs are all made from it. Descriptions are the docs. Targets and notifications are of the
 * kinds that are handed in.
 */

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
  kind: z.literal('docker').optional().describe('A Dockerfile builds it; the default.'),
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
  ...imageExtras,
});

/** An image of any kind; the builders in `release/` are named by these kinds. */
const anyImage = z.discriminatedUnion('kind', [imageSchema, packerImageSchema]);

const inventory = inventorySchema({ group, lookedUp, secret, variables });

const approvalBy = z.strictObject({
  not: z
    .array(z.enum(['author', 'starter']))
    .default([])
    .describe(
      'Who may not approve it: the authors of the changes that are new there (`author`), the person who started the build or typed the command (`starter`). See `people`.',
    ),
  count: z.number().int().min(1).max(10).default(1).describe('How many different people must approve it.'),
});

const roleArn = z
  .string()
  .regex(
    /\$\{|^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/,
    'must be the ARN of a role, such as arn:aws:iam::222222222222:role/delivery',
  )
  .meta({ [REFERENCES]: ['env'] satisfies readonly Source[] });

const addresses = z.array(terraformAddress).min(1, 'must name at least one address');

/** A named part of a root, and who acts on it. */
interface ScopeConfig {
  readonly addresses: string[];
  readonly role?: string | undefined;
}

/** A playbook of the provisioning, and whom it is for. */
const layer = z.union([
  lookedUp,
  z.strictObject({
    playbook: lookedUp.describe('Playbook.'),
    group: group.optional().describe('Group of hosts that it is for (default: those that its plays name).'),
  }),
]);

export type LayerConfig = z.infer<typeof layer>;

const environmentOf = (targets: z.ZodType<TargetConfig>, places: string) =>
  z.strictObject({
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
        role: roleArn
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
            `Ledger of what deployments own and reuse, shared by all that name it: ${places} (default: \`state.location\`).`,
          ),
        scopes: z
          .record(
            name,
            z.union([
              addresses.transform((list): ScopeConfig => ({ addresses: list })),
              z.strictObject({
                addresses: addresses.describe('Addresses of resources and modules.'),
                role: roleArn
                  .optional()
                  .describe('ARN of a role that plans and applies this scope, in place of `aws.role`.'),
              }),
            ]),
          )
          .default({})
          .describe(
            'Named parts of the root for `--scope NAME`: addresses of resources and modules, and where wanted the role that acts on them; see docs/infrastructure.md.',
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
        playbooks: z
          .array(layer)
          .min(1)
          .describe(
            'Playbooks in order, each a layer: a file, or {playbook, group} for the hosts of one group alone.',
          ),
        limit: lookedUp
          .optional()
          .describe(
            'Hosts and groups to provision, separated by commas (default: all). `--limit` overrides it.',
          ),
        vars: variables.default({}).describe('Variables for every playbook.'),
        vault: z
          .strictObject({
            password: secret
              .optional()
              .describe('Password, as a reference: ${env:NAME}, ${ssm:/path} or ${secret:name}.'),
            file: lookedUp
              .optional()
              .describe(
                'File that holds the password, relative to the configuration; one that is executable prints it.',
              ),
          })
          .refine((vault) => (vault.password === undefined) !== (vault.file === undefined), {
            message: 'must have either a password or a file',
          })
          .optional()
          .describe('Where the password of Ansible Vault comes from.'),
        forks: z
          .number()
          .int()
          .min(1)
          .optional()
          .describe(
            'Number of hosts that Ansible works on in parallel (default: that of `ansible.cfg`, otherwise by the processors and the memory of this machine).',
          ),
        accelerate: z
          .enum(['none', 'mitogen'])
          .default('none')
          .describe(
            'Strategy plugin that Ansible works with: its own, or that of Mitogen, which must be installed.',
          ),
        'unchanged-for': duration('24h', '365d').describe(
          'How long a playbook is not run again on a host where nothing has changed since its last good run; 0s runs all each time, as --full does.',
        ),
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
    targets: z.record(name, targets).default({}).describe('What the environment deploys to.'),
    'on-failure': z
      .enum(['all', 'dependants'])
      .optional()
      .describe(
        'What goes back if a target fails: `all` (default), so that the environment runs one release; or the target with those that need it.',
      ),
    hooks: hooks
      .optional()
      .describe('Commands around each deploy, promotion and rollback; see docs/checks.md.'),
    power: powerSchema.optional().describe('When the environment is on, for `power`; see docs/operate.md.'),
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

/** @param location of the state, with what it may be in its description */
const stateOf = (location: z.ZodDefault<z.ZodString>) =>
  z
    .strictObject({
      location,
      'lock-expiry': duration('15m').describe('A lock that was not renewed for this long may be taken over.'),
    })
    .prefault({});
const stateLocation = text.default('.automation-stack');

/** What is read of an application that another one needs; kinds have no part in it. */
const needed = {
  application: name.describe('Name of the application, also in the records of the release ledger.'),
  state: stateOf(stateLocation),
  needs: z
    .record(name, text)
    .default({})
    .describe(
      'Applications that must be healthy in an environment before this one is deployed there. The value says where their releases are recorded: the directory of the application, or its `state.location`.',
    ),
};

function schemaOf(kinds: KindSchemas) {
  return z.strictObject({
    application: needed.application,
    version: z
      .enum(['from-git'])
      .default('from-git')
      .describe('Where versions come from: git tags and conventional commits.'),
    branches: z
      .record(text, name)
      .optional()
      .describe('Branch name or glob to environment; the first match wins.'),
    release: releaseSchema
      .optional()
      .describe('How versions are counted, tagged and published; see docs/releases.md.'),
    needs: needed.needs,
    images: z.record(name, anyImage).default({}).describe('Images that a build makes.'),
    artifacts: artifacts
      .default({})
      .describe('Files that a build makes and S3 keeps; a release pins each by its checksum and version.'),
    environments: z
      .record(name, environmentOf(targetsOf(kinds), storeForms(kinds.stores)))
      .describe('Where releases are deployed.'),
    stages: ownStages.default({}).describe('Stages of your own in the graph, by name; see docs/checks.md.'),
    people: z
      .record(text, z.array(text).min(1))
      .default({})
      .describe(
        'Who is who, for `approval: { not: … }`: map of Jenkins user id to the names and e-mail addresses of the person in git.',
      ),
    notifications: notificationsOf(kinds).default({}),
    state: stateOf(
      stateLocation.describe(`Release ledger, locks and journal: ${storeForms(kinds.stores)} for a team.`),
    ),
    retention,
    jenkins: jenkins.prefault({}).describe('How Jenkins runs the stages; ignored on a laptop.'),
    concurrency: z
      .number()
      .int()
      .min(1)
      .max(64)
      .default(4)
      .describe('Number of stages and hosts that are worked on in parallel.'),
  });
}

/** Any of the kinds: which one, its `kind` says. */
function targetsOf({ targets }: KindSchemas): z.ZodType<TargetConfig> {
  const schemas = targets.map(({ schema }) => schema) as unknown as [KindSchema, ...KindSchema[]];
  return z.discriminatedUnion('kind', schemas);
}

type KindSchema = z.ZodObject<{ kind: z.ZodLiteral<string> }>;

function notificationsOf({ channels }: KindSchemas) {
  return z.strictObject(
    Object.fromEntries(
      channels.map(({ key, schema, description }) => [key, schema.optional().describe(description)]),
    ),
  );
}

/** What is read of an application that another one needs. */
export const neededSchema = z.strictObject(needed);

const made = new WeakMap<KindSchemas, ConfigSchema>();

/** The schema of the configuration with these kinds of targets, channels and stores; made once of each set of kinds. */
export function configurationSchema(kinds: KindSchemas): ConfigSchema {
  const schema = made.get(kinds) ?? schemaOf(kinds);
  made.set(kinds, schema);
  return schema;
}

export type ConfigSchema = ReturnType<typeof schemaOf>;
/** What a configuration says, before it is known where it stands. */
export type ParsedConfig = z.output<ConfigSchema>;

export type Config = Readonly<ParsedConfig> & {
  /** Directory of the configuration file: every relative path starts here. */
  readonly directory: string;
  readonly file: string;
  /** Folder of this machine that `state.location` is, absolute; undefined where the state is elsewhere. */
  readonly stateFolder: string | undefined;
};
export type DockerImageConfig = z.infer<typeof imageSchema>;
export type ImageConfig = DockerImageConfig | PackerImageConfig;
export type EnvironmentConfig = ParsedConfig['environments'][string];
export type JenkinsConfig = Config['jenkins'];
export type InventoryConfig = EnvironmentConfig['inventory'];
export type ProvisionConfig = NonNullable<EnvironmentConfig['provision']>;
