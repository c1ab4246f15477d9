import type { TargetGroupView } from '../domain/trafficGroups.js';
import { option, type CommandDefinition } from './command.js';
import { listResources, withEnvironments } from './resourceList.js';
import { allEnvironmentsOption, isWatched, tagOption, tagsAsked, watchOption } from './resourceOptions.js';

const TARGET_HEADERS = ['environment', 'target group', 'takes', 'load balancer', 'targets', 'unwell'];
const SECURITY_HEADERS = ['environment', 'security group', 'id', 'network', 'who may come in'];

const groups: CommandDefinition = {
  name: 'groups',
  summary: 'List the target groups and security groups of an environment',
  description:
    'Target groups with the health of their targets, by the load balancer’s own checks; security groups with who may come in. Those that carry the tags of the deployment. They are only shown: Terraform makes them, deploys register targets, and what is deleted by hand takes others with it.',
  options: [
    {
      name: 'kind',
      value: 'KIND',
      choices: ['target', 'security'],
      description: 'Only groups of this kind.',
    },
    tagOption,
    allEnvironmentsOption,
    watchOption,
  ],
  examples: [
    { command: 'groups --env staging', explains: 'Both kinds.' },
    { command: 'groups --env production --kind target --watch', explains: 'Health, as it changes.' },
  ],
  environment: 'several',
  endless: isWatched,
  async run(context, input) {
    const kind = option(input, 'kind') as 'target' | 'security' | undefined;
    const asked = {
      kinds: kind === undefined ? (['target', 'security'] as const) : [kind],
      tags: tagsAsked(input),
    };
    const { groupsOf } = await import('../resources/groups.js');
    return listResources(context, input, {
      look: (environment) => groupsOf(context, environment, asked),
      show: (found) => {
        const part = <K extends 'targetGroups' | 'securityGroups'>(name: K) =>
          found.map(({ environment, result }) => ({ environment, result: result[name] }));
        const targetGroups = withEnvironments(part('targetGroups'));
        const securityGroups = withEnvironments(part('securityGroups'));
        const securityRows = securityGroups.map((group) => [
          ...[group.environment, group.name, group.id, group.network],
          group.inbound.join(', ') || 'nobody',
        ]);
        return {
          data: { targetGroups, securityGroups },
          tables: [
            { headers: TARGET_HEADERS, rows: targetGroups.map(targetRow) },
            { headers: SECURITY_HEADERS, rows: securityRows },
          ],
        };
      },
      none: 'no such group',
    });
  },
};

function targetRow(group: TargetGroupView & { readonly environment: string }): readonly string[] {
  const healthy = group.targets.filter(({ state }) => state === 'healthy').length;
  const unwell = group.targets.filter(({ state }) => state !== 'healthy');
  return [
    ...[group.environment, group.name, `${group.listens} (${group.targetType})`],
    group.loadBalancers.join(', ') || 'none',
    `${healthy} of ${group.targets.length} healthy`,
    unwell.map(({ id, state }) => `${id} ${state}`).join(', '),
  ];
}

export const commands = [groups];
