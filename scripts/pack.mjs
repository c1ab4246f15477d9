// Packs the runner into the one file that the Jenkins library delivers to agents, with everything it needs beside its
// code: generic Ansible roles and playbooks, the report's style sheet. Git has it in releases alone (CONTRIBUTING.md);
// `--check` changes nothing and fails where HEAD is a release with another one, or none, or is no release and has one.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { root } from './bundle.mjs';
import { DIGEST, differences, digestOf, pack, problemsInGit, RUNNER, VERSION } from './packed.mjs';
import { payload } from './payload.mjs';

const version = `${JSON.parse(await readFile(`${root}package.json`, 'utf8')).version}\n`;
const source = async () => ({
  head: await readFile(`${root}scripts/packHead.mjs`, 'utf8'),
  files: JSON.stringify(Object.fromEntries(await payload())),
});

if (process.argv.includes('--check')) {
  const problems = await problemsInGit(root, source);
  if ((await readFile(`${root}${VERSION}`, 'utf8').catch(() => '')) !== version)
    problems.push(`${VERSION} is not that of package.json: make pack`);
  for (const problem of problems) console.log(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
} else {
  const made = await source();
  // Compressing takes seconds: what is there already stays.
  if (differences(root, made).length > 0) {
    const text = pack(made);
    await replace(RUNNER, text);
    await replace(DIGEST, digestOf(text));
    const kilobytes = ({ length }) => `${Math.round(length / 1000)} KB`;
    console.log(`${RUNNER}: ${kilobytes(text)} (${kilobytes(made.files)} unpacked)`);
  }
  await replace(VERSION, version);
}

/** Swapped in whole: whoever reads it at the same time gets the old one or the new one. */
async function replace(path, text) {
  const fresh = `${root}${path}.${process.pid}`;
  await mkdir(dirname(fresh), { recursive: true });
  await writeFile(fresh, text);
  await rename(fresh, `${root}${path}`);
}
