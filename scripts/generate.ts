// Makes what is made from the code: docs/commands/*.md, docs/configuration.md, the JSON Schema and the help of the Jenkins steps.
// `--check` changes nothing and fails where a file is not what it would make.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { commandGroups } from '../runner/src/commands/groups.js';
import { allCommands } from '../runner/src/commands/registry.js';
import { commandIndex, commandPage } from '../runner/src/reference/commandPage.js';
import { configurationPage } from '../runner/src/reference/configurationPage.js';
import { errorsPage } from '../runner/src/reference/errorsPage.js';
import { stepPage, steps } from '../runner/src/reference/stepPage.js';
import { layers } from './layers.cjs';
import { jsonSchema } from '../runner/src/config/jsonSchema.js';
import { kinds } from '../runner/src/kinds.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const commands = (await allCommands()).filter((command) => command.hidden !== true);
const schema = jsonSchema(kinds);
const files = new Map<string, string>([
  ['resources/automation-stack.schema.json', JSON.stringify(schema)],
  ['docs/configuration.md', configurationPage(schema)],
  ['docs/errors.md', errorsPage()],
  ['docs/commands/README.md', commandIndex(commands, commandGroups)],
  ...[...new Set(commands.map(({ name }) => name.split(' ')[0] as string))].map(
    (verb) =>
      [
        `docs/commands/${verb}.md`,
        commandPage(
          verb,
          commands.filter(({ name }) => name.split(' ')[0] === verb),
        ),
      ] as const,
  ),
]);

/** The table of layers stands in a page that people write: only what is between its marks is made. */
const architecture = await readFile(join(root, 'docs/architecture.md'), 'utf8');
const table = layers.map(
  ({ folders, what }) => `| ${folders.map((name) => `\`${name}\``).join(', ')} | ${what} |`,
);
files.set(
  'docs/architecture.md',
  architecture.replace(
    /(<!-- layers:.*?-->\n)[^]*(<!-- \/layers -->)/,
    (_, begin: string, end: string) =>
      `${begin}\n| Layer | What it is |\n| --- | --- |\n${table.join('\n')}\n\n${end}`,
  ),
);

for (const [step, verb] of Object.entries(steps)) {
  const definition = commands.find(({ name }) => name === verb);
  if (definition !== undefined) files.set(`vars/${step}.txt`, stepPage(step, definition));
}

const check = process.argv.includes('--check');
const wrong: string[] = [];
for (const [file, content] of files) {
  const path = join(root, file);
  const text = file.endsWith('.txt')
    ? content
    : await format(content, { ...(await resolveConfig(path)), filepath: path });
  const before = await readFile(path, 'utf8').catch(() => undefined);
  if (before === text) continue;
  wrong.push(file);
  if (check) continue;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
for (const name of await readdir(join(root, 'docs/commands')).catch(() => [])) {
  const file = `docs/commands/${name}`;
  if (files.has(file)) continue;
  wrong.push(`${file} (no such command)`);
  if (!check) await rm(join(root, file));
}
for (const file of wrong) console.log(check ? `out of date: ${file}` : `wrote ${file}`);
if (check && wrong.length > 0) {
  console.log('Run `make docs` and commit the result.');
  process.exitCode = 1;
}
