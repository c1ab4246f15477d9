import type { Context } from '../container.js';
import { StackError } from '../core/errors.js';
import { POLICY_LIMIT } from '../core/iam/policy.js';
import { verbs, type Verb } from '../core/iam/verbs.js';
import { list, option, type CommandDefinition, type CommandInput, type CommandResult } from './command.js';
import { pathOption } from './infrastructure.js';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'iam-policy',
    summary: 'Print the smallest IAM policy that a command or a scope needs',
    description: `JSON on stdout, ready for \`aws iam create-policy --policy-document file://…\`; what had to be left open, and why, on stderr. It is made from one table of the calls that each command and each Terraform type makes, with the names of the configuration: region, account, clusters, services, repositories, buckets. Nothing is asked of AWS.

\`--scope NAME\` is what \`plan --scope\` and \`apply --scope\` need. Policies of Terraform (\`--scope\`, and \`--command plan\`, \`apply\`, \`drift\`, \`destroy\` or \`run\`) are read off a plan, whose resources they name: make it first, with \`node runner plan\` and credentials that may read.`,
    options: [
      {
        name: 'command',
        value: 'VERB',
        description: 'Command that is to be allowed.',
        choices: Object.keys(verbs),
      },
      { name: 'scope', value: 'NAME', description: 'Scope that is to be planned and applied.' },
      {
        name: 'plan',
        value: 'FILE',
        description: 'Plan to read the resources from; the kept one by default.',
      },
      {
        name: 'role',
        value: 'ROLE',
        description: 'Role that tasks are given, by name or ARN; every role where left out. May be repeated.',
        repeatable: true,
      },
      {
        name: 'family',
        value: 'NAME',
        description: 'Family of a service’s task definitions; every family where left out. May be repeated.',
        repeatable: true,
      },
      {
        name: 'log-group',
        value: 'NAME',
        description: 'Log group of tasks, read as evidence; every group where left out. May be repeated.',
        repeatable: true,
      },
    ],
    examples: [
      { command: 'iam-policy --env staging --command deploy', explains: 'What a deploy to staging needs.' },
      {
        command: 'iam-policy --env staging --scope app > app.json',
        explains: 'What a granular delivery run needs of Terraform.',
      },
    ],
    environment: 'required',
    run: print,
  },
];

async function print(context: Context, input: CommandInput): Promise<CommandResult> {
  const [scope, command] = [option(input, 'scope'), option(input, 'command') as Verb | undefined];
  const verb = command ?? (scope === undefined ? undefined : 'apply');
  if (verb === undefined) {
    throw new StackError('USAGE', 'a policy is for a command or for a scope', {
      next: `Add --command ${Object.keys(verbs).join('|')}, or --scope NAME.`,
    });
  }
  const { policyFor } = await import('../steps/iam/policy.js');
  const plan = pathOption(context, input, 'plan');
  const result = await policyFor(context, await context.environment(), {
    verb,
    ...(scope === undefined ? {} : { scope }),
    ...(plan === undefined ? {} : { plan }),
    roles: list(input, 'role'),
    families: list(input, 'family'),
    logGroups: list(input, 'log-group'),
  });
  for (const message of result.notes) context.events.emit({ type: 'notice', level: 'info', message });
  if (!result.fits) {
    const message = `the policy has ${result.size} characters, and IAM takes ${POLICY_LIMIT}`;
    const next = 'Name a smaller scope, or attach a policy each for plan and for the scopes of the root.';
    context.events.emit({ type: 'notice', level: 'warning', message, next });
  }
  return { data: result, text: JSON.stringify(result.policy, null, 2) };
}
