import type { BranchFacts } from '../../runner/src/starter/rules/branchLines.js';
import type { Note, ProjectFiles } from '../../runner/src/starter/rules/project.js';
import { starterFacts, type ProjectFacts } from '../../runner/src/starter/rules/projectFindings.js';
import { starterConfig } from '../../runner/src/starter/rules/starterFile.js';
import type { Config } from '../../runner/src/config/schema.js';
import { validateConfig } from './config.js';
import type { Tree } from './starterCases.js';

/** The files of a project as `init` sees them. */
export const projectOf = (files: Tree): ProjectFiles => ({
  paths: Object.keys(files).sort(),
  read: (path) => files[path],
});

/** What is found, with everything that is told on the way. */
export function finding<T>(find: (note: Note) => T): { readonly found: T; readonly notes: string } {
  const notes: string[] = [];
  const found = find((note) => void notes.push(note));
  return { found, notes: notes.join('\n') };
}

/** What git knows of a repository with these branches, the first one checked out. */
export const branchesOf = (known: readonly string[]): BranchFacts => ({
  isRepository: true,
  hasCommit: known.length > 0,
  known,
  ...(known[0] === undefined ? {} : { current: known[0] }),
});

/** The first configuration of a project, as text and as it is read, with what is told. */
export function firstConfig(files: Tree, given: Partial<ProjectFacts> = {}) {
  const { found, notes } = finding((note) =>
    starterFacts(
      {
        name: 'shop',
        files: projectOf(files),
        branches: branchesOf(['develop', 'main']),
        shape: undefined,
        region: undefined,
        place: (path) => path,
        ...given,
      },
      note,
    ),
  );
  const text = starterConfig({ ...found, schema: 's.json' });
  const { config, issues } = validateConfig('automation-stack.yml', text, '/tmp');
  return { facts: found, notes, text, config: config as Config, issues };
}
