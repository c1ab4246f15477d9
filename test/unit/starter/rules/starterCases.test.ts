import { expect } from 'chai';
import { CASES } from '../../../support/starterCases.js';
import { branchesOf, firstConfig } from '../../../support/starterProject.js';

/** What tools put there, which is not read from a directory either. */
const DEPENDENCIES = /(?:^|\/)(?:node_modules|vendor)\//;

describe('a first configuration, from the files of a project', () => {
  for (const [name, { files, branches, directory = '.', expected, told = [] }] of Object.entries(CASES)) {
    it(`is right for ${name}`, () => {
      const below = directory === '.' ? '' : `${directory}/`;
      const seen = Object.entries(files)
        .filter(([path]) => path.startsWith(below) && !DEPENDENCIES.test(path))
        .map(([path, text]) => [path.slice(below.length), text] as const);
      const { config, text, notes, issues } = firstConfig(Object.fromEntries(seen), {
        branches: { ...branchesOf(branches ?? []), isRepository: branches !== undefined },
      });
      expect(issues, text).to.deep.equal([]);
      expected(config, text);
      for (const words of told) {
        if (typeof words === 'string') expect(notes).to.contain(words);
        else expect(notes).to.match(words);
      }
    });
  }
});
