import type { Context } from '../container.js';
import { StackError } from '../core/errors.js';
import { ROLE_LIMIT } from '../core/iam/parts.js';
import { POLICY_LIMIT, type PolicyDocument } from '../core/iam/policy.js';
import { verbs, type Verb } from '../core/iam/verbs.js';
import { list, option, type CommandDefinition, type CommandInput, type CommandResult } from './command.js';
import { pathOption } from './infrastructure.js';
import type { PolicyResult } from '../steps/iam/policy.js';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'iam-policy',
    summary: 'Print the smallest IAM policy that a command or a scope needs',
    description: `JSON on stdout, ready for \`aws iam create-policy --policy-document file://…\`; what had to be left open, and why, on stderr. It is made from one table of the calls that each command and each Terraform type makes, with the names of the configuration: region, account, clusters, services, repositories, buckets. Nothing is asked of AWS.

IAM takes ${POLICY_LIMIT} characters in a managed policy, and ${ROLE_LIMIT} of them on a role. A longer policy is told as that, with the number of its parts: \`--part 1\`, \`--part 2\` … print each. Where nothing is asked of AWS, that is said, and the policy allows what everybody may.

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
        name: 'part',
        value: 'N',
        description:
          'Of a policy that is too long for one managed policy, only the Nth of the several that it is divided into.',
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
  if (!result.fits && part === undefined) tellParts(context, result);
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

function tellParts(context: Context, { size, parts }: PolicyResult): void {
  const message = `the policy has ${size} characters, and IAM takes ${POLICY_LIMIT}: it makes ${parts.length} managed policies`;
  const next =
    parts.length > ROLE_LIMIT
      ? `Name a smaller scope: a role takes ${ROLE_LIMIT}.`
      : `Print each with --part 1 to --part ${parts.length}, and attach all of them to the role.`;
  context.events.emit({ type: 'notice', level: 'warning', message, next });
}
