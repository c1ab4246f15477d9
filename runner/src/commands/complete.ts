import { commandGroups } from './groups.js';
import { optionsOf } from './options.js';
import { resolve } from 'node:path';
import type { Facts } from './rules/completionWords.js';
import type { CommandDefinition } from './command.js';

const complete: CommandDefinition = {
  name: 'complete',
  summary: 'Print completions of the last word',
  description:
    'The scripts of `completion` call it. It never fails: if nothing is known, nothing is printed.',
  arguments: [{ name: 'words', description: 'What is typed so far, after `--`.', variadic: true }],
  environment: 'none',
  hidden: true,
  async run(context, input, allCommands) {
    const [{ completions }, { completionFacts }, all] = await Promise.all([
      import('./rules/completionWords.js'),
      import('./completionFacts.js'),
      allCommands(),
    ]);
    const shown = all.filter(({ hidden }) => hidden !== true);
    const verbs = Object.values(commandGroups).flat();
    const commands = shown
      .map((definition) => ({ ...definition, options: optionsOf(definition) }))
      .sort((one, other) => verbs.indexOf(verbOf(one.name)) - verbs.indexOf(verbOf(other.name)));
    const facts = (directory: string, file: string): Promise<Facts> =>
      completionFacts(resolve(context.options.directory, directory, file));
    return { text: (await completions(commands, input.arguments, facts)).join('\n') };
  },
};

const verbOf = (name: string) => name.split(' ')[0] as string;

export const commands = [complete];
