import * as z from 'zod';
import { checksOf, shortWatches } from '../../../config/checksSchema.js';
import { migrateOnHostSchema } from '../../../config/migrateSchema.js';
import {
  containerEnvironment,
  duration,
  group,
  health,
  lookedUp,
  name,
  targetNeeds,
  variables,
} from '../../../config/schemaWords.js';

const written = z.strictObject({
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
  migrate: migrateOnHostSchema
    .optional()
    .describe(
      'Changes of the schema that run in a container of the release on one host: before any host is changed, and after.',
    ),
  health: health.prefault({}).describe('The health gate of each host.'),
  checks: checksOf(['agent', 'host']),
});

/** A target that is a group of hosts. */
export const fleetSchema = written.superRefine(({ checks, health: gate }, context) => {
  for (const { path, message } of shortWatches(checks, gate.for))
    context.addIssue({ code: 'custom', path: [...path], message });
});

export type FleetConfig = z.infer<typeof fleetSchema>;
