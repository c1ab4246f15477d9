// Bundles the runner: one small entry, one chunk a command, SDKs in chunks that load on first use.
import { rename, rm, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(await readFile(`${root}package.json`, 'utf8'));
const dist = `${root}runner/dist`;
const fresh = `${dist}.${process.pid}`;
await build({
  absWorkingDir: root,
  entryPoints: { main: 'runner/src/main.ts' },
  outdir: fresh,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: true,
  sourcemap: false,
  legalComments: 'none',
  define: { RUNNER_VERSION: JSON.stringify(version) },
  // Optional native speed-ups of ssh2: pure JavaScript takes over where they are not built.
  external: ['cpu-features', '*.node'],
  logLevel: 'warning',
  // CommonJS packages inside an ESM bundle call require() for Node's own modules.
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
});
// Swapped in whole, so that a runner that is just starting never meets half a build.
await rm(`${dist}.old`, { recursive: true, force: true });
await rename(dist, `${dist}.old`).catch(() => undefined);
await rename(fresh, dist);
await rm(`${dist}.old`, { recursive: true, force: true });
