import { list, type CommandDefinition } from './command.js';

const echo: CommandDefinition = {
  name: 'echo',
  summary: 'Give back what arrived',
  description: 'How the way from Jenkins to the runner is held against every character there is.',
  options: [{ name: 'text', value: 'TEXT', description: 'May be repeated.', repeatable: true }],
  environment: 'none',
  hidden: true,
  run(_context, input) {
    return Promise.resolve({ data: { text: list(input, 'text') } });
  },
};

export const commands = [echo];
