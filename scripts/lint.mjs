// Everything that reads the code without running it, one line a check; all run, then the failures are shown.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

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

const checks = [
  ['types', bin('tsc'), ['--noEmit']],
  ['eslint', bin('eslint'), ['--max-warnings', '0', '.']],
  ['format', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
  ['layers', bin('depcruise'), ['--config', '.dependency-cruiser.cjs', 'runner/src', 'scripts']],
  ['unused', bin('knip'), ['--no-progress']],
  ['generated', process.execPath, ['--import', 'tsx', 'scripts/generate.ts', '--check']],
  [
    'groovy',
    bin('npm-groovy-lint'),
    ['--noserver', '--failon', 'info', '--loglevel', 'info', ...groovyFiles()],
  ],
  ['pack', process.execPath, ['scripts/pack.mjs', '--check']],
  ['terraform docs', process.execPath, ['--import', 'tsx', 'scripts/terraformModules.ts', '--check']],
  ['terraform fmt', 'terraform', ['fmt', '-check', '-recursive', '-diff', '.']],
];
let failed = 0;
for (const [name, file, args] of checks) {
  const startedAt = Date.now();
  const { status, stdout, stderr, error } = spawnSync(file, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64e6,
  });
  const ok = status === 0;
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
  if (!ok) {
    failed += 1;
    console.log([error?.message, stdout, stderr].filter(Boolean).join('\n'));
  }
}
process.exitCode = failed === 0 ? 0 : 1;
