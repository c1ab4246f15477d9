// Makes the tables of variables in ansible/roles/*/README.md from the roles' meta/argument_specs.yml. A role without a page has
// nothing to make. `--check` changes nothing and fails where a page is not what it would make.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const begin = '<!-- Made by scripts/ansibleRoles.ts from meta/argument_specs.yml: do not edit. -->';
const end = '<!-- End of what is made. -->';

interface Option {
  readonly type?: string;
  readonly elements?: string;
  readonly required?: boolean;
  readonly default?: unknown;
  readonly choices?: readonly string[];
  readonly description: string | readonly string[];
  readonly options?: Readonly<Record<string, Option>>;
}

interface Specs {
  readonly argument_specs: { readonly main: { readonly options?: Readonly<Record<string, Option>> } };
}

/** Ansible's marks of documentation, C(…) for code and O(…) for an option, as Markdown has them. */
const marked = (text: string) => text.replace(/\b[CO]\(([^)]*)\)/g, '`$1`');
const cell = (text: string) => text.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();

function defaultOf(option: Option): string {
  if (option.required === true) return 'required';
  if (!('default' in option)) return '';
  return `\`${cell(typeof option.default === 'string' && option.default !== '' ? option.default : JSON.stringify(option.default))}\``;
}

function row(name: string, option: Option): string[] {
  const type = option.elements === undefined ? option.type : `${option.type} of ${option.elements}`;
  const choices = option.choices === undefined ? '' : `: ${option.choices.join(', ')}`;
  const meaning = [option.description].flat().join(' ');
  const inner = Object.entries(option.options ?? {}).flatMap(([key, value]) => row(`${name}.${key}`, value));
  return [`| \`${name}\` | ${cell(marked(meaning))} | ${type}${choices} | ${defaultOf(option)} |`, ...inner];
}

async function table(role: string): Promise<string> {
  const specs = parse(await readFile(`${role}/meta/argument_specs.yml`, 'utf8')) as Specs;
  const rows = Object.entries(specs.argument_specs.main.options ?? {}).flatMap(([name, option]) =>
    row(name, option),
  );
  return ['| Variable | Meaning | Type | Default |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

const roles = fileURLToPath(new URL('../ansible/roles/', import.meta.url));
const check = process.argv.includes('--check');
const stale: string[] = [];
for (const name of (await readdir(roles)).sort()) {
  const file = `${roles}${name}/README.md`;
  const current = await readFile(file, 'utf8').catch(() => undefined);
  if (current === undefined) continue;
  const [before, rest] = current.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(`${file} lacks the two lines between which the table stands:\n${begin}\n${end}`);
  const wanted = `${before}${begin}\n\n${await table(`${roles}${name}`)}\n\n${end}${after}`;
  if (wanted === current) continue;
  stale.push(`ansible/roles/${name}/README.md`);
  if (!check) await writeFile(file, wanted);
}
if (check && stale.length > 0) {
  console.error('Not what their roles say; run `node --import tsx scripts/ansibleRoles.ts`:');
  for (const file of stale) console.error(`  ${file}`);
  process.exitCode = 1;
} else if (stale.length > 0) console.log(stale.join('\n'));
