import type { TargetGroupView } from '../domain/trafficGroups.js';
import { option, type CommandDefinition } from './command.js';
import {
  allEnvironmentsOption,
  environmentsAsked,
  isWatched,
  listed,
  ofEach,
  tagOption,
  tagsAsked,
  watchOption,
} from './resourceOptions.js';

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
    const environments = await environmentsAsked(context, input);
    const kind = option(input, 'kind') as 'target' | 'security' | undefined;
    const asked = {
      kinds: kind === undefined ? (['target', 'security'] as const) : [kind],
      tags: tagsAsked(input),
    };
    const [{ groupsOf }, { table }] = await Promise.all([
      import('../resources/groups.js'),
      import('../views/table.js'),
    ]);
    return listed(context, input, async () => {
      const { found, failed } = await ofEach(environments, (environment) =>
        groupsOf(context, environment, asked),
      );
      const targetGroups = found.flatMap(({ environment, result }) =>
        result.targetGroups.map((group) => ({ environment, ...group })),
      );
      const securityGroups = found.flatMap(({ environment, result }) =>
        result.securityGroups.map((group) => ({ environment, ...group })),
      );
      const tables = [
        ...(targetGroups.length === 0 ? [] : [table(TARGET_HEADERS, targetGroups.map(targetRow))]),
        ...(securityGroups.length === 0
          ? []
          : [
              table(
                SECURITY_HEADERS,
                securityGroups.map((group) => [
                  ...[group.environment, group.name, group.id, group.network],
                  group.inbound.join(', ') || 'nobody',
                ]),
              ),
            ]),
      ];
      const none = `${found.map(({ environment }) => environment).join(', ')} has no such group.`;
      return { data: { targetGroups, securityGroups }, text: tables.join('\n\n') || none, ...failed };
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
