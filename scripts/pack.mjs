// Packs the runner into the one file that the Jenkins library delivers to agents, with everything it needs beside its
// code: generic Ansible roles and playbooks, the report's style sheet. `--check` changes nothing and fails where the
// committed file is not what these sources make.
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readFile, writeFile, mkdir } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { root } from './bundle.mjs';
import { payload } from './payload.mjs';

const target = `${root}resources/automation-stack/runner.mjs`;
const digestFile = `${root}resources/automation-stack/runner.sha256`;
const versionFile = `${root}resources/automation-stack/version`;
const { version } = JSON.parse(await readFile(`${root}package.json`, 'utf8'));

const head = await readFile(`${root}scripts/packHead.mjs`, 'utf8');
const marker = '/*PACK*/';
const fresh = JSON.stringify(Object.fromEntries(await payload()));

if (process.argv.includes('--check')) {
  const committed = await readFile(target, 'utf8').catch(() => '');
  const problems = [];
  // What is inside is compared, not the bytes: another version of Node may compress otherwise.
  if (unpack(committed) !== fresh)
    problems.push('resources/automation-stack/runner.mjs is not what these sources make');
  if (committed.split(marker)[0] !== head.split(marker)[0])
    problems.push('its head is not scripts/packHead.mjs');
  if ((await readFile(digestFile, 'utf8').catch(() => '')).trim() !== sha256(committed))
    problems.push('resources/automation-stack/runner.sha256 is not its digest');
  if ((await readFile(versionFile, 'utf8').catch(() => '')).trim() !== version)
    problems.push('resources/automation-stack/version is not that of package.json');
  for (const problem of problems) console.log(problem);
  if (problems.length > 0) console.log('Run `make pack` and commit the result.');
  process.exitCode = problems.length > 0 ? 1 : 0;
} else {
  const packed = brotliCompressSync(fresh, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 },
  });
  const text = head.replace(marker, () => `${marker}${packed.toString('base64')}`);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, text);
  await writeFile(digestFile, `${sha256(text)}\n`);
  await writeFile(versionFile, `${version}\n`);
  console.log(
    `${relative(root, target)}: ${Math.round(text.length / 1000)} KB (${Math.round(fresh.length / 1000)} KB unpacked)`,
  );
}

function unpack(text) {
  const start = text.indexOf(marker);
  if (start === -1) return undefined;
  const end = text.indexOf('`', start);
  return brotliDecompressSync(Buffer.from(text.slice(start + marker.length, end), 'base64')).toString('utf8');
}

function sha256(text) {
  return createHash('sha256').update(text).digest('hex');
}
