import { expect } from 'chai';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const BOUND = '>= 5.46, < 7';

const files = ['terraform', 'examples'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tf$/.test(path) && !path.includes('.terraform/'))
    .map((path) => join(folder, path)),
);

describe('versions of providers', () => {
  it('have an upper bound wherever one is asked for, the same everywhere', () => {
    const asked = files
      .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
      .filter(({ text }) => /source\s*=\s*"hashicorp\/aws"/.test(text));
    expect(asked.length).to.be.greaterThan(50);
    const others = asked.filter(({ text }) => !text.includes(`version = "${BOUND}"`));
    expect(others.map(({ path }) => path)).to.deep.equal([]);
  });

  it('are those that the page about modules names, with the way to a lock file', () => {
    expect(readFileSync(join(root, 'terraform/README.md'), 'utf8')).to.contain(`hashicorp/aws ${BOUND}`);
    const page = readFileSync(join(root, 'docs/infrastructure.md'), 'utf8');
    expect(page)
      .to.contain('terraform -chdir=terraform providers lock')
      .and.to.contain('.terraform.lock.hcl');
  });
});
