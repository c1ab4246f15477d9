import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');

/** Folders below a folder whose name stands for a part in capitals: `terraform/modules/NAME`. */
function matches(path: string): boolean {
  const parts = path.split('/');
  const at = parts.findIndex((part) => /[A-Z]{3,}/.test(part));
  if (at < 0) return existsSync(join(root, path));
  const folder = join(root, ...parts.slice(0, at));
  const pattern = new RegExp(
    `^${(parts[at] as string).replaceAll('.', '\\.').replace(/[A-Z]{3,}/, '[\\w-]+')}$`,
  );
  const rest = parts.slice(at + 1);
  return readdirSync(folder).some((name) => pattern.test(name) && existsSync(join(folder, name, ...rest)));
}

describe('where a change is made, by docs/architecture.md', () => {
  const table = page.slice(page.indexOf('## Where do I change'), page.indexOf('## A deploy'));
  const rows = table
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (Change|-)/.test(line))
    .map((line) => {
      const [, change = '', files = ''] = line.split('|').map((cell) => cell.trim());
      return { change, files: [...files.matchAll(/`([^`]+)`/g)].map(([, file]) => file as string) };
    });

  it('is told of fifteen changes', () => {
    expect(rows).to.have.length(15);
  });

  for (const { change, files } of rows)
    it(`is in at most four files, which are there: ${change}`, () => {
      expect(files.length).to.be.within(1, 4);
      for (const file of files) expect(matches(file), file).to.equal(true);
    });
});

describe('files that docs/architecture.md names', () => {
  for (const [, file = ''] of page.matchAll(/`((?:[\w-]+\/)+[\w-]+\.(?:ts|cjs|groovy))`/g))
    it(`are there: ${file}`, () => {
      expect(matches(file) || matches(join('runner/src', file))).to.equal(true);
    });
});
