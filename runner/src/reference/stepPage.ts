import type { CommandDefinition, OptionDefinition } from '../commands/command.js';
import { optionsOf } from '../commands/options.js';

/** Commands that are steps of the Jenkins library, by the step's name. */
export const steps: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'doctor',
    'test',
    'build',
    'push',
    'plan',
    'apply',
    'provision',
    'migrate',
    'deploy',
    'promote',
    'continue',
    'rollback',
    'release',
    'notify',
    'status',
    'drift',
    'drain',
    'report',
  ].map((command) => [`stack${command.charAt(0).toUpperCase()}${command.slice(1)}`, command]),
);

/** Options that the library gives itself, or that mean nothing there. */
const NOT_GIVEN = new Set(['result', 'error', 'json', 'no-color']);

/** The help of a step, as Jenkins shows it under Global Variable Reference: plain text. */
export function stepPage(step: string, definition: CommandDefinition): string {
  const options = optionsOf(definition).filter(({ name }) => !NOT_GIVEN.has(name));
  const words = definition.arguments ?? [];
  const lines = [
    `${definition.summary}.`,
    '',
    ...(definition.description ?? '')
      .replaceAll('`', '')
      .split('\n')
      .filter((line) => line !== ''),
    '',
    `The same as: node runner ${definition.name}`,
    '',
    'Named arguments:',
    ...(words.length === 0
      ? []
      : [row('arguments', 'list', words.map(({ description }) => description).join(' '))]),
    ...options.map((option) =>
      row(camelCase(option.name), kindOf(option), option.description.replaceAll('`', '')),
    ),
    '',
    'Returns a map: status, exitCode, seconds, stages, data, and, if known, environment, release, digests, url and hosts.',
    'A failure fails the build, with the result and message of the failure.',
    '',
    `For example: def result = ${step}(${definition.environment === 'required' || definition.environment === 'several' ? "env: 'staging'" : ''})`,
  ];
  return `${lines.join('\n')}\n`;
}

const row = (name: string, kind: string, description: string) => `  ${name} (${kind}): ${description}`;

function kindOf({ value, choices, repeatable }: OptionDefinition): string {
  if (value === undefined) return 'true or false';
  const text = choices === undefined ? 'text' : choices.join(', ');
  return repeatable === true ? `${text}, or a list` : text;
}

export const camelCase = (name: string): string =>
  name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
