import type { CommandDefinition } from './command.js';

const completion: CommandDefinition = {
  name: 'completion',
  summary: 'Print a shell completion script',
  description:
    'Completes commands, options, environments, images and stages for `node runner` and `automation-stack`. The words come from the runner itself and from the configuration that `-C` and `--config` name, so the script is never out of date.',
  arguments: [{ name: 'shell', description: 'bash, zsh or fish', required: true }],
  examples: [
    { command: 'completion bash >> ~/.bashrc', explains: 'Complete in every new shell.' },
    {
      command: 'completion fish > ~/.config/fish/completions/automation-stack.fish',
      explains: 'The same in fish.',
    },
  ],
  environment: 'none',
  async run(_context, input) {
    const { completionScript } = await import('./rules/completionScript.js');
    return { text: completionScript(input.arguments[0] as string) };
  },
};

export const commands = [completion];
