import type { CommandDefinition, OptionDefinition } from './command.js';

/**
 * Options that every command takes; the docs, completion and Groovy steps read this list too.
 */
export const globalOptions: readonly (OptionDefinition & { readonly short?: string })[] = [
  {
    name: 'directory',
    short: 'C',
    value: 'DIR',
    description: 'Work in this directory instead of the current one.',
  },
  {
    name: 'config',
    value: 'FILE',
    description: 'Configuration file in DIR (default: automation-stack.yml).',
  },
  { name: 'env', value: 'NAME', description: 'Environment to work on.' },
  { name: 'json', description: 'Print events and the result as JSON lines on stdout; prose goes to stderr.' },
  { name: 'result', value: 'FILE', description: 'Write the outcome to FILE as JSON.' },
  {
    name: 'error',
    value: 'FILE',
    description: 'Write a failure to FILE as JSON: category, message, evidence, what to do next.',
  },
  { name: 'verbose', description: 'Show what child processes print, and every API call.' },
  { name: 'no-color', description: 'Plain text without colour (also NO_COLOR).' },
];

export const dryRunOption: OptionDefinition = {
  name: 'dry-run',
  description: 'Show what would be done and change nothing.',
};

/** The options a command really takes: its own, then the common ones. */
export function optionsOf(
  definition: CommandDefinition,
): readonly (OptionDefinition & { readonly short?: string })[] {
  const own = [...(definition.options ?? [])];
  if (definition.changes === true) own.push(dryRunOption);
  return [...own, ...globalOptions];
}
