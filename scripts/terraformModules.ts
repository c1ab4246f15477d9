// Makes the tables of inputs and outputs in terraform/modules/*/README.md from the modules' own variables and outputs.
// `--check` changes nothing and fails where a page is not what it would make.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { literalText, readBlocks, type HclBlock } from './terraformReader.js';

const begin = '<!-- Made by scripts/terraformModules.ts from variables.tf and outputs.tf: do not edit. -->';
const end = '<!-- End of what is made. -->';

/** An expression on one line, as a cell of a table shows it. */
function oneLine(expression: string): string {
  return expression
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '')
    .reduce((text, line) => {
      const glue = /[{[(]$/.test(text) || /^[}\])]/.test(line) || text.endsWith(',') ? ' ' : ', ';
      return text === '' ? line : `${text}${glue}${line}`;
    }, '')
    .replace(/\s+/g, ' ');
}

const cell = (text: string) => text.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();
const code = (expression: string) => `\`${cell(oneLine(expression))}\``;

function described(block: HclBlock, file: string): string {
  const description = block.arguments.get('description');
  if (description === undefined) throw new Error(`${file}: ${block.labels.join(' ')} has no description.`);
  return cell(literalText(description));
}

const rowOf = (...cells: string[]) => `| ${cells.join(' | ')} |`;

/** The two tables of a module; a file that is not there yet has no rows, so that one begun module stops no other's. */
async function tables(module: string): Promise<string> {
  const read = async (name: string, type: string) =>
    readBlocks(await readFile(`${module}/${name}`, 'utf8').catch(() => ''), `${module}/${name}`).filter(
      (block) => block.type === type,
    );
  const inputs = (await read('variables.tf', 'variable')).map((block) =>
    rowOf(
      `\`${block.labels.join('.')}\``,
      described(block, module),
      code(block.arguments.get('type') ?? 'any'),
      block.arguments.has('default') ? code(block.arguments.get('default') as string) : 'required',
    ),
  );
  const outputs = (await read('outputs.tf', 'output')).map((block) =>
    rowOf(`\`${block.labels.join('.')}\``, described(block, module)),
  );
  return [
    '## Inputs',
    '',
    rowOf('Name', 'Meaning', 'Type', 'Default'),
    rowOf('---', '---', '---', '---'),
    ...inputs,
    '',
    '## Outputs',
    '',
    rowOf('Name', 'Meaning'),
    rowOf('---', '---'),
    ...outputs,
  ].join('\n');
}

/** The page of a module as it should be. */
async function page(module: string, current: string): Promise<string> {
  const [before, rest] = current.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(
      `${module}/README.md lacks the two lines between which the tables stand:\n${begin}\n${end}`,
    );
  const text = `${before}${begin}\n\n${await tables(module)}\n\n${end}${after}`;
  return format(text, { ...(await resolveConfig(`${module}/README.md`)), parser: 'markdown' });
}

const modules = fileURLToPath(new URL('../terraform/modules/', import.meta.url));
const check = process.argv.includes('--check');
const stale: string[] = [];
for (const name of (await readdir(modules)).sort()) {
  const file = `${modules}${name}/README.md`;
  const current = await readFile(file, 'utf8').catch(() => `# ${name}\n\n${begin}\n${end}\n`);
  const wanted = await page(`${modules}${name}`, current);
  if (wanted === current) continue;
  stale.push(`terraform/modules/${name}/README.md`);
  if (!check) await writeFile(file, wanted);
}
if (check && stale.length > 0) {
  console.error(`Not what their modules say; run \`node --import tsx scripts/terraformModules.ts\`:`);
  for (const file of stale) console.error(`  ${file}`);
  process.exitCode = 1;
} else if (stale.length > 0) console.log(stale.join('\n'));
