import { list, type CommandDefinition } from './command.js';

const echo: CommandDefinition = {
  name: 'echo',
  summary: 'Give back what arrived',
  description: 'How the way from Jenkins to the runner is held against every character there is.',
  options: [{ name: 'text', value: 'TEXT', description: 'May be repeated.', repeatable: true }],
  environment: 'none',
  hidden: true,
  run(_context, input) {
    // As numbers of UTF-16: some of what arrives looks like a secret, and would be masked as text.
    const units = list(input, 'text').map((text) =>
      Array.from({ length: text.length }, (_, at) => text.charCodeAt(at)),
    );
    return Promise.resolve({ data: { units } });
  },
};

export const commands = [echo];
