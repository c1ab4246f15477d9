// How the runner is bundled: one small entry, one chunk a command, SDKs in chunks that load on first use.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { joinChunks } from './joinChunks.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));
const unused = `${root}scripts/unused.mjs`;

/**
 * Writes out the names of traits in the schemas of the AWS SDK: `{ [_xN]: _m }` is `{ "xmlName": _m }` then. A computed
 * name counts as a side effect, so that esbuild would keep the schemas of all calls; those of EC2 alone are 0.5 MB.
 */
const pureSchemas = {
  name: 'pure-schemas',
  setup({ onLoad }) {
    onLoad({ filter: /@aws-sdk[/\\].*[/\\]schemas_\d+\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const names = new Map(
        [...text.matchAll(/^const (_\w+) = (".*");$/gm)].map(([, name, value]) => [name, value]),
      );
      return { contents: text.replace(/\[(_\w+)\](?=:)/g, (key, name) => names.get(name) ?? key) };
    });
  },
};

/**
 * @param outdir folder of the bundle
 * @param changes options of esbuild that differ, e.g. `write: false`
 * @returns esbuild's result
 */
export async function bundle(outdir, changes = {}) {
  const { version } = JSON.parse(await readFile(`${root}package.json`, 'utf8'));
  return build({
    absWorkingDir: root,
    entryPoints: { main: 'runner/src/main.ts' },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // ES modules where a package has them: smaller and quicker to start, and import() finds their named exports.
    mainFields: ['module', 'main'],
    alias: {
      yaml: `${root}node_modules/yaml/browser/index.js`,
      // dockerode's BuildKit session, in whose place stands our own (adapters/docker/session.ts): 400 KB, 60 ms.
      ...Object.fromEntries(
        ['@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs'].map((name) => [name, unused]),
      ),
    },
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: false,
    legalComments: 'none',
    define: { RUNNER_VERSION: JSON.stringify(version) },
    // Optional native speed-ups of ssh2: pure JavaScript takes over where they are not built.
    external: ['cpu-features', '*.node'],
    plugins: [pureSchemas],
    logLevel: 'warning',
    // CommonJS packages inside an ESM bundle use what only CommonJS has.
    banner: {
      js: [
        "import{createRequire as __createRequire}from'node:module';",
        "import{fileURLToPath as __toPath}from'node:url';",
        'const require=/*@__PURE__*/__createRequire(import.meta.url),__filename=/*@__PURE__*/__toPath(import.meta.url),',
        "__dirname=/*@__PURE__*/__toPath(/*@__PURE__*/new URL('.',import.meta.url));",
      ].join(''),
    },
    ...changes,
  });
}

/** What is loaded at start: by every command, and by every command that reads the configuration. */
const GROUPS = {
  main: ['runner/src/main.ts'],
  'start.js': ['runner/src/commandLine.ts'],
  'configuration.js': [
    'runner/src/kinds.ts',
    'runner/src/config/load.ts',
    'runner/src/config/knownSecrets.ts',
    'runner/src/state/sharedLocation.ts',
  ],
};

/**
 * The runner as it is delivered.
 * @param outdir folder of the bundle
 * @param changes options of esbuild that differ, e.g. `minifyIdentifiers`
 * @returns the output files
 */
export async function bundleRunner(outdir, changes = {}) {
  const result = await bundle(outdir, { ...changes, write: false, metafile: true });
  const { minifyIdentifiers = false } = changes;
  return joinChunks(result, GROUPS, {
    outdir,
    target: 'node20',
    minifyWhitespace: true,
    minifyIdentifiers,
    legalComments: 'none',
    // What there is to warn of was told by the first pass.
    logLevel: 'error',
  });
}
