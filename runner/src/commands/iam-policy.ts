import type { Context, ContextWith } from '../context/context.js';
import { StackError } from '../base/errors.js';
import { ROLE_LIMIT } from '../iam/rules/policyParts.js';
import { POLICY_LIMIT, type PolicyDocument } from '../iam/rules/policyDocument.js';
import { verbs, type Verb } from '../iam/rules/verbs.js';
import type { CommandResult } from '../events/commandResult.js';
import { list, option, type CommandDefinition, type CommandInput } from './command.js';
import { pathOption } from './infrastructureOptions.js';
import type { PolicyResult } from '../iam/policy.js';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'iam-policy',
    summary: 'Print the smallest IAM policy that a command or a scope needs',
    description: `JSON on stdout, ready for \`aws iam create-policy --policy-document file://…\`; stderr lists what had to be left open (*) and why. It is made from a table of the calls of each command and each Terraform type, with the names of the configuration: region, account, clusters, services, repositories, buckets. AWS is not asked.

IAM accepts ${POLICY_LIMIT} characters in a managed policy, and ${ROLE_LIMIT} policies on a role. A longer policy is refused with the number of its parts: \`--part 1\`, \`--part 2\` … print each. If a command does not call AWS, the policy allows only what everybody may do.

\`--scope NAME\` is what \`plan --scope\` and \`apply --scope\` need. Policies of Terraform (\`--scope\`, and \`--command plan\`, \`apply\`, \`drift\`, \`destroy\` or \`run\`) are made from a plan and name its resources: make the plan first, with \`node runner plan\` and credentials that may read.`,
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
        name: 'part',
        value: 'N',
        description: 'Print only the Nth part of a policy that is too long for one managed policy.',
      },
      {
        name: 'role',
        value: 'ROLE',
        description: 'Role of tasks, by name or ARN (default: every role). May be repeated.',
        repeatable: true,
      },
      {
        name: 'family',
        value: 'NAME',
        description: 'Family of a service’s task definitions (default: every family). May be repeated.',
        repeatable: true,
      },
      {
        name: 'log-group',
        value: 'NAME',
        description: 'Log group of tasks, read as evidence (default: every group). May be repeated.',
        repeatable: true,
      },
    ],
    examples: [
      { command: 'iam-policy --env staging --command deploy', explains: 'What a deploy to staging needs.' },
      {
        command: 'iam-policy --env staging --scope app > app.json',
        explains: 'What a delivery run of this scope needs for Terraform.',
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
    throw new StackError('USAGE', 'iam-policy needs a command or a scope', {
      next: `Add --command ${Object.keys(verbs).join('|')}, or --scope NAME.`,
    });
  }
  const { policyFor } = await import('../iam/policy.js');
  const plan = pathOption(context, input, 'plan');
  const part = option(input, 'part');
  const result = await policyFor(context, await context.environment(), {
    verb,
    ...(scope === undefined ? {} : { scope }),
    ...(plan === undefined ? {} : { plan }),
    roles: list(input, 'role'),
    families: list(input, 'family'),
    logGroups: list(input, 'log-group'),
  });
  for (const message of result.notes) context.events.emit({ type: 'notice', level: 'info', message });
  const policy = part === undefined ? result.policy : partAt(result, part);
  if (!result.fits && part === undefined) reportParts(context, result);
  return { data: result, text: JSON.stringify(policy, null, 2) };
}

/** One of the parts, counted from 1. */
function partAt({ parts }: PolicyResult, wanted: string): PolicyDocument {
  const found = /^\d+$/.test(wanted) ? parts[Number(wanted) - 1] : undefined;
  if (found !== undefined) return found;
  throw new StackError('USAGE', `the policy has no part ${wanted}`, {
    next: `Use --part 1${parts.length === 1 ? '' : ` to --part ${parts.length}`}, or leave it out.`,
  });
}

function reportParts(context: ContextWith<'events'>, { size, parts }: PolicyResult): void {
  const message = `the policy has ${size} characters, and IAM accepts ${POLICY_LIMIT}: it needs ${parts.length} managed policies`;
  const next =
    parts.length > ROLE_LIMIT
      ? `Name a smaller scope: a role accepts ${ROLE_LIMIT}.`
      : `Print each with --part 1 to --part ${parts.length}, and attach all of them to the role.`;
  context.events.emit({ type: 'notice', level: 'warning', message, next });
}
