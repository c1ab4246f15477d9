import * as z from 'zod';
import { checksOf, shortWatches } from '../../../config/checksSchema.js';
import { migrateOnHostSchema } from '../../../config/migrateSchema.js';
import {
  command,
  containerEnvironment,
  duration,
  group,
  health,
  lookedUp,
  name,
  targetNeeds,
  text,
  variables,
} from '../../../config/schemaWords.js';

/** A path in a release. */
const below = text.refine(
  (path) => !path.startsWith('/') && !path.split('/').includes('..'),
  'must be a path in the release',
);

/** What only `strategy: symlink` has. */
const directoryKeys = {
  shared: z
    .array(below)
    .optional()
    .describe(
      'With `strategy: symlink`: paths that all releases share, such as `storage`. What the first release has there is where they begin.',
    ),
  owner: name
    .optional()
    .describe('With `strategy: symlink`: user on the hosts that the application runs as (default: root).'),
  prepare: command
    .optional()
    .describe('With `strategy: symlink`: command run as root in a new release, before it is used.'),
  unit: text
    .regex(/^[A-Za-z0-9@._:-]+$/, 'must be the name of a unit of systemd')
    .optional()
    .describe(
      'With `strategy: symlink`: unit of systemd that runs the application; its log is shown, its crashes count.',
    ),
  restart: command
    .optional()
    .describe(
      'With `strategy: symlink`: command that lets the application use another release (default: restarts `unit`).',
    ),
  keep: z
    .number()
    .int()
    .min(3)
    .optional()
    .describe(
      'With `strategy: symlink`: number of releases that a host keeps, with the one in use, the one before and the one that comes (default: 5).',
    ),
} as const;

const written = z.strictObject({
  kind: z.literal('fleet'),
  group: group.describe('Inventory group of the hosts.'),
  strategy: z
    .enum(['container', 'symlink'])
    .transform((kind) => ({ kind }))
    .prefault('container')
    .describe(
      'How hosts run releases: as a container of an image, or from the directory of an artifact that the link `current` leads to.',
    ),
  image: name.optional().describe('Image of this configuration that the hosts run as a container.'),
  artifact: name
    .optional()
    .describe(
      'Artifact of this configuration that the hosts run with `strategy: symlink`: a tar or zip file, or any single file.',
    ),
  playbook: lookedUp
    .optional()
    .describe(
      'Playbook that replaces what a host runs (default: `deploy.yml`; with `strategy: symlink` `deploy-symlink.yml`).',
    ),
  port: z
    .number()
    .int()
    .min(1)
    .max(65535)
    .default(80)
    .describe('Port on the host where the application answers.'),
  'container-port': z.number().int().min(1).max(65535).default(8000).describe('Port inside the container.'),
  needs: targetNeeds,
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
  ...directoryKeys,
  migrate: migrateOnHostSchema
    .optional()
    .describe(
      'Changes of the schema that run in the release, by themselves, on one host: before any host is changed, and after.',
    ),
  health: health.prefault({}).describe('The health gate of each host.'),
  checks: checksOf(['agent', 'host']),
});

/** A target that is a group of hosts. */
export const fleetSchema = written.superRefine((target, context) => {
  const { strategy, image, artifact, checks, health: gate } = target;
  const issue = (path: readonly string[], message: string) =>
    context.addIssue({ code: 'custom', path: [...path], message });
  for (const { path, message } of shortWatches(checks, gate.for)) issue(path, message);
  if (strategy.kind === 'symlink') {
    if (artifact === undefined) issue(['artifact'], 'is missing: `strategy: symlink` runs an artifact');
    for (const key of ['image', 'registry'] as const)
      if (target[key] !== undefined) issue([key], 'goes without `strategy: symlink`');
    return;
  }
  if (image === undefined)
    issue(['image'], 'is missing: name an image, or an artifact with `strategy: symlink`');
  for (const key of ['artifact', ...(Object.keys(directoryKeys) as (keyof typeof directoryKeys)[])] as const)
    if (target[key] !== undefined) issue([key], 'goes with `strategy: symlink`');
});

/** The playbook that replaces what a host runs. */
export const playbookOf = ({ playbook, strategy }: Pick<FleetConfig, 'playbook' | 'strategy'>): string =>
  playbook ?? (strategy.kind === 'symlink' ? 'deploy-symlink.yml' : 'deploy.yml');

export type FleetConfig = z.infer<typeof fleetSchema>;
