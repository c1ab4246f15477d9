import type { CommandDefinition, OptionDefinition } from '../commands/command.js';
import { globalOptions, optionsOf } from '../commands/options.js';

/** The page of one verb (with all members of a group), made from its definitions. */
export function commandPage(verb: string, definitions: readonly CommandDefinition[]): string {
  const sections = definitions.map((definition) =>
    [
      definitions.length === 1 ? '' : `## ${definition.name}\n\n${sentence(definition.summary)}`,
      definition.description ?? '',
      `\`\`\`text\nnode runner ${usage(definition)}\n\`\`\``,
      argumentTable(definition),
      optionTable(optionsOf(definition).filter((option) => !globalOptions.includes(option))),
      (definition.examples ?? [])
        .map(({ command, explains }) => `- \`node runner ${command}\`: ${explains}`)
        .join('\n'),
    ]
      .filter((part) => part !== '')
      .join('\n\n'),
  );
  const only = definitions.length === 1 ? `${sentence(definitions[0]?.summary ?? '')}\n\n` : '';
  return `# ${verb}\n\n${only}${sections.join('\n\n')}\n\nThe options of every command are on [the index page](README.md).\n`;
}

/**
 * The index of all commands, with the options and exit codes that they share.
 * @param groups verbs by what they are for
 */
export function commandIndex(
  definitions: readonly CommandDefinition[],
  groups: Readonly<Record<string, readonly string[]>>,
): string {
  const verbOf = ({ name }: CommandDefinition) => name.split(' ')[0] as string;
  const tables = Object.entries(groups).map(([title, verbs]) => {
    const rows = definitions
      .filter((definition) => verbs.includes(verbOf(definition)))
      .map((definition) => `| [${definition.name}](${verbOf(definition)}.md) | ${definition.summary} |`);
    return `## ${title}\n\n| Command | What it does |\n| --- | --- |\n${rows.join('\n')}`;
  });
  return `# Commands

Made from the commands' own definitions by \`make docs\`. What is installed as a command is typed as \`automation-stack\` in place of
\`node runner\`; messages say it as it was called.

${tables.join('\n\n')}

## Options of every command

${optionTable(globalOptions)}

## Exit codes

| Code | Meaning |
| --- | --- |
| 0 | Success. |
| 1 | It failed. |
| 2 | Wrong usage or configuration. |
| 3 | Rolled back: the environment is as it was. |
| 4 | Locked by someone else. |
| 5 | Drift found. |
| 130 | Interrupted, and undone. |
`;
}

function usage(definition: CommandDefinition): string {
  const words = (definition.arguments ?? []).map((argument) => {
    const name = `${argument.name.toUpperCase()}${argument.variadic === true ? '…' : ''}`;
    return argument.required === true ? name : `[${name}]`;
  });
  const environment = {
    required: ['--env NAME'],
    optional: ['[--env NAME]'],
    several: ['--env NAME,…'],
    none: [],
  }[definition.environment ?? 'none'];
  return [definition.name, ...words, ...environment, '[options]'].join(' ');
}

function argumentTable(definition: CommandDefinition): string {
  if (definition.arguments === undefined || definition.arguments.length === 0) return '';
  const rows = definition.arguments.map(
    ({ name, description }) => `| \`${name.toUpperCase()}\` | ${cell(description)} |`,
  );
  return `| Argument | Meaning |\n| --- | --- |\n${rows.join('\n')}`;
}

function optionTable(options: readonly (OptionDefinition & { readonly short?: string })[]): string {
  if (options.length === 0) return '';
  const rows = options.map((option) => {
    const flags = `${option.short === undefined ? '' : `-${option.short}, `}--${option.name}${option.value === undefined ? '' : ` ${option.value}`}`;
    const choices = option.choices === undefined ? '' : ` One of ${option.choices.join(', ')}.`;
    return `| \`${flags}\` | ${cell(option.description + choices)} |`;
  });
  return `| Option | Meaning |\n| --- | --- |\n${rows.join('\n')}`;
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const sentence = (text: string) => (text.endsWith('.') ? text : `${text}.`);
