import type { ContextWith } from '../context/context.js';
import { flag, list, type CommandInput, type OptionDefinition } from './command.js';

/** How commands are told that something was approved. */
export const approvalOptions: readonly OptionDefinition[] = [
  {
    name: 'approve',
    description: 'Approve the promotion if the configuration asks for an approval. It is recorded.',
  },
  {
    name: 'approved-by',
    value: 'NAME',
    description: 'Who approved it, if that was somebody else. Repeat it for several people.',
    repeatable: true,
  },
];

/** Who approved it, as the options say: by name, and whoever typed `--approve`. */
export function approvers(context: ContextWith<'who'>, input: CommandInput): readonly string[] {
  return [...list(input, 'approved-by'), ...(flag(input, 'approve') ? [context.who] : [])];
}
