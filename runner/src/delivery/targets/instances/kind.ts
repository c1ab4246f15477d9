import type { TargetKind } from '../../../context/context.js';
import { instancesCollisions } from './collisions.js';
import { permissions } from './permissions.js';
import { instancesSchema, usesSsh, type InstancesConfig } from './schema.js';

/** A target that is a number of EC2 instances, replaced as a whole behind a target group. */
export const instances: TargetKind<InstancesConfig> = {
  name: 'instances',
  schema: instancesSchema,
  collisions: instancesCollisions,
  capabilities: { aws: true, catchesUp: true },
  permissions,
  names: async ({ 'target-group': group, role = '*', autoscaling }, settled) => ({
    targetGroups: [await settled(group)],
    resources: {
      'instance-role': [await settled(role)],
      'autoscaling-group': autoscaling === undefined ? [] : [await settled(autoscaling.group)],
    },
  }),
  async create(...asked) {
    const { createInstances } = await import('./createInstances.js');
    return createInstances(...asked);
  },
  warmUp: (context, environment) =>
    Promise.all([import('./createInstances.js'), context.aws(environment).then((aws) => aws.ec2())]),
  preview: (name, target) => [
    target.autoscaling !== undefined
      ? `${name}: ${target.autoscaling.group} replaces its instances, and waits at checkpoints`
      : `${name}: ${target.count} new instances of ${target['launch-template']} join ${target['target-group']}, the old ones leave it${
          usesSsh(target) ? '' : '; they configure themselves'
        }`,
  ],
  playbooks: ({ playbook }) => (playbook === undefined ? [] : [playbook]),
  registry: ({ registry }) => registry,
};
