// Makes the package that `npm install --global` takes: automation-stack-VERSION.tgz. Everything is bundled: installing it
// downloads nothing.
//   node scripts/package.mjs [FOLDER]     where the file goes; dist/ where left out
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { root } from './bundle.mjs';
import { payload } from './payload.mjs';

const target = resolve(process.argv[2] ?? join(root, 'dist'));
const source = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const { name, version, description, license, type, engines, bin } = source;
const staged = await mkdtemp(join(tmpdir(), 'automation-stack-package-'));
try {
  const files = [
    ...(await payload()),
    ['package.json', JSON.stringify({ name, version, description, license, type, engines, bin })],
    ['README.md', await readFile(join(root, 'README.md'), 'utf8')],
    ['LICENSE', await readFile(join(root, 'LICENSE'), 'utf8')],
  ];
  for (const [path, text] of files) {
    await mkdir(dirname(join(staged, path)), { recursive: true });
    await writeFile(join(staged, path), text, { mode: path === 'runner/index.js' ? 0o755 : 0o644 });
  }
  await mkdir(target, { recursive: true });
  await promisify(execFile)('npm', ['pack', '--silent', '--pack-destination', target], { cwd: staged });
  console.log(join(target, `${name}-${version}.tgz`));
} finally {
  await rm(staged, { recursive: true, force: true });
}
