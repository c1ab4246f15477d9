import { mkdtemp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { build, type BuildOptions, type BuildResult, type OutputFile } from 'esbuild';

const { joinChunks } = (await import(new URL('../../../scripts/joinChunks.mjs', import.meta.url).href)) as {
  readonly joinChunks: (
    result: BuildResult,
    groups: Readonly<Record<string, readonly string[]>>,
    options: BuildOptions,
  ) => Promise<readonly OutputFile[]>;
};

/** `main` loads `start`, then `load` and a command: they share modules in all combinations. */
const SOURCES = {
  'main.js': `import { Fault } from './fault.js';
    export const run = async () => {
      const { begin } = await import('./start.js');
      const { load } = await import('./load.js');
      const { work } = await import('./command.js');
      begin(); load();
      try { work(); } catch (error) { return [error instanceof Fault, error.constructor.name, error.seen]; }
    };`,
  'start.js': `import { count } from './count.js'; import { words } from './words.js';
    export const begin = () => count(words('start'));`,
  'load.js': `import { count } from './count.js'; import { shape } from './shape.js'; import { Fault } from './fault.js';
    export const load = () => { if (!count(shape())) throw new Fault(0); };`,
  'command.js': `import { count } from './count.js'; import { words } from './words.js'; import { shape } from './shape.js';
    import { Fault } from './fault.js';
    export const work = () => { throw new Fault(count(words(shape()))); };`,
  'fault.js': `export class Fault extends Error { constructor(seen) { super('fault'); this.seen = seen; } }`,
  'count.js': `let counted = 0; export const count = (text) => { counted += text.length; return counted; };`,
  'words.js': `export const words = (text) => text + '!';`,
  'shape.js': `const words = 'shape'; export const shape = () => words;`,
};
const GROUPS = { main: ['main.js'], 'first.js': ['start.js'], 'second.js': ['load.js'] };

describe('chunks that are loaded together', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chunks-'));
    for (const [name, text] of Object.entries(SOURCES)) await writeFile(join(folder, name), text);
  });
  afterEach(() => rm(folder, { recursive: true }));

  for (const minifyIdentifiers of [false, true])
    it(`become one file each, and every module is there once${minifyIdentifiers ? ', also with short names' : ''}`, async () => {
      const outdir = join(folder, 'out');
      const common = { outdir, absWorkingDir: folder, minifyIdentifiers } as const;
      const result = await build({
        ...common,
        entryPoints: ['main.js'],
        bundle: true,
        splitting: true,
        format: 'esm',
        write: false,
        metafile: true,
        keepNames: true,
      });
      const made = await joinChunks(result, GROUPS, common);
      await mkdir(outdir);
      await writeFile(join(outdir, 'package.json'), '{"type":"module"}');
      for (const { path, contents } of made) await writeFile(path, contents);
      const names = made.map(({ path }) => basename(path));
      expect(result.outputFiles?.length).to.be.above(made.length);
      expect(names).to.include.members(['main.js', 'first.js', 'second.js']);
      expect(await readdir(outdir)).to.have.length(made.length + 1);
      const { run } = (await import(pathToFileURL(join(outdir, 'main.js')).href)) as {
        readonly run: () => Promise<unknown>;
      };
      // 'start!', 'shape', 'shape!' are counted by one counter, and the fault is of the class that main knows.
      expect(await run()).to.deep.equal([true, 'Fault', 17]);
    });
});
