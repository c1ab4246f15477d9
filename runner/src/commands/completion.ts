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
    const { completionScript } = await import('../views/completion.js');
    return { text: await completionScript(input.arguments[0] as string) };
  },
};

export const commands = [completion];
