import type { CommandDefinition } from './command.js';

const completion: CommandDefinition = {
  name: 'completion',
  summary: 'Print a shell completion script',
  description:
    'Completes commands, options, environments and images for `node runner` and `automation-stack`.',
  arguments: [{ name: 'shell', description: 'bash or zsh', required: true }],
  examples: [{ command: 'completion bash >> ~/.bashrc', explains: 'Complete in every new shell.' }],
  environment: 'none',
  async run(_context, input) {
    const [{ completionScript }, { allCommands }, { optionsOf }] = await Promise.all([
      import('../views/completion.js'),
      import('./registry.js'),
      import('./program.js'),
    ]);
    return { text: completionScript(input.arguments[0] as string, await allCommands(), optionsOf) };
  },
};

export const commands = [completion];
