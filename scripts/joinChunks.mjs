// Joins the chunks of a bundle that are always loaded together. esbuild makes a chunk of every set of modules that the
// same entries share, and at start each file costs about half a millisecond.
import { basename } from 'node:path';
import { build } from 'esbuild';

/**
 * @param result esbuild's, with `outputFiles` and `metafile`
 * @param groups name of the joined file → sources whose chunks are loaded together; what an earlier one has, a later
 * one imports. The chunks of the `main` sources stay as they are.
 * @param options of esbuild for the second pass
 * @returns the output files, with the joined ones in place of their chunks
 */
export async function joinChunks({ outputFiles, metafile }, { main, ...groups }, options) {
  const texts = new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]));
  const made = new Map([...outputs].map(([name, { entryPoint }]) => [entryPoint, name]));
  const needed = (name, found) => {
    if (found.has(name)) return;
    found.add(name);
    for (const { kind, path, external } of outputs.get(name).imports)
      if (kind === 'import-statement' && external !== true) needed(basename(path), found);
  };
  const chunksOf = (sources) => {
    const found = new Set();
    for (const source of sources) needed(made.get(source), found);
    return [...found].filter((name) => outputs.get(name).entryPoint === undefined);
  };
  /** Chunk → the file that it is joined to. */
  const joined = new Map(chunksOf(main).map((name) => [name, undefined]));
  for (const [group, sources] of Object.entries(groups))
    for (const name of chunksOf(sources)) if (!joined.has(name)) joined.set(name, group);
  for (const [name, group] of joined) if (group === undefined) joined.delete(name);

  const places = [...joined.keys()];
  const alias = (chunk, name) => `${name}$${places.indexOf(chunk)}`;
  const exported = (chunk, from) =>
    outputs
      .get(chunk)
      .exports.map((name) =>
        from === chunk ? `${name} as ${alias(chunk, name)}` : `${alias(chunk, name)} as ${name}`,
      )
      .join();
  const textOf = (name) =>
    name in groups
      ? [...joined]
          .filter(([, group]) => group === name)
          .map(([chunk]) => `export{${exported(chunk, chunk)}}from"./${chunk}";import"./${chunk}";`)
          .join('\n')
      : texts.get(name);
  const names = [...Object.keys(groups), ...[...texts.keys()].filter((name) => !joined.has(name))];
  const resolve = ({ path, kind, pluginData: group }) => {
    const name = basename(path);
    if (kind === 'entry-point') return { path: name, namespace: 'chunk', pluginData: name };
    const to = path.startsWith('./') ? joined.get(name) : undefined;
    if (to === undefined || kind === 'dynamic-import') return { path, external: true };
    if (to === group) return { path: name, namespace: 'chunk', pluginData: group };
    return { path: `${to} ${name}`, namespace: 'joined' };
  };
  const plugin = {
    name: 'join-chunks',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /.*/, namespace: 'joined' }, ({ path }) => ({ path, external: true }));
      onResolve({ filter: /.*/ }, resolve);
      onLoad({ filter: /.*/, namespace: 'chunk' }, ({ path, pluginData }) => ({
        contents: textOf(path),
        pluginData,
      }));
      onLoad({ filter: /.*/, namespace: 'joined' }, ({ path }) => {
        const [group, chunk] = path.split(' ');
        return { contents: `export{${exported(chunk, group)}}from"./${group}";` };
      });
    },
  };
  const again = await build({
    ...options,
    entryPoints: names.map((name) => ({ in: name, out: name.replace(/\.js$/, '') })),
    bundle: true,
    format: 'esm',
    platform: 'node',
    treeShaking: true,
    write: false,
    plugins: [plugin],
  });
  return again.outputFiles;
}
