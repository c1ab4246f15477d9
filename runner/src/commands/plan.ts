import type { Stage } from '../events/stage.js';
import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import { StackError } from '../base/errors.js';
import type { PlanResult } from '../infrastructure/plan.js';
import type { CommandResult } from '../events/commandResult.js';
import { flag, type CommandDefinition, type CommandInput } from './command.js';
import {
  lockTimeout,
  lockTimeoutOption,
  pathOption,
  runVerb,
  scope,
  scopeOption,
} from './infrastructureOptions.js';
import { allOption, resultOfSeveral, severalEnvironments } from './severalOptions.js';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'plan',
    summary: 'Show what Terraform would change in an environment',
    description: `Initialises the root if needed, plans, and prints each resource that would be created, changed, replaced (with the attribute that forces it) or destroyed. Sensitive values are masked. Changes that would lose data come first, and the command that applies the plan names them.

The plan is kept in the state directory (a Jenkins build keeps its own in its workspace) and bound to the commit, the values of the variables, the files of the root and the state; \`apply\` applies it if all of that is unchanged. \`--out\` keeps it in another file, for \`apply --plan\`.

Several environments are planned in parallel, up to \`concurrency\`; a failure does not stop the others, and the worst exit code counts.

With \`--scope NAME\` only those addresses of the root are planned, and a plan that would change anything else is refused (OUT_OF_SCOPE).`,
    options: [
      allOption,
      { name: 'out', value: 'FILE', description: 'Keep the plan in FILE, for `apply --plan FILE`.' },
      {
        name: 'html',
        value: 'FILE',
        description: 'Also write the plan as a page, with its style sheet report.css beside it.',
      },
      { name: 'destroy', description: 'Plan to destroy everything.' },
      scopeOption,
      lockTimeoutOption,
    ],
    examples: [
      { command: 'plan --env staging', explains: 'What would apply change?' },
      {
        command: 'plan --env production --out production.tfplan',
        explains: 'A plan to review; `apply --plan` applies exactly this plan or refuses it.',
      },
      { command: 'plan --env staging,production', explains: 'Both in parallel.' },
      { command: 'plan --env staging --scope app', explains: 'Only a named part of the root.' },
      { command: 'plan --env staging --html plan.html', explains: 'A page for reviewers.' },
    ],
    environment: 'several',
    run: (context, input) => plan(context, input, flag(input, 'destroy')),
  },
];

/**
 * Plans; what `--dry-run` of apply and destroy does too.
 * @param destroy plan to destroy everything
 */
export async function plan(context: Context, input: CommandInput, destroy: boolean): Promise<CommandResult> {
  const [{ planStep }, timeout, several] = await Promise.all([
    import('../infrastructure/plan.js'),
    lockTimeout(input),
    severalEnvironments(context, input, ['out', 'html']),
  ]);
  const out = pathOption(context, input, 'out');
  const part = scope(input);
  if (destroy && part.scope !== undefined) throw wholeOnly();
  const body = (environment: NamedEnvironment, stage: Stage) =>
    planStep(context, environment, stage, {
      destroy,
      silent: true,
      ...part,
      ...timeout,
      ...(out === undefined ? {} : { out }),
    });
  if (several !== undefined) {
    const { inEnvironments } = await import('../pipeline/several.js');
    const outcomes = await inEnvironments(context, several, {
      command: 'plan',
      title: (name) => `Plan ${name}`,
      body,
      end: ({ summary }) => ({ reason: summary.headline }),
      told: ({ environment, summary }) => `${environment}: ${summary.headline}`,
    });
    return resultOfSeveral(outcomes, (result) => {
      const { data, text } = shown(result);
      return { data, text: `${result.environment}: ${text}` };
    });
  }
  const result = await runVerb(context, 'plan', body, ({ summary }) => summary.headline);
  const html = pathOption(context, input, 'html');
  if (html !== undefined) await writePage(context, result, html);
  return shown(result);
}

function shown({ text, ...data }: PlanResult): { readonly data: object; readonly text: string } {
  return { data, text: data.next === undefined ? text : `${text}\n\nApply it: ${data.next}` };
}

/** What depends on a part goes with it: there is no destroying a part alone. */
function wholeOnly(): StackError {
  return new StackError('USAGE', 'a plan to destroy covers the whole root: it cannot have a --scope', {
    next: 'To remove a part, remove it from the configuration and plan again.',
  });
}

/** @throws StackError STATE_WRITE_FAILED */
async function writePage(
  context: ContextWith<'clock' | 'config'>,
  result: PlanResult,
  file: string,
): Promise<void> {
  const [{ writePlanPage }, { runnerVersion }, { writeFailure }, { planRecord }, { application }] =
    await Promise.all([
      import('../views/html/write.js'),
      import('../base/version.js'),
      import('../adapters/process/localFailures.js'),
      import('../views/runRecord.js'),
      context.config(),
    ]);
  const { environment, workspace, terraform, summary, next } = result;
  const page = {
    ...{ application, environment, workspace, terraform, next },
    plan: planRecord(summary, Infinity),
    made: { at: context.clock.now(), by: runnerVersion },
  };
  await writePlanPage(page, file).catch((error: unknown) => {
    throw writeFailure(error, file);
  });
}
