import * as z from 'zod';
import { checksOf, shortWatches } from '../../../config/checksSchema.js';
import { migrateSchema } from '../../../config/migrateSchema.js';
import {
  containerEnvironment,
  duration,
  health,
  lookedUp,
  name,
  targetNeeds,
} from '../../../config/schemaWords.js';
import { schedules } from './schedules/schema.js';
import { strategy } from './strategySchema.js';

const written = z.strictObject({
  kind: z.literal('ecs-service'),
  cluster: lookedUp.describe('Cluster name or ARN.'),
  service: lookedUp.describe('Service name.'),
  image: name.describe('Image of this configuration that the service runs.'),
  container: lookedUp
    .optional()
    .describe(
      'Container in the task definition that runs it (default: the first). Two targets may be two containers of one service, which is then deployed once.',
    ),
  strategy,
  needs: targetNeeds,
  environment: containerEnvironment.describe(
    'Environment variables set on the container; ${release:version}, ${release:commit} and ${release:branch} are filled in.',
  ),
  migrate: migrateSchema
    .optional()
    .describe(
      'Changes of the schema that run as tasks of the release: before the service is updated, and after.',
    ),
  schedules,
  health: health.prefault({}).describe('The health gate.'),
  checks: checksOf(['agent', 'task']),
  timeout: duration('15m').describe('How long the platform may take to become stable.'),
});

/** A target that is a service of ECS, or one container of it. */
export const ecsServiceSchema = written.superRefine(({ checks, health: gate, strategy: way }, context) => {
  for (const { path, message } of shortWatches(checks, 'bake' in way ? way.bake : gate.for))
    context.addIssue({ code: 'custom', path: [...path], message });
});

export type EcsServiceConfig = z.infer<typeof ecsServiceSchema>;
