import { optionsOf } from './options.js';
import { Command, CommanderError, Option, type OutputConfiguration } from 'commander';
import type { CommandDefinition, OptionDefinition } from './command.js';
import { commandGroups } from './groups.js';
import { allCommands, registry } from './registry.js';

export { CommanderError };

type Action = (definition: CommandDefinition, command: Command) => Promise<void>;

/**
 * Builds the commander program.
 * @param only a registry key: just that file is loaded; all of them where left out
 * @param action called with the definition that was chosen
 * @param output where help and usage errors go
 */
export async function buildProgram(
  only: string | undefined,
  action: Action,
  output: OutputConfiguration = {},
): Promise<Command> {
  const program = new Command('node runner')
    // First: commands take over the settings that their parent has when they are added.
    .configureOutput(output)
    .description('Builds, provisions, deploys, promotes and rolls back what automation-stack.yml describes.')
    .option('-V, --version', 'Print the runner’s version.')
    .exitOverride()
    .commandsGroup('Help:')
    .showHelpAfterError('(add --help for the options)')
    .showSuggestionAfterError(true)
    .addHelpText(
      'after',
      '\nEvery command takes -C DIR, --config FILE, --env NAME, --json, --result FILE, --error FILE, --verbose and --no-color.',
    );
  const definitions = only === undefined ? await allCommands() : ((await registry[only]?.())?.commands ?? []);
  const groups = new Map<string, Command>();
  for (const definition of definitions) {
    const [first, second] = definition.name.split(' ') as [string, string | undefined];
    let parent = program;
    if (second !== undefined) {
      parent =
        groups.get(first) ??
        program
          .command(first)
          .description(groupSummary(first, definitions))
          .helpGroup(heading(first))
          .exitOverride();
      groups.set(first, parent);
    }
    addCommand(parent, second ?? first, definition, action);
  }
  return program;
}

/** The heading under which help lists a verb. */
function heading(verb: string): string {
  const [title] = Object.entries(commandGroups).find(([, verbs]) => verbs.includes(verb)) ?? ['Commands'];
  return `${title}:`;
}

function groupSummary(group: string, definitions: readonly CommandDefinition[]): string {
  const members = definitions.filter((item) => item.name.startsWith(`${group} `) && item.hidden !== true);
  return members.map((item) => item.name.slice(group.length + 1)).join(' | ');
}

function addCommand(parent: Command, name: string, definition: CommandDefinition, action: Action): void {
  const command = parent
    .command(name, { hidden: definition.hidden === true })
    .summary(definition.summary)
    .helpGroup(heading(definition.name))
    .description([definition.summary, definition.description].filter(Boolean).join('\n\n'))
    .exitOverride()
    .allowExcessArguments(false);
  for (const argument of definition.arguments ?? []) {
    const dots = argument.variadic === true ? '...' : '';
    command.argument(
      argument.required === true ? `<${argument.name}${dots}>` : `[${argument.name}${dots}]`,
      argument.description,
    );
  }
  for (const item of optionsOf(definition)) command.addOption(toCommander(item));
  if (definition.examples !== undefined) {
    const lines = definition.examples.map(
      (example) => `  node runner ${example.command}\n      ${example.explains}`,
    );
    command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
  }
  command.action(() => action(definition, command));
}

function toCommander(item: OptionDefinition & { readonly short?: string }): Option {
  const flags = `${item.short === undefined ? '' : `-${item.short}, `}--${item.name}${item.value === undefined ? '' : ` <${item.value}>`}`;
  const option = new Option(flags, item.description);
  if (item.choices !== undefined) option.choices([...item.choices]);
  if (item.repeatable === true)
    option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
  return option;
}
