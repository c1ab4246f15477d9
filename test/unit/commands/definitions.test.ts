import { expect } from 'chai';
import { optionsOf } from '../../../runner/src/commands/options.js';
import { buildProgram } from '../../../runner/src/commands/program.js';
import { commandGroups } from '../../../runner/src/commands/groups.js';
import { allCommands, registry } from '../../../runner/src/commands/registry.js';
import type { CommandDefinition } from '../../../runner/src/commands/command.js';

const commands = await allCommands();

/** Parses words as the command line would, without running anything. */
async function parses(words: readonly string[]): Promise<CommandDefinition | undefined> {
  let chosen: CommandDefinition | undefined;
  const program = await buildProgram(undefined, async (definition) => void (chosen = definition));
  await program.parseAsync([...words], { from: 'user' });
  return chosen;
}

describe('the groups of commands', () => {
  it('hold every verb that help shows once, and no other', () => {
    const verbs = commands.filter(({ hidden }) => hidden !== true).map(({ name }) => name.split(' ')[0]);
    expect(Object.values(commandGroups).flat().sort()).to.deep.equal([...new Set(verbs)].sort());
  });
});

describe('every command', () => {
  for (const definition of commands) {
    describe(definition.name, () => {
      it('stands in the file of its verb', () => {
        expect(Object.keys(registry)).to.include(definition.name.split(' ')[0]);
      });

      it('has a summary that reads as one line', () => {
        expect(definition.summary)
          .to.match(/^[A-Z].*[^.]$/)
          .and.not.contain('\n');
      });

      it('has options with a description and no name twice', () => {
        const options = optionsOf(definition);
        expect(options.every((option) => option.description.length > 0)).to.equal(true);
        expect(new Set(options.map((option) => option.name)).size).to.equal(options.length);
      });

      for (const example of definition.examples ?? []) {
        it(`understands its example: ${example.command}`, async () => {
          const words = example.command.split(/\s+[|>]/)[0]?.match(/'[^']*'|"[^"]*"|\S+/g) ?? [];
          const bare = words.map((word) => word.replace(/^(['"])(.*)\1$/, '$2'));
          expect((await parses(bare))?.name).to.equal(definition.name);
        });
      }
    });
  }
});
