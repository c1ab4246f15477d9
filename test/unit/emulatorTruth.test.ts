import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../../runner/src/', import.meta.url));

/** The local environment's own side: it makes the emulator, and may know it. */
const LOCAL = /^(?:local\/|commands\/local\.ts$)/;

/** Code without its comments, which may tell why something is as it is. */
const codeOf = (text: string): string =>
  text
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/^\s*\/\/.*$/gm, '')
    .replaceAll(/\s\/\/ .*$/gm, '')
    // Why no test makes a call: about the tests.
    .replaceAll(/^\s*unmade: .*$/gm, '');

const files = (readdirSync(source, { recursive: true }) as string[])
  .filter((file) => file.endsWith('.ts') && !LOCAL.test(file))
  .map((file) => ({ file, code: codeOf(readFileSync(`${source}${file}`, 'utf8')) }));

/** Where code matches, `file: what`. */
const found = (pattern: RegExp): readonly string[] =>
  files.flatMap(({ file, code }) => [...code.matchAll(pattern)].map(([what]) => `${file}: ${what}`));

describe('what the runner does on AWS', () => {
  it('is read off files that are there', () => {
    expect(files.length).to.be.above(300);
    expect(files.find(({ file }) => file === 'adapters/aws/clients.ts')?.code).to.contain('AWS_ENDPOINT_URL');
  });

  it('knows no emulator: neither its name, its port, its paths nor its answers', () => {
    const words =
      /emulat\w*|ministack|localstack|\bmoto\b|(?<!aws)_alb\b|alb\.localhost|\b4566\b|ENCRYPTED:|vpc-local|subnet-local/gi;
    expect(found(words)).to.deep.equal([]);
  });

  it('is decided without asking whether the endpoint is another one', () => {
    // Where clients are made, and where people are told who is contacted.
    const tellers = ['adapters/aws/clients.ts', 'adapters/aws/awsErrors.ts', 'doctor/proxies.ts'];
    const asked = found(/AWS_ENDPOINT_URL|\baws\.endpoint\b/g);
    expect(asked.filter((one) => !tellers.includes(one.split(':')[0] as string))).to.deep.equal([]);
  });

  it('takes nothing of the local environment but where its things are', () => {
    const imports = files.flatMap(({ file, code }) =>
      [...code.matchAll(/from '[./]*\/local\/(\w+)\.js'|import\('[./]*\/local\/(\w+)\.js'\)/g)].map(
        ([, one, other]) => `${file}: ${one ?? other}`,
      ),
    );
    expect(imports.filter((one) => !one.endsWith(': settings'))).to.deep.equal([]);
  });
});
