import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { optionsOf } from '../../../runner/src/commands/options.js';
import { allCommands } from '../../../runner/src/commands/registry.js';

const source = fileURLToPath(new URL('../../../runner/src', import.meta.url));
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
);
const commands = await allCommands();

/** Every `node runner …` that a message tells people to type, with the file it stands in. */
const hints = files.flatMap((file) =>
  [...readFileSync(join(source, file), 'utf8').matchAll(/node runner ([a-z][^`'"\\\n]*)/g)].map(
    ([, words]) => ({
      file,
      words: (words as string).replace(/\$\{[^}]*\}/g, 'X').split(/\s+/),
    }),
  ),
);

describe('what messages tell people to type', () => {
  it('is found in the sources', () => expect(hints.length).to.be.greaterThan(20));

  for (const { file, words } of hints) {
    const [first, second] = words.map((word) => word.replace(/[^a-z-].*$/, ''));
    it(`exists: ${words.join(' ')} (${file})`, () => {
      const named = commands.filter(
        ({ name }) => name === `${first} ${second}` || name.split(' ')[0] === first,
      );
      expect(
        named.map(({ name }) => name),
        first,
      ).not.to.deep.equal([]);
      const exact = named.find(({ name }) => name === `${first} ${second}`) ?? named[0];
      const known = new Set(['help', ...optionsOf(exact!).map((item) => item.name)]);
      // Only words of the hint itself: prose goes on after its closing mark.
      const options = words.flatMap((word) => /^--([a-z-]+)/.exec(word)?.[1] ?? []);
      expect(options.filter((name) => !known.has(name))).to.deep.equal([]);
    });
  }
});
