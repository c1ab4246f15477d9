import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const docs = fileURLToPath(new URL('../../../docs', import.meta.url));
const page = readFileSync(join(docs, 'requirements.md'), 'utf8');
/** How many requirements each of the five systems has. */
const IDS = { L: 5, W: 6, B: 5, F: 6, S: 4 };
const TEST = /(?:\.test\.ts|(?:Spec|Journey)\.groovy|\/tests)$/;

const rows = page
  .split('\n')
  .filter((line) => /^\| [A-Z]\d/.test(line))
  .map((line) => {
    const [, id = '', , , tests = '', how = ''] = line.split('|').map((cell) => cell.trim());
    return { id, tests: [...tests.matchAll(/\]\(([^)]+)\)/g)].map(([, path]) => path as string), how };
  });

describe('what is required, by docs/requirements.md', () => {
  it('is told once of each id', () => {
    const all = Object.entries(IDS).flatMap(([letter, count]) =>
      Array.from({ length: count }, (_, index) => `${letter}${index + 1}`),
    );
    expect(rows.map(({ id }) => id)).to.have.members(all);
  });

  for (const { id, tests, how } of rows)
    it(`names tests that there are, and how they prove it: ${id}`, () => {
      expect(how).to.be.oneOf(['real', 'emulator', 'contract', 'documentation']);
      expect(tests).to.not.deep.equal([]);
      for (const path of tests) {
        expect(path).to.match(TEST);
        expect(existsSync(join(docs, path)), path).to.equal(true);
      }
    });

  it('links to pages that there are', () => {
    const links = [...page.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, path]) => path as string);
    for (const path of links) expect(existsSync(join(docs, path)), path).to.equal(true);
  });
});
