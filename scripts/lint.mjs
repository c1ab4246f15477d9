// Everything that reads the code without running it, one line a check; all run, two beside each other.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import pMap from 'p-map';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => `${root}node_modules/.bin/${name}`;

/** What Jenkins runs: the library, its templates and jobs, and the examples' pipelines. */
function groovyFiles() {
  const isGroovy = (name) => /\.groovy$|Jenkinsfile$/.test(name);
  return ['vars', 'src', 'pipelines', 'examples'].flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true })
      .filter((name) => isGroovy(name))
      .map((name) => `${folder}/${name}`),
  );
}

/** What was well formed and has not changed is not read again. Not for eslint: its rules look into other files. */
const cached = [
  '--cache',
  '--cache-strategy',
  'content',
  '--cache-location',
  `${root}node_modules/.cache/prettier/files`,
];

const checks = [
  ['types', bin('tsc'), ['--noEmit']],
  ['eslint', bin('eslint'), ['--max-warnings', '0', '.']],
  ['format', bin('prettier'), ['--check', '--log-level', 'warn', ...cached, '.']],
  ['layers', bin('depcruise'), ['--config', '.dependency-cruiser.cjs', 'runner/src', 'scripts']],
  ['unused', bin('knip'), ['--no-progress']],
  ['generated', process.execPath, ['--import', 'tsx', 'scripts/generate.ts', '--check']],
  [
    'groovy',
    bin('npm-groovy-lint'),
    ['--noserver', '--failon', 'info', '--loglevel', 'info', ...groovyFiles()],
  ],
  ['commits', process.execPath, ['--import', 'tsx', 'scripts/commits.ts']],
  ['packed runner', process.execPath, ['scripts/pack.mjs', '--check']],
  ['terraform docs', process.execPath, ['--import', 'tsx', 'scripts/terraformModules.ts', '--check']],
  ['ansible docs', process.execPath, ['--import', 'tsx', 'scripts/ansibleRoles.ts', '--check']],
  ['terraform fmt', 'terraform', ['fmt', '-check', '-recursive', '-diff', '.']],
];
let failed = 0;

/** Runs one check and shows it when it ends. */
function run([name, file, args]) {
  const startedAt = Date.now();
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', (error) => (output += `${error.message}\n`));
    child.on('close', (code) => {
      console.log(
        `${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`,
      );
      if (code !== 0) {
        failed += 1;
        console.log(output);
      }
      resolve();
    });
  });
}

// As many as there are cores, at most two: each takes a core and up to a gigabyte.
await pMap(checks, run, { concurrency: Math.min(2, availableParallelism()) });
process.exitCode = failed === 0 ? 0 : 1;
