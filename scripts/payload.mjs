// What the runner is made of wherever it is delivered: its code, and what it needs beside it — generic Ansible roles and
// playbooks, the schema, the report's style sheet.
import { readFile, readdir } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { bundleRunner, root } from './bundle.mjs';

/** @returns [path, text] of every file, relative to this repository, in a fixed order */
export async function payload() {
  const outputFiles = await bundleRunner(`${root}runner/dist`, {
    minifyIdentifiers: true,
    keepNames: true,
  });
  const files = new Map(outputFiles.map(({ path, text }) => [relative(root, path), text]));
  for (const path of [
    'runner/index.js',
    'resources/automation-stack.schema.json',
    'resources/report/report.css',
    ...(await textFiles('ansible')),
    ...(await textFiles('resources/local')),
  ])
    files.set(path, await readFile(`${root}${path}`, 'utf8'));
  return [...files].sort(([one], [other]) => (one < other ? -1 : 1));
}

async function textFiles(folder) {
  const entries = await readdir(`${root}${folder}`, { recursive: true, withFileTypes: true });
  return entries
    .filter(
      (entry) => entry.isFile() && !/__pycache__|\.pyc$|\.md$/.test(`${entry.parentPath}/${entry.name}`),
    )
    .map((entry) => relative(root, `${entry.parentPath}${sep}${entry.name}`));
}
