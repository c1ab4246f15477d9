import { migrationOf } from '../../../config/migrateSchema.js';
import type { TargetKind } from '../../../context/context.js';
import { migrationLines } from '../../rules/migrationLines.js';
import { serviceCollisions, serviceName } from './collisions.js';
import { names } from './names.js';
import { permissions } from './permissions.js';
import { ecsServiceSchema, type EcsServiceConfig } from './schema.js';

/** A target that is a service of ECS, or one container of it. */
export const ecsService: TargetKind<EcsServiceConfig> = {
  name: 'ecs-service',
  schema: ecsServiceSchema,
  collisions: serviceCollisions,
  capabilities: { aws: true },
  permissions,
  names,
  async create(...asked) {
    const { createServices } = await import('./createServices.js');
    return createServices(...asked);
  },
  warmUp: (context, environment) =>
    Promise.all([import('./createServices.js'), context.aws(environment).then((aws) => aws.ecs())]),
  doctor: (context, environment, name) => [
    {
      id: `target:${environment.name}/${name}`,
      title: `Service of ${environment.name}/${name}`,
      required: true,
      run: async () => (await import('./serviceFinding.js')).serviceFinding(context, environment, name),
    },
  ],
  preview: (name, { migrate }) => migrationLines(name, migrationOf(migrate)),
  partOf: serviceName,
  migration: ({ migrate }) => migrationOf(migrate),
};
